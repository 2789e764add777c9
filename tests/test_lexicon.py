"""The lexicon: what a question gains by it, and a clear line for each wrong entry."""

from dataclasses import replace
from pathlib import Path

import pytest

from ingest.analysis import fold, letters
from ingest.catalogue import load_catalogue
from ingest.errors import CorpusError
from ingest.lexicon import Concept, Lexicon, Name, load_lexicon, with_reports
from ingest.read import read_report
from ingest.records import Report
from tests.conftest import CORPUS

REPORTS = {report.id: read_report(CORPUS, report) for report in load_catalogue(CORPUS)}
LEXICON = load_lexicon(CORPUS / "lexicon.toml", REPORTS)
SMALL = Lexicon(
    abbreviations=(("VT", "Veilig Thuis"), ("MDO", "multidisciplinair overleg")),
    spelling=(("wijkteem", "wijkteam"),),
    concepts=(
        Concept("geweld", ("geweld", "mishandeling"), ("klappen", "losse handjes")),
        Concept("regie", ("regisseur",), ("wie trekt de kar",)),
    ),
)


@pytest.mark.parametrize(
    ("question", "added"),
    [
        ("Belt VT het wijkteem?", "Veilig Thuis wijkteam"),
        ("wat is een multidisciplinair overleg", "MDO"),
        ("vt en VT", "Veilig Thuis"),  # once
        ("advt", ""),  # whole words alone
        ("hij heeft losse handjes, er vallen klappen", "geweld mishandeling"),
        ("Wie trekt de kar?", "regisseur"),
        ("wat is regie", ""),  # the reports' own word needs no other
        ("", ""),
    ],
)
def test_what_a_question_gains(question: str, added: str) -> None:
    assert SMALL.gains(()).added(question) == added


def test_known_words_gain_nothing() -> None:
    gains = SMALL.gains(("vt", "klap", "los", "hand"))
    assert gains.added("vt en klappen met losse handjes in het wijkteem") == "wijkteam"


def test_the_reports_terms_come_only_where_hardly_a_word_is_known() -> None:
    gains = SMALL.gains(("moeder", "zin", "kind"))  # "zin" is the stem of gezin
    assert gains.added("moeder krijgt klappen") == "geweld mishandeling"  # one known of three
    assert gains.added("moeder, kind en gezin: klappen") == ""


def test_an_empty_lexicon_changes_nothing(tmp_path: Path) -> None:
    assert load_lexicon(tmp_path / "lexicon.toml", []) == Lexicon()
    assert Lexicon().gains(()).added("VT klappen") == ""


def test_the_projects_own_lexicon_is_full() -> None:
    shorts = {short for short, _ in LEXICON.abbreviations}
    asked = "VT SWT MDO RTO JVV GI RvdK RT POH-GGZ KIM ZET LIRIK ARIJ"
    assert set(asked.split()) <= shorts
    assert (len(LEXICON.concepts) >= 300, len(LEXICON.spelling) >= 400) == (True, True)


def test_every_name_stands_in_a_report_that_it_leads_to() -> None:
    for name in LEXICON.names:
        for report in name.reports:
            text = letters(fold(REPORTS[report]))
            named = any(letters(form) in text for form in name.forms)
            assert named or report.split("-")[1] in name.forms or name.beside, (name.forms, report)


def test_most_concepts_begin_with_a_term_of_the_reports() -> None:
    text = letters(" ".join(REPORTS.values()))
    standing = [any(letters(term) in text for term in concept.terms) for concept in LEXICON.concepts]
    assert sum(standing) / len(standing) >= 0.98


NAME = '[[name]]\nforms = ["Gouda"]\nreports = ["tsd-2017-wijkteam"]\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[naam]]\n", "unknown section 'naam'; known are abbreviation, concept, name, spelling"),
        ("x = ", "cannot be read"),
        ("name = 3", "'name' is not a list of [[name]] entries"),
        ('[[abbreviation]]\nshort = "VT"\n', "[[abbreviation]] 1: field 'long' is missing"),
        ('[[abbreviation]]\nshort = "VT"\nlong = " "\n', "field 'long' is ' ', not filled as it should"),
        ('[[abbreviation]]\nshort = "VT"\nlong = "a"\nkort = "b"\n', "unknown field 'kort'"),
        (
            '[[abbreviation]]\nshort = "VT"\nlong = "a"\n[[abbreviation]]\nshort = "vt"\nlong = "b"\n',
            "'vt' stands twice",
        ),
        ('[[concept]]\nname = "a"\nterms = "b"\neveryday = ["c"]\n', "field 'terms' is 'b', not filled as it should"),
        ('[[concept]]\nname = "a"\nterms = ["b"]\neveryday = [3]\n', "field 'everyday' is [3]"),
        (NAME + NAME, "'gouda' stands twice"),
        (NAME.replace("2017", "2031"), "'gouda': unknown report 'tsd-2031-wijkteam'; known are"),
        (NAME + "beside = 1\n", "field 'beside' is 1"),
        ('[spelling]\n"cliënt" = "client"\n', "'cliënt' = 'client' corrects nothing"),
        ("spelling = 3", "'spelling' is not a table"),
    ],
)
def test_a_wrong_entry_is_named(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "lexicon.toml"
    path.write_text(text)
    with pytest.raises(CorpusError) as caught:
        load_lexicon(path, REPORTS)
    assert message in str(caught.value)


def test_a_name_is_found_as_a_whole_word() -> None:
    name = Name(("someren", "jeugd veilig verder"), ("tsd-2020-someren",))
    assert name.pattern.search("hoe gaat het in someren?")
    assert name.pattern.search("wat doet jeugd veilig verder")
    assert not name.pattern.search("zomeren of somerens")


def test_places_of_added_reports_are_names() -> None:
    given = Report("tsd-2019-nijmegen", "N", "TSD", 2019, "2019", False, "Nijmegen", "", "nijmegen", "n.txt", "0")
    added = [replace(given, id=name, place=place, region="Meierij", original="x.pdf")
             for name, place in (("a", "Dorp aan Zee"), ("b", "Nijmegen"), ("c", "Best"))]  # fmt: skip
    names = (Name(("nijmegen", "waalstad"), (given.id,)), Name(("2019",), (given.id,), beside=True))
    found = with_reports(Lexicon(names=names), [given, *added]).names
    assert [(name.forms, name.reports, name.beside) for name in found] == [
        (("nijmegen", "waalstad"), (given.id, "b"), False), (("2019",), (given.id,), True),
        (("dorp aan zee",), ("a",), False), (("meierij",), ("a", "b", "c"), False), (("gemeente best",), ("c",), False),
    ]  # fmt: skip
    assert with_reports(Lexicon(names=names), [given]).names == names
