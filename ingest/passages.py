"""From blocks to passages: whole ideas of 300 to 1,200 characters, each with its exact place, kind and sentences."""

import math
import re
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from ingest.clean import FOOTNOTE_MARK, CleanText, clean
from ingest.errors import CorpusError
from ingest.layout import kind_rules, load_layout
from ingest.read import read_report
from ingest.records import Block, Heading, Passage, Report, Sentence, Span, path_text
from ingest.sentences import sentence_spans
from ingest.structure import Structure, read_structure
from ingest.tables import with_rows

TARGET, LONGEST, WHOLE_BEGINNING = 800, 1200, 300
ALONE = ("quote", "case", "editorial")
NAMES = ("heading", "title")  # what names the text below it: never a passage by itself
SUPERSCRIPTS = str.maketrans("¹²³⁴⁵⁶⁷⁸⁹", "123456789")


def read_passages(corpus: Path, report: Report) -> tuple[tuple[Heading, ...], tuple[Passage, ...]]:
    """Return a report's headings and passages in reading order.

    :raises CorpusError: the file, its layout or its tables cannot be read.
    """
    raw = read_report(corpus, report)
    layout = load_layout(report.layout)
    structure = read_structure(raw, layout)
    return structure.headings, make_passages(raw, report, structure, with_rows(raw, layout, structure))


def make_passages(raw: str, report: Report, structure: Structure, blocks: Sequence[Block]) -> tuple[Passage, ...]:
    """Return the passages that the blocks make, in the blocks' order.

    :raises CorpusError: two passages would have the same place.
    """
    notes = _notes_by_block(raw, blocks)
    passages: list[Passage] = []
    for run in _runs(blocks):
        for part in _packed(raw, run):
            attached = [note for block in part for note in notes.get(block.pieces[0][0], ())]
            passages.append(_passage(raw, report, [*part, *attached], passages))
    ids = [passage.id for passage in passages]
    for number, name in enumerate(ids):
        if name in ids[:number]:
            raise CorpusError(f"two passages stand at {name}; the layout {report.layout!r} reads a place twice")
    return tuple(passages)


def _runs(blocks: Sequence[Block]) -> list[list[Block]]:
    """Return blocks that may share a passage: one path and group, and no quotation, case or note among them.

    The heading right above a text belongs to it; a heading that only holds headings stands in section paths alone.
    """
    body = [block for block in blocks if block.kind != "note"]
    runs: list[list[Block]] = []
    for (_, _, alone), members in groupby(body, key=lambda b: (b.path, b.group, b.kind if b.kind in ALONE else "")):
        listed = list(members)
        runs += [[block] for block in listed] if alone else [listed]
    return [run for run in runs if any(block.kind not in NAMES for block in run)]


def _notes_by_block(raw: str, blocks: Sequence[Block]) -> dict[int, list[Block]]:
    """Return each footnote under the start of the block that refers to it: the last one before it with its mark."""
    found: dict[int, list[Block]] = {}
    for note in (block for block in blocks if block.kind == "note"):
        start = note.pieces[0][0]
        number = _number(raw[max(0, start - 16) : start])
        before = [b for b in blocks if b.kind != "note" and b.pieces[0][0] < start and number in _marks(raw, b)]
        if not before:
            raise CorpusError(f"footnote {number} at {start} is not referred to before it")
        found.setdefault(max(b.pieces[0][0] for b in before), []).append(note)
    return found


def _marks(raw: str, block: Block) -> set[str]:
    return {_number(m[0]) for start, end in block.pieces for m in FOOTNOTE_MARK.finditer(raw, start, end)}


def _number(mark: str) -> str:
    return re.sub(r"\D", "", mark.rsplit("\n", 1)[-1].translate(SUPERSCRIPTS))


def _packed(raw: str, run: list[Block]) -> list[list[Block]]:
    """Cut a run into parts of about equal size: between blocks where that serves, else between sentences."""
    if run[0].group or run[0].kind in ALONE:
        return [run]
    blocks = [part for block in run for part in _short_enough(raw, block)]
    sizes = [len(clean(raw, [block.pieces]).text) for block in blocks]
    total = sum(sizes)
    limit = LONGEST if total <= LONGEST else max(WHOLE_BEGINNING, 1.15 * total / math.ceil(total / TARGET))
    parts: list[list[Block]] = [[]]
    size = 0
    for block, length in zip(blocks, sizes, strict=True):
        leads = raw[slice(*block.pieces[-1])].rstrip().endswith(":")
        full = size + length > limit or (leads and size >= WHOLE_BEGINNING and total > LONGEST)
        if parts[-1] and full and not _belongs_below(raw, parts[-1][-1], size + length):
            parts.append([])
            size = 0
        parts[-1].append(block)
        size += length
    return parts


def _belongs_below(raw: str, last: Block, size: int) -> bool:
    """Tell whether the next block must stay with the last one: its name always, a lead-in ("… zijn:") if it fits."""
    return last.kind in NAMES or (size <= LONGEST and raw[slice(*last.pieces[-1])].rstrip().endswith(":"))


def _short_enough(raw: str, block: Block) -> list[Block]:
    """Return the block, or where it is too long for one passage its sentences in parts of about equal size."""
    text = clean(raw, [block.pieces])
    if len(text.text) <= LONGEST:
        return [block]
    wanted = len(text.text) / math.ceil(len(text.text) / TARGET)
    parts: list[Span] = []
    for start, end in sentence_spans(text.text):
        if parts and end - parts[-1][0] <= wanted * 1.15:
            parts[-1] = (parts[-1][0], end)
        else:
            parts.append((start, end))
    return [Block(block.kind, _pieces_between(block, text, *part), block.path, block.group) for part in parts]


def _pieces_between(block: Block, text: CleanText, start: int, end: int) -> tuple[Span, ...]:
    places = [origin for origin in text.origins[start:end] if origin >= 0]
    low, high = places[0], places[-1] + 1
    return tuple((max(a, low), min(b, high)) for a, b in block.pieces if b > low and a < high)


def _passage(raw: str, report: Report, blocks: list[Block], before: list[Passage]) -> Passage:
    text = clean(raw, [block.pieces for block in blocks])
    spans = text.spans(0, len(text.text))
    start, end = min(a for a, _ in spans), max(b for _, b in spans)
    path = blocks[0].path
    first = next(block for block in blocks if block.kind not in NAMES)
    return Passage(
        id=f"{report.id}:{start}-{end}",
        report=report.id,
        kind=_kind(first, path, text.text),
        section=path,
        spans=spans,
        text=text.text,
        sentences=_sentences(text, blocks),
        illustrates=_illustrated(path, before) if first.kind == "quote" else None,
    )


def _kind(block: Block, path: tuple[str, ...], text: str) -> str:
    return next(rule.kind for rule in kind_rules() if rule.holds(block.kind, path_text(path), text))


def _illustrated(path: tuple[str, ...], before: list[Passage]) -> str | None:
    points = [p.id for p in before if p.section == path and p.kind not in ("clientstem", "administratief")]
    return points[-1] if points else None


def _sentences(text: CleanText, blocks: list[Block]) -> tuple[Sentence, ...]:
    ends = [place for place, char in enumerate(text.text) if char == "\n"] + [len(text.text)]
    kinds = [block.kind for block in blocks]
    return tuple(
        Sentence(start, end, text.spans(start, end), kinds[sum(cut < end for cut in ends)])
        for start, end in sentence_spans(text.text)
    )
