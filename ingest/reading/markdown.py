"""Reads Markdown: markdown-it-py makes the tokens (CommonMark with tables), which come in reading order already."""

import re
from collections.abc import Iterator
from pathlib import Path

from bs4 import BeautifulSoup
from markdown_it import MarkdownIt
from markdown_it.token import Token

from ingest.reading.document import Document, Element
from ingest.reading.html import UNIT, html_elements
from ingest.reading.text import clean, clean_row, decoded

FRONT = re.compile(r"\A---[ \t]*\n(.{0,5000}?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
FIELD = re.compile(r"(?mi)^(title|titel|author|auteur|publisher|uitgever|date|datum|year|jaar)[ \t]*:[ \t]*(.+)$")
# Footnotes are no part of CommonMark, which would take the text of some for the address of a link.
NOTE = re.compile(r"^ {0,3}\[\^([^\]\s]{1,40})\]:", re.MULTILINE)
NOTE_LINE = re.compile(r"\[\^([^\]\s]{1,40})\]: ?(.*)", re.DOTALL)
MARK = re.compile(r"\[\^([^\]\s]{1,40})\](?!:)")
YEAR = re.compile(r"\b(?:19|20)\d\d\b")


def read_markdown(path: Path) -> Document:
    """Return the document with links and emphasis as their words; HTML in it gives its text.

    :raises DocumentError: the bytes are no text.
    """
    text = decoded(path.read_bytes()).replace("\r\n", "\n")
    front = FRONT.match(text)
    said = {name.lower(): clean(value.strip("\"' ")) for name, value in FIELD.findall(front[1])} if front else {}
    body = NOTE.sub(r"\n\\[^\1]:", text[front.end() :] if front else text)
    tokens = Tokens(MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(body))
    elements = tuple(_numbered(list(tokens.elements())))
    highest = min((e for e in elements if e.kind == "heading"), key=lambda e: e.level, default=None)
    title = said.get("title") or said.get("titel") or (highest.text if highest else "")
    publisher = next((said[key] for key in ("publisher", "uitgever", "author", "auteur") if said.get(key)), "")
    year = YEAR.search(" ".join(said.get(key, "") for key in ("date", "datum", "year", "jaar")))
    return Document(elements, None, title, publisher, int(year[0]) if year else None, tuple(tokens.left_out()))


class Tokens:
    """Turns the parser's tokens into elements."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._images = 0
        self._left_out: dict[str, None] = {}

    def left_out(self) -> Iterator[str]:
        """Yield what was not read, a Dutch line each."""
        if self._images:
            yield f"Afbeeldingen: {self._images}"
        yield from self._left_out

    def elements(self) -> Iterator[Element]:
        """Yield the elements in order."""
        open_blocks: list[str] = []
        cells: list[str] = []
        level, number = 0, ""
        for token in self._tokens:
            if token.type == "heading_open":
                level = int(token.tag[1])
            if token.type == "tr_open":
                cells = []
            if token.type == "list_item_open":  # "3" and "." of a numbered list, the first empty for other lists
                number = f"{token.info}{token.markup} " if token.info else ""
            if token.nesting:
                (open_blocks.append(token.tag) if token.nesting > 0 else open_blocks.pop())
            if token.type == "tr_close" and (row := clean_row(cells)):
                yield Element("row", row)
            elif token.type == "inline" and open_blocks[-1] in ("td", "th"):
                cells.append(self._words(token))
            elif token.type == "inline":
                words = clean(self._words(token))
                yield from _element(open_blocks, words and number + words, level)
                number = ""
            elif token.type in ("fence", "code_block"):
                yield from _element(open_blocks, clean(token.content), level)
            elif token.type == "html_block":
                yield from self._html(token.content)

    def _words(self, inline: Token) -> str:
        """Return the words of a line, raised numbers as marks of notes."""
        words: list[str] = []
        raised = False
        for token in inline.children or ():
            if token.type == "html_inline":
                raised = token.content.lower() == "<sup>"
                words.append(" " if token.content.lower().startswith("<br") else "")
            elif token.type in ("softbreak", "hardbreak"):
                words.append("\n")
            elif token.type == "image":
                self._images += 1
            elif raised and token.content.isdecimal() and not UNIT.search("".join(words[-3:])[-8:]):
                words.append(f"[{token.content}]")
            else:
                words.append(token.content)
        return "".join(words)

    def _html(self, content: str) -> Iterator[Element]:
        elements, left_out = html_elements(BeautifulSoup(content, "html.parser"))
        self._left_out.update(dict.fromkeys(left_out))
        yield from elements


def _element(open_blocks: list[str], text: str, level: int) -> Iterator[Element]:
    if not text:
        return
    if open_blocks and re.fullmatch("h[1-6]", open_blocks[-1]):
        yield Element("heading", text, level)
    elif "li" in open_blocks:
        yield Element("item", text)
    elif text.startswith("[^") and NOTE_LINE.match(text):
        yield Element("note", text)
    else:
        yield Element("quote" if "blockquote" in open_blocks else "text", text)


def _numbered(elements: list[Element]) -> Iterator[Element]:
    """Yield the elements with footnotes as ``[1]``: numbered as they are referred to, those with a name too."""
    names: dict[str, int] = {}
    for element in elements:
        for mark in MARK.finditer(element.text):
            names.setdefault(mark[1], len(names) + 1)
    for element in elements:
        text = MARK.sub(lambda mark: f"[{names[mark[1]]}]", element.text)
        if element.kind == "note" and (note := NOTE_LINE.match(text)):
            text = f"[{names.setdefault(note[1], len(names) + 1)}] {note[2]}"
        yield Element(element.kind, text, element.level)
