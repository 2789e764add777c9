"""What a paragraph of a DOCX is, by its style: a heading and of which level, a list item, a quotation, contents."""

import re
from dataclasses import dataclass
from typing import Any

from ingest.reading.docx_text import W, value

HEADING = re.compile(r"(?:heading|kop|überschrift|titre) ([1-9])\b.*", re.IGNORECASE)
TITLE = re.compile(r"(?:title|titel)", re.IGNORECASE)
QUOTE = re.compile(r"(?:intense )?quote|block text|(?:duidelijk )?citaat|bloktekst", re.IGNORECASE)
CONTENTS = re.compile(
    r"(?:toc|kop van inhoudsopgave|inhopg|inhoudsopgave|contents|table of figures|lijst met afbeeldingen)\b.*",
    re.IGNORECASE,
)
LISTED = re.compile(r"(?:list|lijst)(?! (?:continue|met afbeeldingen))\b.*|lijstalinea|opsomming.*", re.IGNORECASE)
BODY_LEVEL = 9  # the outline level "body text"
MAX_CHAIN = 20  # styles based on styles; a damaged file may go in a ring


@dataclass(frozen=True)
class Style:
    """``level`` is 0 for what is no heading."""

    level: int = 0
    listed: bool = False
    quote: bool = False
    contents: bool = False


class Styles:
    """The styles of a document, by the id that its paragraphs use."""

    def __init__(self, styles: Any) -> None:
        self._styles = {style.get(f"{W}styleId"): style for style in styles.element if style.tag == f"{W}style"}
        paragraphs = (s for s in self._styles.items() if s[1].get(f"{W}type") == "paragraph")
        self._default = next((i for i, s in paragraphs if s.get(f"{W}default") in ("1", "true")), None)
        self._known: dict[str | None, Style] = {}

    def of(self, paragraph: Any) -> Style:
        """Return what the paragraph is; its own outline level and numbering come before its style's."""
        named = paragraph.find(f"{W}pPr/{W}pStyle")
        identity = self._default if named is None else value(named)
        if identity not in self._known:
            self._known[identity] = self._from(identity)
        style = self._known[identity]
        level, listed = _properties(paragraph.find(f"{W}pPr"))
        return Style(
            level=style.level if level is None else level,
            listed=style.listed if listed is None else listed,
            quote=style.quote,
            contents=style.contents,
        )

    def _from(self, identity: str | None) -> Style:
        """Return what a style says, its own word before that of the style that it is based on."""
        level, listed, names = None, None, []
        for _ in range(MAX_CHAIN):
            style = self._styles.get(identity)
            if style is None:
                break
            name = style.find(f"{W}name")
            names.append((value(name) or "") if name is not None else "")
            own_level, own_listed = _properties(style.find(f"{W}pPr"))
            level = _heading_level(names[-1]) or own_level if level is None else level
            listed = own_listed if listed is None else listed
            based = style.find(f"{W}basedOn")
            identity = None if based is None else value(based)
        return Style(
            level=level or 0,
            listed=any(map(LISTED.fullmatch, names)) if listed is None else listed,
            quote=any(map(QUOTE.fullmatch, names)),
            contents=any(map(CONTENTS.fullmatch, names)),
        )


def _heading_level(name: str) -> int | None:
    if found := HEADING.fullmatch(name):
        return int(found[1])
    return 1 if TITLE.fullmatch(name) else None


def _properties(properties: Any) -> tuple[int | None, bool | None]:
    """Return the heading level and whether it is a list item; None for what paragraph properties leave open."""
    if properties is None:
        return None, None
    outline, number = properties.find(f"{W}outlineLvl"), properties.find(f"{W}numPr/{W}numId")
    level = None if outline is None else int(value(outline) or BODY_LEVEL)
    return (None if level is None else 0 if level >= BODY_LEVEL else level + 1), (
        None if number is None else value(number) != "0"
    )
