"""From blocks to passages: whole ideas of 300 to 1,200 characters, each with its exact place, kind and sentences."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from ingest.added.details import read_details
from ingest.clean import FOOTNOTE_MARK, CleanText, clean
from ingest.errors import CorpusError
from ingest.layout import KindRule, kind_rules, load_layout
from ingest.read import read_report
from ingest.records import Block, Heading, Passage, Report, Sentence, Span, path_text
from ingest.sentences import sentence_spans
from ingest.structure import Structure, read_structure
from ingest.tables import with_rows

TARGET, LONGEST, WHOLE_BEGINNING = 800, 1200, 300
MOST = 5000  # characters up to which a quotation stays whole; a "sentence" of more is no sentence and is cut at a space
ALONE = ("quote", "case", "editorial")
NAMES = ("heading", "title")  # what names the text below it: never a passage by itself
SUPERSCRIPTS = str.maketrans("¹²³⁴⁵⁶⁷⁸⁹", "123456789")


def read_passages(corpus: Path, report: Report) -> tuple[tuple[Heading, ...], tuple[Passage, ...]]:
    """Return a report's headings and passages in reading order.

    :raises CorpusError: the file, its layout, its tables or what was corrected in it cannot be read.
    """
    headings, passages = passages_of(read_report(corpus, report), report)
    return headings, read_details(corpus, report).applied(passages) if report.original else passages


def passages_of(raw: str, report: Report) -> tuple[tuple[Heading, ...], tuple[Passage, ...]]:
    """Return the headings and passages that a report's text makes by its layout alone.

    :raises CorpusError: there is no such layout, or its tables do not fit the text.
    """
    layout = load_layout(report.layout)
    structure = read_structure(raw, layout)
    return structure.headings, make_passages(raw, report, structure, with_rows(raw, layout, structure))


def make_passages(raw: str, report: Report, structure: Structure, blocks: Sequence[Block]) -> tuple[Passage, ...]:
    """Return the passages that the blocks make, in the blocks' order.

    :raises CorpusError: two passages would have the same place.
    """
    notes = _notes_by_block(raw, blocks)
    passages: dict[str, Passage] = {}
    points: dict[tuple[str, ...], str] = {}  # by section path the last passage that a family member may speak of
    for run in _runs(blocks):
        for part in _packed(raw, run):
            attached = [note for block in part for note in notes.get(block.pieces[0][0], ())]
            made = _passage(raw, report, [*part, *attached], points)
            if made.id in passages:
                raise CorpusError(f"two passages stand at {made.id}; the layout {report.layout!r} reads a place twice")
            passages[made.id] = made
            if made.kind not in ("clientstem", "administratief"):
                points[made.section] = made.id
    return tuple(passages.values())


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
    last: dict[str, int] = {}
    for block in sorted(blocks, key=lambda block: block.pieces[0][0]):
        start = block.pieces[0][0]
        if block.kind != "note":
            last.update(dict.fromkeys(_marks(raw, block), start))
            continue
        number = _number(raw[max(0, start - 16) : start])
        if number not in last:
            raise CorpusError(f"footnote {number} at {start} is not referred to before it")
        found.setdefault(last[number], []).append(block)
    return found


def _marks(raw: str, block: Block) -> set[str]:
    return {_number(m[0]) for start, end in block.pieces for m in FOOTNOTE_MARK.finditer(raw, start, end)}


def _number(mark: str) -> str:
    return re.sub(r"\D", "", mark.rsplit("\n", 1)[-1].translate(SUPERSCRIPTS))


def _packed(raw: str, run: list[Block]) -> list[list[Block]]:
    """Cut a run into parts of about equal size: between blocks where that serves, else between sentences.

    A table that fits in one passage stays whole, a longer one is cut between its rows.
    """
    if run[0].group or (run[0].kind in ALONE and sum(b - a for a, b in run[0].pieces) <= MOST):
        return [run]
    units = _units(raw, [part for block in run for part in _short_enough(raw, block)])
    sizes = [sum(len(clean(raw, [block.pieces]).text) for block in unit) for unit in units]
    total = sum(sizes)
    limit = LONGEST if total <= LONGEST else max(WHOLE_BEGINNING, 1.15 * total / math.ceil(total / TARGET))
    parts: list[list[Block]] = [[]]
    size = 0
    for unit, length in zip(units, sizes, strict=True):
        leads = raw[slice(*unit[-1].pieces[-1])].rstrip().endswith(":")
        full = size + length > limit or (leads and size >= WHOLE_BEGINNING and total > LONGEST)
        if parts[-1] and full and not _belongs_below(raw, parts[-1][-1], size + length):
            parts.append([])
            size = 0
        parts[-1] += unit
        size += length
    return parts


def _units(raw: str, blocks: Sequence[Block]) -> list[list[Block]]:
    """Return what is never parted: each block, and the rows of a table that fits in one passage."""
    units: list[list[Block]] = []
    for is_table, members in groupby(blocks, key=lambda block: block.kind == "tab"):
        table = list(members)
        fits = is_table and len(clean(raw, [block.pieces for block in table]).text) <= LONGEST
        units += [table] if fits else [[block] for block in table]
    return units


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
    for start, end in _cut_endless(text.text, sentence_spans(text.text)):
        if parts and end - parts[-1][0] <= wanted * 1.15:
            parts[-1] = (parts[-1][0], end)
        else:
            parts.append((start, end))
    return [Block(block.kind, _pieces_between(block, text, *part), block.path, block.group) for part in parts]


def _cut_endless(text: str, sentences: Iterable[Span]) -> Iterator[Span]:
    """Yield the sentences, those of more than ``MOST`` characters (a file without full stops) in parts."""
    for start, end in sentences:
        endless = end - start > MOST
        while endless and end - start > LONGEST:
            space = text.rfind(" ", start + TARGET, start + LONGEST)
            cut = space if space >= 0 else start + LONGEST
            yield start, cut
            start = cut + (space >= 0)
        yield start, end


def _pieces_between(block: Block, text: CleanText, start: int, end: int) -> tuple[Span, ...]:
    places = [origin for origin in text.origins[start:end] if origin >= 0]
    low, high = block.pieces[0][0] if start == 0 else places[0], places[-1] + 1
    return tuple((max(a, low), min(b, high)) for a, b in block.pieces if b > low and a < high)


def _passage(raw: str, report: Report, blocks: list[Block], points: Mapping[tuple[str, ...], str]) -> Passage:
    text = clean(raw, [block.pieces for block in blocks])
    spans = text.spans(0, len(text.text))
    start, end = min(a for a, _ in spans), max(b for _, b in spans)
    path = blocks[0].path
    first = next(block for block in blocks if block.kind not in NAMES)
    return Passage(
        id=f"{report.id}:{start}-{end}",
        report=report.id,
        kind=kind_rule(report.layout, first.kind, path, text.text).kind,
        section=path,
        spans=spans,
        text=text.text,
        sentences=_sentences(text, blocks),
        illustrates=points.get(path) if first.kind == "quote" else None,
    )


def kind_rule(layout: str, block: str, path: tuple[str, ...], text: str) -> KindRule:
    """Return the rule that gives a passage its kind.

    :param block: the kind of the passage's first block that is no heading.
    """
    return next(rule for rule in kind_rules(layout) if rule.holds(block, path_text(path), text))


def _sentences(text: CleanText, blocks: list[Block]) -> tuple[Sentence, ...]:
    ends = [place for place, char in enumerate(text.text) if char == "\n"] + [len(text.text)]
    kinds = [block.kind for block in blocks]
    return tuple(
        Sentence(start, end, text.spans(start, end), kinds[sum(cut < end for cut in ends)])
        for start, end in sentence_spans(text.text)
    )
