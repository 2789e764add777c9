"""What is written of a document that was read comes out of its passages again, letter for letter and page for page."""

import re
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.receipt import stands
from ingest.added.write import written
from ingest.passages import passages_of
from ingest.reading.document import Document, Element
from ingest.records import Heading, Passage, Report

REPORT = Report("r", "Een rapport", "Een gemeente", 2025, "2025", True, "", "", "added", "", "")
MARKED = "[1] [2](x) *let* **op** <b>vet</b> m² ³ # - > \\[1\\] ~ _x_ `c` ![a](http://b) :red[x] a\\*b • – 1. x"


def read(*elements: Element) -> tuple[tuple[Heading, ...], tuple[Passage, ...]]:
    return passages_of(written(Document(elements))[0], REPORT)


def shown(elements: tuple[Element, ...]) -> Counter[str]:
    headings, passages = read(*elements)
    in_passage = [p.text for p in passages]
    lone = [h.title for h in headings if not any(s[0] < h.span[1] <= s[1] for p in passages for s in p.spans)]
    return Counter(char for text in (*in_passage, *lone) for char in text if char.isalnum())


def text(*kinds: str) -> st.SearchStrategy[Element]:
    words = st.sampled_from(["veilig", "Zorg", "3", "m²", "[1]", "[2]", "[12]", "*", "<b>", "</p>", "\\", "#", "-", ">",
                             "zie[1]", "een.", "Nee!", "\t", "é", "(x)", "](y)", "1.", "Aanbevelingen:", "^[1]", "•", "hulp-"])  # fmt: skip
    sentence = st.lists(words | st.text(st.characters(exclude_categories=("C", "Z"))), min_size=1, max_size=12).map(
        " ".join
    )
    return st.builds(Element, st.sampled_from(kinds), sentence, st.integers(0, 8))


NOTES = st.builds(
    lambda n, t: Element("note", f"[{n}] {t}"),
    st.sampled_from([1, 2, 12, 100]),
    st.sampled_from(["noot", "2 [1] x", "Zie de wet."]),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(text("heading", "text", "item", "row", "quote", "note") | NOTES, min_size=1, max_size=14).map(tuple))
def test_every_letter_and_digit_comes_out_again(elements: tuple[Element, ...]) -> None:
    notes = {m[1] for e in elements if e.kind == "note" and (m := re.match(r"\[(\d{1,2})\]\s+\S", e.text))}
    wanted: Counter[str] = Counter()
    optional: Counter[str] = Counter()  # the digits of footnote marks, which passages do not show
    for element in elements:
        wanted.update(char for char in element.text if char.isalnum())
        optional.update(char for m in re.finditer(r"\[(\d{1,2})\]", element.text) if m[1] in notes for char in m[1])
    found = shown(elements)
    assert not found - wanted
    assert not (wanted - found) - optional
    _, passages = read(*elements)
    raw = written(Document(elements))[0]
    for passage in passages:
        for sentence in passage.sentences:
            assert stands({"spans": sentence.spans, "quote": passage.quote(sentence)}, raw)


def test_a_file_without_full_stops_is_cut_at_spaces() -> None:
    """A passage of a million characters could be neither searched nor shown."""
    endless = " ".join(f"woord{number}" for number in range(3_000))
    elements = (
        Element("heading", "Kop " * 100, 1),
        Element("text", endless),
        Element("quote", endless),
        Element("text", "x" * 9000),
    )
    _, found = read(*elements)
    assert max(len(passage.text) for passage in found) <= 1500
    assert re.sub(r"\s", "", "".join(passage.text for passage in found)) == re.sub(
        r"\s", "", "".join(element.text for element in elements)
    )


def test_the_page_turn_in_a_footnote_stands_at_its_own_word() -> None:
    note = "[1] Zie de wet. Het tweede lid."
    elements = (
        Element("text", "Dit staat vast[1].", page=1),
        Element("note", note, page=1, turns=((note.index("Het"), 2),)),
    )
    raw, pages = written(Document(elements))
    assert [(raw[start:].split()[0], page) for start, page in pages] == [("Dit", 1), ("Het", 2)]
