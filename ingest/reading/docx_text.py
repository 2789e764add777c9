"""What stands inside one paragraph of a DOCX: its words, the marks of notes, boxes; and what is not read."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
DELETED = {f"{W}del", f"{W}moveFrom"}
ALTERNATIVES = "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"
FORMULA_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}chart"
DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}relIds"
PICTURES = {"{http://schemas.openxmlformats.org/drawingml/2006/picture}pic", "{urn:schemas-microsoft-com:vml}imagedata"}
SIGNS = {
    f"{W}tab": " ", f"{W}ptab": " ", f"{W}br": " ", f"{W}cr": " ", f"{W}noBreakHyphen": "-",
}  # fmt: skip
# Field codes, deleted words, properties and readings of East Asian words are not shown as text.
UNSHOWN = DELETED | {f"{W}{name}" for name in ("delText", "instrText", "delInstrText", "pPr", "rPr", "rt")}
ON = ("1", "true", "on", None)


def value(element: Any) -> str | None:
    """Return the w:val of a property, None where it has none."""
    found: str | None = element.get(f"{W}val")
    return found


@dataclass
class Reading:
    """The document's notes, their numbers, those still to be given, and counts of what is not read."""

    footnotes: dict[str, Any]
    endnotes: dict[str, Any]
    pictures: int = 0
    _numbers: dict[tuple[str, str], int] = field(default_factory=dict)
    _waiting: list[tuple[int, Any]] = field(default_factory=list)
    _left: dict[str, int] = field(default_factory=dict)

    def number(self, body: Any) -> None:
        """Number the footnotes in the order of their marks, as Word does, then the endnotes."""
        for kind, notes in (("footnote", self.footnotes), ("endnote", self.endnotes)):
            for mark in body.iter(f"{W}{kind}Reference"):
                identity = (kind, mark.get(f"{W}id"))
                if identity[1] in notes and identity not in self._numbers:
                    self._numbers[identity] = len(self._numbers) + 1

    def refer(self, kind: str, identity: str) -> str:
        """Return a note's mark, and keep its text to be given after this block the first time."""
        notes = self.footnotes if kind == "footnote" else self.endnotes
        number = self._numbers.get((kind, identity))
        if number is None:
            return ""
        if (note := notes.pop(identity, None)) is not None:
            self._waiting.append((number, note))
        return f"[{number}]"

    def take_notes(self) -> list[tuple[int, Any]]:
        """Return the notes that were referred to since the last time."""
        taken, self._waiting = self._waiting, []
        return taken

    def note_left_out(self, what: str, counted: bool = True) -> None:
        """Remember that something is not read."""
        self._left[what] = self._left.get(what, 0) + 1 if counted else 0

    def left_out(self) -> Iterator[str]:
        """Yield what is not read, a Dutch line each."""
        if self.pictures:
            yield f"Afbeeldingen: {self.pictures}"
        for what, number in self._left.items():
            yield f"{what}: {number}" if number else what


class Inline:
    """Reads paragraphs; ``boxes`` gathers the text boxes that are anchored in them."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.boxes: list[Any] = []

    def text(self, paragraph: Any) -> str:
        """Return the words of a paragraph, its insertions and links among them, as they stand."""
        return "".join(self._pieces(paragraph))

    def _pieces(self, parent: Any) -> Iterator[str]:
        for child in parent:
            tag = child.tag
            if tag in (f"{W}t", FORMULA_TEXT):
                yield child.text or ""
            elif tag in SIGNS:
                yield SIGNS[tag]
            elif tag == f"{W}txbxContent":
                self.boxes.append(child)
            elif tag in (f"{W}footnoteReference", f"{W}endnoteReference"):
                yield self.reading.refer(tag[len(W) : -len("Reference")], child.get(f"{W}id"))
            elif tag == ALTERNATIVES:  # the same thing twice: for new programs, and for old ones
                yield from self._pieces(child[0]) if len(child) else ()
            elif tag == f"{W}r" and _hidden(child):
                self.reading.note_left_out("Verborgen tekst", counted=False)
            elif tag not in UNSHOWN and isinstance(tag, str):
                self._count(tag)
                yield from self._pieces(child)

    def _count(self, tag: str) -> None:
        if tag in PICTURES:
            self.reading.pictures += 1
        elif tag == CHART:
            self.reading.note_left_out("Grafieken")
        elif tag == DIAGRAM:
            self.reading.note_left_out("Schema's (SmartArt)")
        elif tag == f"{W}object":
            self.reading.note_left_out("Ingesloten bestanden")
        elif tag == f"{W}commentReference":
            self.reading.note_left_out("Opmerkingen")


def is_bold(paragraph: Any) -> bool:
    """Return whether all words of a paragraph are set in bold by hand."""
    marks = [run.find(f"{W}rPr/{W}b") for run in paragraph.iter(f"{W}r") if "".join(run.itertext(f"{W}t")).strip()]
    return bool(marks) and all(mark is not None and value(mark) in ON for mark in marks)


def _hidden(run: Any) -> bool:
    vanish = run.find(f"{W}rPr/{W}vanish")
    return vanish is not None and value(vanish) in ON
