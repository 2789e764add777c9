"""What an added report's passages depend on besides its text: where pages begin, and the kinds that people corrected.

A correction is kept with the passage's words, so that it stays with them when the report is read anew and offsets move.
"""

import hashlib
import json
import tomllib
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from ingest.analysis import letters
from ingest.errors import CorpusError
from ingest.records import KINDS, Passage, Report, Span

REPORT, CORRECTIONS = "report.toml", "kinds.json"
ALIKE = 0.5  # of two passages of which one holds the other's letters, the share that makes them the same passage


@dataclass(frozen=True)
class Correction:
    """A passage's kind as somebody set it: where the passage began then, and its words."""

    start: int
    words: str
    kind: str


@dataclass(frozen=True)
class Details:
    """Where pages begin, as (offset in the text, page) in the text's order, and the corrected kinds."""

    pages: tuple[Span, ...] = ()
    corrections: tuple[Correction, ...] = ()

    @property
    def digest(self) -> str:
        """Return the sha256 of all of it."""
        return hashlib.sha256(json.dumps([self.pages, list(map(asdict, self.corrections))]).encode()).hexdigest()

    def applied(self, passages: Sequence[Passage]) -> tuple[Passage, ...]:
        """Return the passages with their pages and corrected kinds."""
        kinds = _kinds_by_place(passages, self.corrections)
        return tuple(
            replace(_paged(passage, self.pages), kind=kinds.get(place, passage.kind))
            for place, passage in enumerate(passages)
        )


def corrected(corrections: Sequence[Correction], passage: Passage, kind: str) -> tuple[Correction, ...]:
    """Return the corrections with the passage's kind set to ``kind``."""
    others = [c for c in corrections if (letters(c.words), c.start) != (letters(passage.text), passage.start)]
    return (*others, Correction(passage.start, passage.text, kind))


def read_details(corpus: Path, report: Report) -> Details:
    """Return what is kept beside the text of an added report.

    :raises CorpusError: one of its files is missing, unreadable or of another form.
    """
    folder = (corpus / report.file).parent
    path = folder / REPORT
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        pages = tuple((int(start), int(page)) for start, page in data.get("pages", []))
    except (OSError, UnicodeDecodeError, ValueError, TypeError) as error:
        raise CorpusError(f"{path}: cannot be read: {error}") from error
    return Details(pages, read_corrections(folder))


def read_corrections(folder: Path) -> tuple[Correction, ...]:
    """Return the corrected kinds that are kept in an added report's folder.

    :raises CorpusError: the file is unreadable or names an unknown kind.
    """
    path = folder / CORRECTIONS
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        found = tuple(Correction(int(e["start"]), str(e["words"]), str(e["kind"])) for e in entries)
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise CorpusError(f"{path}: cannot be read: {error}") from error
    for correction in found:
        if correction.kind not in KINDS:
            raise CorpusError(f"{path}: unknown kind {correction.kind!r}; known are {', '.join(KINDS)}")
    return found


def as_json(corrections: Sequence[Correction]) -> str:
    """Return the corrections as ``read_corrections`` reads them."""
    return json.dumps([asdict(one) for one in corrections], ensure_ascii=False, indent=1) + "\n"


def _paged(passage: Passage, pages: Sequence[Span]) -> Passage:
    if not pages:
        return passage
    first = bisect_right(pages, passage.start, key=lambda pair: pair[0])
    last = bisect_right(pages, passage.end - 1, key=lambda pair: pair[0])
    return replace(passage, page=pages[first - 1][1] if first else None, turns=tuple(pages[first:last]))


def _kinds_by_place(passages: Sequence[Passage], corrections: Sequence[Correction]) -> dict[int, str]:
    places: dict[str, list[int]] = defaultdict(list)
    if corrections:
        for place, passage in enumerate(passages):
            places[letters(passage.text)].append(place)
    kinds = {}
    for correction in corrections:
        words = letters(correction.words)
        same = places.get(words) or [p for found, at in places.items() if _alike(found, words) for p in at]
        if same:
            nearest = min(same, key=lambda place: abs(passages[place].start - correction.start))
            kinds[nearest] = correction.kind
    return kinds


def _alike(one: str, other: str) -> bool:
    """Tell whether one holds the other's letters and little more: a passage that was cut or grew a little."""
    short, long = sorted((one, other), key=len)
    return len(short) >= ALIKE * len(long) > 0 and short in long
