"""A model's reply, as it streams in, made into plain sentences: no links, images, HTML, headings, tables or code."""

import re
from html import unescape

from assistant.hygiene import tidy
from ingest.sentences import sentence_spans

ID = r"[a-z]\d[a-z]"  # what a passage is called in a request: see writer_request.py
CITED_AFTER = re.compile(
    rf"([.!?…]+[\"'’”]*)[ \t]*((?:[\[(]{ID}(?:[ ,;]+(?:en )?{ID})*[\])][ \t]*)+)(?=\s|$)", re.IGNORECASE
)
THINKING = re.compile(r"\s*<think>.*?</think>", re.DOTALL)
FENCE = re.compile(r"\s*(?:```|~~~)")
# Lines that are no sentences: headings, table rows, rules, a line in bold alone.
DROPPED = re.compile(r"\s*(?:#{1,6}\s|\||[-=*_]{3,}\s*$|\*\*[^*]+\*\*:?\s*$)")
# The beginnings of lines that can only be told when they are whole.
UNTOLD = re.compile(r"\s*(?:[#|`~<]|\*\*|[-=*_]+\s*$)")
IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
LINK = re.compile(r"\[([^\[\]]*)\]\([^)]*\)")
ADDRESS = re.compile(r"\b(?:(?:https?|ftp|javascript|data|mailto):|www\.)\S*", re.IGNORECASE)
TAG = re.compile(r"<[^<>]*>")
ITEM = re.compile(r"^[\s>]*(?:[-*+•–]|\d{1,2}[.)])\s+|^[\s>]+")
EMPHASIS = re.compile(r"\*+|~~|`+|__|(?<!\w)_|_(?!\w)")


class Sentences:
    """Gathers pieces of a reply and gives its sentences, each when it is whole."""

    def __init__(self) -> None:
        self._rest = ""
        self._code = False
        self._begun = False

    def feed(self, piece: str) -> list[str]:
        """Return the sentences that this piece makes whole."""
        self._rest += piece
        if not self._begun:
            # a reasoning model thinks aloud first; none of it is meant for the reader
            self._rest = THINKING.sub("", self._rest, count=1)
            if "<think>".startswith(self._rest.lstrip()[:7]):
                return []
            self._begun = True
        *lines, self._rest = self._rest.split("\n")
        found = [sentence for line in lines for sentence in self._line(line)]
        if not self._code and not UNTOLD.match(self._rest):
            *whole, self._rest = _split(self._rest)
            found += map(plain, whole)
        return [sentence for sentence in found if _says_something(sentence)]

    def close(self) -> list[str]:
        """Return what the end of the reply makes whole."""
        return self.feed("\n")

    def _line(self, line: str) -> list[str]:
        if FENCE.match(line):
            self._code = not self._code
            return []
        if self._code or DROPPED.match(line):
            return []
        return [plain(sentence) for sentence in _split(line)]


def plain(text: str) -> str:
    """Return the words alone, in one line: a link's words stay, its address and every mark-up go; markers stay."""
    text = IMAGE.sub(" ", tidy(unescape(text)))
    text = LINK.sub(lambda link: f"[{link[1]}]" if re.fullmatch(ID, link[1]) else link[1], text)
    text = ADDRESS.sub(" ", TAG.sub(" ", text)).replace("\\", "")
    text = ITEM.sub("", EMPHASIS.sub("", ITEM.sub("", text)))
    return " ".join(re.sub("[<>]", " ", text).split())


def _split(text: str) -> list[str]:
    """Return a line's sentences, markers that stand behind the full stop taken into theirs; at least one."""
    text = CITED_AFTER.sub(lambda found: f" {found[2].strip()}{found[1]} ", text)
    spans = sentence_spans(text)
    if not spans:
        return [text]
    begins = [0, *(start for start, _ in spans[1:])]
    return [text[begin:end] for begin, end in zip(begins, [*begins[1:], len(text)], strict=True)]


def _says_something(sentence: str) -> bool:
    return bool(re.search(r"\w", re.sub(rf"[\[(]\s*{ID}\s*[\])]", "", sentence, flags=re.IGNORECASE)))
