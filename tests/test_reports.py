"""The five reports, read whole: sections, kinds, tables and quotations as a reader sees them, and no letter lost."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from ingest.catalogue import load_catalogue
from ingest.passages import read_passages
from ingest.read import read_report
from ingest.records import Heading, Passage, Report
from tests.conftest import CORPUS

REPORTS = {report.id: report for report in load_catalogue(CORPUS)}
READ: dict[str, tuple[tuple[Heading, ...], tuple[Passage, ...]]] = {
    name: read_passages(CORPUS, report) for name, report in REPORTS.items()
}
EXPECTED = [
    json.loads(line) for line in (Path(__file__).parent / "data" / "expected_passages.jsonl").read_text().splitlines()
]


def passages(report: str) -> tuple[Passage, ...]:
    return READ[report][1]


def by_text(report: str, start: str) -> Passage:
    """The one passage whose text begins so."""
    found = [passage for passage in passages(report) if passage.text.startswith(start)]
    assert len(found) == 1, [p.text[:60] for p in found]
    return found[0]


@pytest.mark.parametrize("row", EXPECTED, ids=lambda row: f"{row['report'][4:12]}-{row['first'][:24]}")
def test_section_kind_first_and_last_words(row: dict[str, object]) -> None:
    assert row in [
        {
            "report": p.report,
            "section": list(p.section),
            "kind": p.kind,
            "first": " ".join(p.text.split()[:6]),
            "last": " ".join(p.text.split()[-6:]),
        }
        for p in passages(str(row["report"]))
    ]


def test_the_table_has_twelve_passages_of_each_report() -> None:
    assert min(Counter(row["report"] for row in EXPECTED).values()) >= 12


@pytest.mark.parametrize(
    ("report", "path"),
    [
        (
            "tsd-2020-landelijk",
            "Thema's › Thema: Veiligheid › Wat kan beter? › Verbeterpunten uit de praktijk › Veiligheidsrisico versus hulpvraag",
        ),
        (
            "tsd-2020-someren",
            "Resultaten › Passende hulp › 1Gezin1Plan1Regisseur (1G1P1R) › Wat kan beter › Maatwerk bij uitvoering casusregie",
        ),
        (
            "aef-2020-samenwerkingsafspraken",
            "3 Procesaspecten › 3.4 Betekenis voor de uitvoeringspraktijk › Informerende betrokkenen luistert nauw",
        ),
        (
            "tsd-2017-wijkteam",
            "2 Hoe werken de uitgangspunten in de praktijk? › 2.5 Regie onvoldoende helder › "
            "'Iedereen verantwoordelijk, niemand verantwoordelijk'",
        ),
        # The report prints this heading with two # where its siblings have three.
        (
            "tsd-2020-landelijk",
            "Thema's › Thema: Informatie delen › Wat kan beter? › Verbeterpunten uit de praktijk › "
            "Noodzakelijke informatie delen binnen de AVG",
        ),
    ],
)
def test_paths_that_a_reader_would_give(report: str, path: str) -> None:
    assert path in {" › ".join(passage.section) for passage in passages(report)}


LEFT_OUT = {
    # repeated table headers, the page number, a running title, rules, footnote numbers before the note itself
    "tsd-2017-wijkteam": {"sup1sup": 1, "CriteriaIndicatorOperationalisering": 2, "bCriteriabbIndicatorbbOperationaliseringb": 1},
    "tsd-2019-nijmegen": {
        "1": 1, "2": 3, "3": 3, "4": 1,
        "ToezichtSociaalDomein": 1,
        "CriteriaTSDIndicatorOperationaliseringOordeelbeslisregelopindicatorniveau": 5,
    },
    "tsd-2020-someren": {
        "1": 1, "2": 1, "3": 2, "4": 1, "55": 1,
        "6": 1,  # the one page number
        "CriteriaTSD": 7, "Indicator": 7, "Operationalisering": 7, "Oordeelbeslisregelopindicatorniveau": 7,
    },
    "tsd-2020-landelijk": {},
    "aef-2020-samenwerkingsafspraken": {"¹": 1, "²": 1, "³": 1},
}  # fmt: skip


@pytest.mark.parametrize("report", REPORTS.values(), ids=lambda report: report.id)
def test_no_letter_or_digit_is_lost(report: Report) -> None:
    """Every letter stands in a passage, or in a heading that is part of a passage's section path."""
    raw = read_report(CORPUS, report)
    headings, found = READ[report.id]
    kept = bytearray(len(raw))
    for passage in found:
        for start, end in passage.spans:
            kept[start:end] = b"\1" * (end - start)
    in_paths = {title for passage in found for title in passage.section}
    for heading in headings:
        assert heading.title in in_paths
        kept[slice(*heading.span)] = b"\1" * (heading.span[1] - heading.span[0])
    lost = "".join("\0" if kept[place] else char for place, char in enumerate(raw))
    runs = [re.sub(r"<i>|</?p>|[\W_]", "", run) for run in re.split("\0+", lost)]
    assert Counter(run for run in runs if run) == LEFT_OUT[report.id]


@pytest.mark.parametrize("report", REPORTS)
def test_shown_text_is_clean(report: str) -> None:
    for passage in passages(report):
        assert not re.search(r"\*|\]\(|<[a-z/]|\^\[|\[\d\]|[¹²³]|^[•–-] | {2}|\n{2}|^\d+$", passage.text), passage.text


@pytest.mark.parametrize("report", REPORTS)
def test_lengths(report: str) -> None:
    """Whole ideas of at most 1,200 characters, headings and footnotes not counted; only a table row may be longer."""
    for passage in passages(report):
        body = [sentence for sentence in passage.sentences if sentence.block not in ("heading", "note")]
        assert sum(s.end - s.start + 1 for s in body) <= 1201 or body[0].block == "row", passage.id


def test_someren_rows_join_what_is_printed_out_of_order() -> None:
    row = by_text("tsd-2020-someren", "De zorg en ondersteuning aan jeugdigen en volwassenen is resultaatgericht\n4 De")
    assert row.text.split("\n") == [
        "De zorg en ondersteuning aan jeugdigen en volwassenen is resultaatgericht",
        "4 De professional stelt doelen gericht op herstel van veiligheid.",
        "Doelen",
        "De doelen in het veiligheidsplan zijn geprioriteerd en concreet uitgewerkt.",
        "Regievoering",
        "De professional(s), Veilig Thuis en de betreffende jeugdigen en/of volwassenen hebben duidelijk wie regie voert "
        "in een casus. De regisseur voert effectief regie in de casus.",
        "Om positief te beoordelen zijn er door de professional doelen vastgesteld. Deze doelen zijn SMART geformuleerd "
        "en er is bepaald wie wat doet en wanneer om het doel te bereiken.",
        "Om positief te beoordelen moet zichtbaar zijn waar de regievoering is belegd en bestaat hierover duidelijkheid "
        "bij de professionals en jeugdige en/of volwassene. Regievoering is zichtbaar bij totstandkoming veiligheid, "
        "1 plan, evaluatie en bijsturing.",
    ]
    assert row.spans[0] > row.spans[1]  # the criterion is printed after the indicator
    assert row.kind == "verwachting"


def test_nijmegen_row_goes_on_in_the_next_line_of_the_table() -> None:
    row = by_text(
        "tsd-2019-nijmegen",
        "De veiligheid van jeugdigen en volwassenen, die zorg en/of ondersteuning krijgen, is geborgd.\n2 Er",
    )
    assert "Gezamenlijke reflectie\n" in row.text
    assert row.text.endswith("i.v.m. de monitorfunctie van Veilig Thuis.")


@pytest.mark.parametrize(
    ("report", "rows"), [("tsd-2019-nijmegen", 12), ("tsd-2020-someren", 12), ("tsd-2017-wijkteam", 16)]
)
def test_each_criterion_row_is_a_passage(report: str, rows: int) -> None:
    found = [p for p in passages(report) if p.sentences[0].block == "row"]
    assert (len(found), {p.kind for p in found}) == (rows, {"verwachting"})


def test_2017_row_repeats_the_criterion_that_goes_on() -> None:
    row = by_text("tsd-2017-wijkteam", "De zorg en ondersteuning is doelgericht\nEr wordt systematisch")
    assert row.text.endswith("professionals en gezin gezamenlijk de doelen evalueren.")


def test_family_members_words_stay_with_their_point() -> None:
    point = by_text("tsd-2020-landelijk", "Tijdigheid en continuïteit in de hulpverlening")
    words = by_text("tsd-2020-landelijk", "Ik heb het gevoel te zweven tussen instanties.")  # no opening quote mark
    assert (words.kind, words.illustrates) == ("clientstem", point.id)
    voices = [p for p in passages("tsd-2020-landelijk") if p.kind == "clientstem"]
    assert len(voices) == 34
    assert all(p.illustrates for p in voices)


def test_a_remark_without_quotation_marks_is_no_clientstem() -> None:
    remark = by_text("tsd-2020-landelijk", "Ouderenmishandeling signaleren en melden")
    assert "De huisarts en professionals zouden vanuit hun functie" in remark.text


@pytest.mark.parametrize(
    ("report", "start", "note"),
    [
        ("tsd-2019-nijmegen", "Inleiding\nDe samenwerkende", "samenwerkingsverband van vier rijksinspecties"),
        ("tsd-2020-someren", "Risicotaxatie en monitoring", "Actuarieel Risicotaxatie instrument voor Jeugdbescherming."),
        ("tsd-2017-wijkteam", "Inleiding\nDe samenwerkende", "In drie gemeenten is in dit toezicht samengewerkt"),
        ("aef-2020-samenwerkingsafspraken", "De uitkomsten van dit onderzoek", "is op te vragen via https://www.toezicht"),
    ],
)  # fmt: skip
def test_a_footnote_goes_with_the_passage_that_refers_to_it(report: str, start: str, note: str) -> None:
    assert note in by_text(report, start).text


def test_good_examples_only_under_a_heading_that_says_so() -> None:
    for report in REPORTS:
        for passage in passages(report):
            if passage.kind == "goed_voorbeeld":
                assert re.search(r"(?:^|› )Goede? [Vv]oorbeeld", " › ".join(passage.section))
