"""Dutch sentences: where one ends, and where a full stop only shortens a word.

A statistical splitter would need a model to download; these reports need the abbreviations below and no more.
"""

import re

from ingest.records import Span

ABBREVIATIONS = (
    "m.b.t d.m.v i.v.m o.a e.d i.h.k.v t.b.v t.a.v t.o.v c.q bijv bv etc vgl nr blz art dhr mevr drs dr ir mr prof ca "
    "jl a.d.h.v n.a.v i.p.v i.s.m m.u.v z.g z.s.m resp incl excl evt"
).split()
BOUNDARY = re.compile(r"[.!?…][\"'’”)\]]*(?= +[\"'‘“(\[]*[A-ZÀ-Ý0-9])|[.!?…][\"'’”)\]]*(?=\n|$)|(?<=\S)(?=\n)")
SHORT = re.compile(
    rf"(?:(?<![\w.])(?:{'|'.join(re.escape(a) for a in ABBREVIATIONS)})"  # "m.b.t."
    r"|(?<![\w.])[A-Z]"  # an initial
    r"|(?:\A|\n)\s*(?:Figuur )?\d{1,2})\.$",  # a list number
    re.IGNORECASE,
)


def sentence_spans(text: str) -> list[Span]:
    """Return the sentences of ``text`` as [start, end) without the white space between them.

    A newline always ends one, so a heading or list item without a full stop is a sentence of its own.
    """
    spans: list[Span] = []
    start = 0
    for match in BOUNDARY.finditer(text):
        end = match.end()
        at_line_end = text[end : end + 1] in ("", "\n")
        if not at_line_end and SHORT.search(text[start:end]):
            continue
        if text[start:end].strip():
            spans.append(_trimmed(text, start, end))
        start = end
    if text[start:].strip():
        spans.append(_trimmed(text, start, len(text)))
    return spans


def _trimmed(text: str, start: int, end: int) -> Span:
    while text[start].isspace():
        start += 1
    while text[end - 1].isspace():
        end -= 1
    return start, end
