"""How much of a passage is quoted with a sentence: a list with its lead-in, a table's row with the heads of its columns."""

from collections.abc import Sequence

from assistant.extent import LIST_WORDS, extent
from assistant.question import OTHER
from assistant.sentences import Candidate
from ingest.added.draft import Draft
from ingest.reading.document import Document, Element
from ingest.records import Passage

LIST = (
    "Bij de aanmelding noteert de medewerker:",
    "de naam van de jongere;",
    "de hoogte van de schulden;",
    "wie er helpt.",
)
ROWS = ("Stap\tWie\tTermijn", "Terugbellen\tJongerenpunt\t2 werkdagen", "Eerste gesprek\tCoach\t7 dagen")


def passage(*elements: Element) -> Passage:
    document = Document((Element("heading", "Aanmelden", 1), *elements))
    return Draft("protocol.md", b"", document).passages()[1][0]


def quoted(found: Passage, number: int, lead: bool = True, scores: dict[int, float] | None = None) -> list[str]:
    """The sentences quoted for a sentence; number 0 is the heading."""
    known = {(found.id, place): score for place, score in (scores or {}).items()}
    numbers = extent(Candidate(found, number, 1.0), OTHER, known, lead)
    return [found.quote(found.sentences[place]) for place in numbers]


def listed(items: Sequence[str] = LIST[1:]) -> Passage:
    before = Element("text", "Iemand meldt zich aan. Dat mag ook de school doen.")
    return passage(before, Element("text", LIST[0]), *(Element("item", text) for text in items))


def test_a_lead_in_is_quoted_with_its_list() -> None:
    assert quoted(listed(), 3) == list(LIST)
    assert quoted(listed(), 3, lead=False) == list(LIST)


def test_an_item_brings_its_lead_in_and_where_it_leads_the_whole_list() -> None:
    assert quoted(listed(), 5, lead=False) == [LIST[0], LIST[2]]
    assert quoted(listed(), 5) == list(LIST)


def test_a_lead_in_without_a_list_is_no_quote() -> None:
    assert quoted(passage(Element("text", "De coach let op drie dingen:")), 1) == []


def test_a_list_that_is_too_long_is_cut_between_its_items() -> None:
    items = [f"punt {number} met nog zeven woorden erbij tot slot;" for number in range(20)]
    found = quoted(listed(items), 3)
    assert found == [LIST[0], *items[: len(found) - 1]]
    assert LIST_WORDS - 9 < sum(len(text.split()) for text in found) <= LIST_WORDS


def test_a_neighbour_that_opens_a_list_comes_with_it_or_not_at_all() -> None:
    both = ["Iemand belt het punt zelf op.", "Dat mag ook de school doen."]
    found = passage(Element("text", " ".join(both)), *(Element("text" if ":" in t else "item", t) for t in LIST))
    assert quoted(found, 1, scores={2: 1.0, 3: 1.0}) == [*both, *LIST]
    alone = passage(Element("text", "Iemand meldt zich aan bij het punt. Let op:"))
    assert quoted(alone, 1, scores={2: 1.0}) == ["Iemand meldt zich aan bij het punt."]


def test_a_row_has_the_heads_of_its_columns() -> None:
    found = passage(*(Element("row", text) for text in ROWS))
    assert quoted(found, 3) == ["| Stap | Wie | Termijn |", "| Eerste gesprek | Coach | 7 dagen |"]
    assert quoted(found, 1) == ["| Stap | Wie | Termijn |"]


def test_a_passage_that_goes_on_with_a_table_has_no_heads() -> None:
    rows = [Element("row", f"Stap {n}\tDit gebeurt er in stap {n}, met alles wat erbij hoort.\t{n}") for n in range(60)]
    document = Document((Element("heading", "Aanmelden", 1), *rows))
    later = Draft("protocol.md", b"", document).passages()[1][1]
    assert quoted(later, 2) == [later.quote(later.sentences[2])]


def test_an_item_without_a_full_stop_is_whole() -> None:
    found = passage(Element("text", "Neem mee wat u hebt:"), Element("item", "Alle rekeningen die nog open staan"))
    assert quoted(found, 2, lead=False) == ["Alle rekeningen die nog open staan"]
