"""The catalogue refuses what is wrong with it, naming file, entry and field."""

from pathlib import Path

import pytest

from ingest.catalogue import load_catalogue
from ingest.errors import CorpusError
from ingest.read import read_report
from tests.conftest import CORPUS

SHARED_SHA256 = {
    "tsd-2017-wijkteam": "a03c066a69ebc2584d399361ce0e6f5d8598e2becb1f8978c24b55fff8dcda6d",
    "tsd-2019-nijmegen": "83062be8fba880e71ca45dfc4fc277a7d676a35009ca4e1da5ff13c9f9a9925d",
    "tsd-2020-someren": "6dc75a039d14f3ee77ee637e654e9bc97403f9ed4e4f0d24ffce900637d08082",
    "tsd-2020-landelijk": "d80a6796b32841dabc3ef76852ae0f552e7264acccaaf6da405b3ae80d1b9266",
    "aef-2020-samenwerkingsafspraken": "4a6dacdebdae59183a81e666f9c9f9541c493465fd8a2bac631ec9a835ce5e06",
}


def test_the_five_reports_are_unchanged() -> None:
    assert {report.id: report.sha256 for report in load_catalogue(CORPUS)} == SHARED_SHA256


def test_dates_say_whether_they_are_printed() -> None:
    assert [(r.year, r.date_printed) for r in load_catalogue(CORPUS)] == [
        (2017, True),
        (2019, True),
        (2020, False),
        (2020, False),
        (2020, True),
    ]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            'id = "tsd-2019-nijmegen"',
            'id = "tsd-2017-wijkteam"',
            "entry 2: field 'id' 'tsd-2017-wijkteam' stands twice",
        ),
        ("year = 2019", 'year = "2019"', "entry 2 ('tsd-2019-nijmegen'): field 'year' is '2019', not of type int"),
        ("year = 2019\n", "", "entry 2 ('tsd-2019-nijmegen'): field 'year' is missing"),
        ('place = "Nijmegen"', 'plaats = "Nijmegen"', "entry 2 ('tsd-2019-nijmegen'): unknown field 'plaats'"),
        ("[[report]]", "[[rapport]]", "unknown key 'rapport'"),
        ("reports/tsd-2019-nijmegen.txt", "reports/weg.txt", "field 'file': there is no 'reports/weg.txt'"),
        ("reports/tsd-2019-nijmegen.txt", "../weg.txt", "lies outside the corpus folder"),
        ("83062be8", "93062be8", "entry 'tsd-2019-nijmegen': field 'sha256' is '93062be8"),
        ("[[report]]", "[[report", "cannot be read"),
    ],
)
def test_a_wrong_entry_is_named(corpus: Path, old: str, new: str, message: str) -> None:
    path = corpus / "catalogue.toml"
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(CorpusError) as caught:
        load_catalogue(corpus)
    assert message in str(caught.value)
    assert "catalogue.toml" in str(caught.value)


def test_missing_folder_and_missing_catalogue(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="there is no corpus folder"):
        load_catalogue(tmp_path / "weg")
    with pytest.raises(CorpusError, match="a corpus folder needs a catalogue"):
        load_catalogue(tmp_path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty or holds no letter"),
        (b" \n\n", "empty or holds no letter"),
        (b"Resultaten \xe9", "byte 11 is not UTF-8"),
    ],
)
def test_a_report_that_is_no_text_is_refused(corpus: Path, content: bytes, message: str) -> None:
    report = load_catalogue(corpus)[1]
    (corpus / report.file).write_bytes(content)
    with pytest.raises(CorpusError, match=message):
        read_report(corpus, report)


def test_an_unknown_layout_is_named() -> None:
    from ingest.layout import load_layout

    with pytest.raises(CorpusError, match="unknown layout 'x'; known are added, hard-wrapped, numbered-markdown"):
        load_layout("x")
