"""Added reports: kept whole or not at all, answered from at once with the right page, corrected, and gone without a trace."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from streamlit.testing.v1 import AppTest
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from assistant.engine import Assistant
from assistant.index import Index
from assistant.receipt import verify
from assistant.records import Filters, Turn
from ingest.added.details import Correction, corrected
from ingest.added.draft import Draft, certainty, plain_name, read_draft
from ingest.added.metadata import Metadata, checked
from ingest.added.renew import renew
from ingest.added.reports import add_report, correct, describe, faults, put_away, remove, restore
from ingest.added.store import entries, folder_of
from ingest.catalogue import given_reports, listed_reports, load_catalogue
from ingest.errors import CorpusError, DocumentError, UsageError
from ingest.passages import LONGEST, read_passages
from ingest.reading.document import Document, Element
from ingest.records import Passage
from ingest.settings import STATIC, settings
from ingest.store import IndexFolder
from learn.pack import make_pack
from learn.records import Wish
from tests.added_report import PUBLISHER, TITLE, YEAR, protocol, write_docx, write_pdf
from tests.conftest import CORPUS, environment
from ui import originals
from ui.report_html import report_pieces
from ui.report_order import read_parts
from ui.report_words import Marks

Run = Callable[..., subprocess.CompletedProcess[str]]
ID = "protocol-vroegsignalering-en-schuldhulpverlening-2025"
ABOUT = Metadata(TITLE, PUBLISHER, YEAR, "Waterveen")
# What somebody asks of the protocol, with a part of the sentence that answers it and the page where that stands.
ASKED = (
    ("binnen hoeveel dagen krijgt een inwoner met schulden een eerste gesprek", "binnen tien werkdagen", 1),
    ("wat is een moratorium", "zes maanden rust", 1),
    ("wie houdt contact met de schuldeisers", "onderhoudt het contact met de schuldeisers", 2),
    ("wanneer stopt de schuldhulp", "twee keer zonder bericht wegblijft", 2),
    ("hoe lang duurt een schuldregeling", "duurt achttien maanden", 2),
    ("wat betekent vroegsignalering", "opsporen van huishoudens", 3),
)


def draft(document: Document | None = None, content: bytes = b"%PDF-1.4 een", name: str = "protocol.pdf") -> Draft:
    return Draft(name, content, document or protocol())


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A corpus of one given report."""
    folder = tmp_path / "klein"
    (folder / "reports").mkdir(parents=True)
    whole = (CORPUS / "catalogue.toml").read_text()
    (folder / "catalogue.toml").write_text("[[report]]" + whole.split("[[report]]")[2])
    shutil.copy(CORPUS / "reports" / "tsd-2019-nijmegen.txt", folder / "reports")
    return folder


def passages(corpus: Path) -> tuple[Passage, ...]:
    return read_passages(corpus, load_catalogue(corpus)[-1])[1]


def by_text(found: tuple[Passage, ...], part: str) -> Passage:
    return next(passage for passage in found if part in passage.text)


class Site:
    """A corpus and an index of the five reports and the protocol."""

    def __init__(self, folder: Path) -> None:
        self.corpus, self.index = folder / "corpus", folder / "index"
        shutil.copytree(CORPUS, self.corpus)
        add_report(self.corpus, draft(), ABOUT)
        renew(self.corpus, self.index, STATIC)
        self.assistant = Assistant(self.index, self.corpus)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, attempts: Path) -> Site:
    return Site(tmp_path_factory.mktemp("site"))


@pytest.mark.parametrize(("question", "part", "page"), ASKED)
def test_a_new_report_answers_at_once_with_its_page(site: Site, question: str, part: str, page: int) -> None:
    answer = site.assistant.ask(question)
    assert answer.status == "answered"
    assert answer.passages[0].passage.report == ID
    first = answer.citations[0].to_json()
    assert part in first["quote"]
    assert (first["report"], first["page"]) == (ID, page)
    assert verify(site.assistant.receipt(answer), site.corpus) == []


@pytest.mark.parametrize(
    ("question", "status", "lacking"),
    [
        ("wat is het telefoonnummer van de geldwinkel", "not_found", ("telefoonnummer",)),
        ("hoe vaak bezoekt de schuldhulpverlener een inwoner thuis", "not_found", ("bezoekt",)),
        ("welke opleiding heeft de schuldhulpverlener", "partly", ("opleiding",)),
        ("hoe lang duurt een schuldregeling", "answered", ()),
    ],
)
def test_what_a_new_report_does_not_say_is_said(
    site: Site, question: str, status: str, lacking: tuple[str, ...]
) -> None:
    answer = site.assistant.ask(question)
    assert (answer.status, answer.not_covered) == (status, lacking)
    turns = [Turn("user", "wat is de leeftijd van de schuldhulpverlener"), Turn("assistant", "Dat staat er niet.")]
    assert site.assistant.ask(f"en {question}", turns).not_covered == lacking  # its own words, not those before it
    told = "Het woord ‘opleiding’ staat niet in dit rapport (Waterveen 2025)."
    assert (told in answer.answer) == (status == "partly")


def test_in_danger_nothing_is_said_of_missing_words(site: Site) -> None:
    answer = site.assistant.ask("mijn man slaat mij nu, help. welke opleiding heeft de schuldhulpverlener")
    assert answer.in_danger
    assert (answer.not_covered, "staat niet in dit rapport" in answer.answer) == ((), False)


def test_a_row_of_a_table_is_quoted_with_the_heads_of_its_columns(site: Site) -> None:
    answer = site.assistant.ask("binnen hoeveel weken is er een voorstel aan schuldeisers na het plan van aanpak")
    head, row = "| Stap | Termijn | Verantwoordelijke |", "| Voorstel aan schuldeisers | binnen twaalf weken"
    assert any(c.quote.text.startswith(f"{head} {row}") for c in answer.citations)
    assert verify(site.assistant.receipt(answer), site.corpus) == []


def test_its_place_sets_it_beside_another_report(site: Site) -> None:
    answer = site.assistant.ask("Vergelijk Waterveen en Someren: wie voert het eerste gesprek met een gezin?")
    lanes = [line for line in answer.answer.splitlines() if line.startswith("**")]
    assert lanes == ["**Waterveen 2025**", "**Someren 2020**"]
    assert {c.quote.passage.report for c in answer.citations} == {ID, "tsd-2020-someren"}


@pytest.mark.parametrize("question", ["wie wint de champions league", "hoe bak ik een appeltaart"])
def test_what_it_does_not_speak_of_stays_out_of_scope(site: Site, question: str) -> None:
    answer = site.assistant.ask(question)
    assert answer.status == "out_of_scope"
    assert "lokale teams en kwetsbare gezinnen, en uit een die is toegevoegd. Over" in answer.answer


def test_the_rest_of_the_app_takes_it_in(site: Site) -> None:
    index = site.assistant.index
    assert list(index.reports)[-1] == ID and index.reports[ID].title == TITLE
    only = site.assistant.ask("wat is een moratorium", filters=Filters((ID,)))
    assert {hit.passage.report for hit in only.passages} == {ID}
    pack = make_pack(site.assistant, Wish("dreigende ontruiming", minutes=30, parts=("boodschap",), reports=(ID,)))
    assert {source.report.id for item in pack.items for source in item.sources} == {ID}
    raw = (site.corpus / index.reports[ID].file).read_text()
    headings, found = read_passages(site.corpus, index.reports[ID])
    html = "".join(
        piece.html for piece in report_pieces(read_parts(raw, headings, found, False), Marks(pages_open=True))
    )
    assert '<th scope="row">Plan van aanpak</th><td>binnen acht weken na het eerste gesprek</td><td>' in html
    assert f'href="vraagbaak-origineel/{ID}#page=1" target="_blank"' in html and ">p. 1–2</a>" in html
    assert "vb-kader" not in html


def test_nothing_is_left_of_a_removed_report(tmp_path: Path, small: Path, attempts: Path) -> None:
    shutil.copytree(CORPUS / "model", small / "model")
    index = tmp_path / "index"
    add_report(small, draft(), ABOUT)
    renew(small, index, STATIC)
    assert ID in Index(index).reports and holding(b"ldwinkel", small, index)
    remove(small, ID)
    renew(small, index, STATIC)
    assert list(Index(index).reports) == ["tsd-2019-nijmegen"]
    assert holding(b"ldwinkel", small, index) == holding(ID.encode(), small, index) == []
    assert len(list(IndexFolder(index).builds.iterdir())) == 1


def holding(words: bytes, *folders: Path) -> list[Path]:
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return [path for path in files if words in path.read_bytes() or words.decode() in path.name]


def test_pages_kinds_tables_and_notes(small: Path) -> None:
    entry = add_report(small, draft(), ABOUT)
    assert (entry.id, entry.page_count, [page for _, page in entry.pages]) == (ID, 3, [1, 2, 3])
    found = passages(small)
    assert [(p.section[-1], p.kind, certainty(p), p.page) for p in found] == [
        ("1 Inleiding", "uitleg", "zeker", 1),
        ("2 Aanmelding en eerste gesprek", "bevinding", "standaard", 1),
        ("3 Dreigende ontruiming", "bevinding", "standaard", 1),
        ("4 Termijnen", "bevinding", "standaard", 2),
        ("5 De schuldregeling", "bevinding", "standaard", 2),
        ("6 Beëindiging", "bevinding", "standaard", 2),
        ("7 Goede voorbeelden", "goed_voorbeeld", "zeker", 3),
        ("8 Ervaringen van inwoners", "clientstem", "zeker", 3),
        ("9 Aanbevelingen", "aanbeveling", "zeker", 3),
        ("10 Begrippen", "definitie", "zeker", 3),
    ]
    over_the_turn = found[2]
    pages = {over_the_turn.quote(s)[:12]: over_the_turn.page_at(s.spans[0][0]) for s in over_the_turn.sentences[1:]}
    assert pages == {"Kondigt een ": 1, "Samen onderz": 1, "Een moratori": 2, "Een gezin me": 2, "De wethouder": 2,
                     "Dit is afges": 2}  # fmt: skip
    assert "onderkomen is. De wethouder" in over_the_turn.text  # the footnote's mark is no part of the words
    rows = [s for s in found[3].sentences if s.block == "tab"]
    assert (
        found[3].quote(rows[2]) == "| Plan van aanpak | binnen acht weken na het eerste gesprek | schuldhulpverlener |"
    )


def test_a_long_table_is_cut_between_its_rows(small: Path) -> None:
    rows = tuple(Element("row", f"Stap {n}\tDit is wat er in de stap gebeurt, met nummer {n}.\t{n}") for n in range(60))
    short = tuple(Element("row", f"Kop {n}\tTekst") for n in range(8))
    text = Element("text", "Een alinea van gewone lengte. " * 30)
    document = Document((Element("heading", "A", 1), *rows, Element("heading", "B", 1), text, *short, text))
    add_report(small, draft(document), replace(ABOUT, title="Tabellen"))
    found = passages(small)
    assert max(len(passage.text) for passage in found) <= LONGEST
    in_order = [line for p in found if p.section == ("A",) for line in p.text.split("\n")[p.text.startswith("A\n") :]]
    assert in_order == ["| " + row.text.replace("\t", " | ") + " |" for row in rows]
    assert [p.text.count("Kop ") for p in found if "Kop " in p.text] == [8]


@pytest.mark.parametrize(
    ("heading", "text", "kind", "sure"),
    [
        ("3.2 Aanbevelingen", "Doe dit.", "aanbeveling", "zeker"),
        ("Wat kan beter", "De overdracht.", "verbeterpunt", "zeker"),
        ("Goed voorbeeld: Ede", "Het team belt.", "goed_voorbeeld", "zeker"),
        ("Verwachtingen", "Er is een plan.", "verwachting", "zeker"),
        ("Onderzoeksopzet", "Wij spraken 20 mensen.", "werkwijze", "zeker"),
        ("Colofon", "Uitgave van de gemeente.", "administratief", "zeker"),
        ("Casus Kim", "Kim is negen.", "casus", "zeker"),
        ("Resultaten", "“Ze luisterden eindelijk naar mij” (moeder)", "clientstem", "waarschijnlijk"),
        ("Resultaten", "“Wij bellen elke week” (wijkteammedewerker)", "bevinding", "standaard"),
        ("Resultaten", "Onder regie verstaan wij de leiding over het plan.", "definitie", "waarschijnlijk"),
        ("Resultaten", "Wij raden gemeenten dit aan.", "aanbeveling", "waarschijnlijk"),
        ("Werkwijze van het team", "Het team belt elke week.", "bevinding", "standaard"),
        ("", "Tekst zonder kop.", "bevinding", "standaard"),
    ],
)  # fmt: skip
def test_kinds_come_from_headings_and_words(heading: str, text: str, kind: str, sure: str) -> None:
    head = (Element("heading", heading, 1),) if heading else ()
    _, found = draft(Document((*head, Element("text", text)))).passages()
    assert [(p.kind, certainty(p)) for p in found] == [(kind, sure)]


def test_corrected_kinds_stay_when_the_report_is_read_anew(small: Path) -> None:
    add_report(small, draft(), ABOUT)
    passage = by_text(passages(small), "De schuldhulp stopt")
    corrections = corrected((), passage, "verwachting")
    assert corrections == (Correction(passage.start, passage.text, "verwachting"),)
    before = load_catalogue(small)[-1].details
    correct(small, ID, corrections)
    now = by_text(passages(small), "De schuldhulp stopt")
    assert (now.kind, certainty(now, corrections)) == ("verwachting", "gecorrigeerd")
    assert load_catalogue(small)[-1].details != before  # so that the next ingest builds anew
    longer = (Element("heading", "0 Vooraf", 1, 1), Element("text", "Er kwam een voorwoord bij.", page=1))
    document = replace(protocol(), elements=(*longer, *protocol().elements))
    add_report(small, draft(document, b"%PDF-1.4 twee"), ABOUT, replacing=True)
    moved = by_text(passages(small), "De schuldhulp stopt")
    assert moved.start > passage.start and moved.kind == "verwachting"


def test_the_same_file_or_title_is_not_added_twice(small: Path) -> None:
    add_report(small, draft(), ABOUT)
    for about, content, message in (
        (replace(ABOUT, title="Een andere titel"), b"%PDF-1.4 een", f"this file is there already, as '{TITLE}' ({ID}, live)"),
        (replace(ABOUT, title=TITLE.upper()), b"%PDF-1.4 twee", "use another title, or --replace"),
        (replace(ABOUT, title=given_reports(small)[0].title), b"%PDF-1.4 twee", "a report of the catalogue (tsd-2019-nijmegen)"),
    ):  # fmt: skip
        with pytest.raises(DocumentError) as caught:
            add_report(small, draft(content=content), about)
        assert message in str(caught.value) and caught.value.dutch
    with pytest.raises(DocumentError, match="there is no added report 'Iets anders' to replace"):
        add_report(small, draft(content=b"x"), replace(ABOUT, title="Iets anders"), replacing=True)
    assert len(entries(small)) == 1
    other = add_report(
        small, draft(content=b"y"), replace(ABOUT, title="Protocol: vroegsignalering en schuldhulpverlening")
    )
    assert other.id == f"{ID}-2"


def test_replacing_keeps_place_region_and_date_where_none_are_given(small: Path) -> None:
    add_report(small, draft(), replace(ABOUT, region="Meierij", date="maart 2025"))
    bare = replace(ABOUT, place="")
    second = add_report(small, draft(content=b"%PDF-1.4 twee"), bare, replacing=True)
    assert (second.place, second.region, second.date) == ("Waterveen", "Meierij", "maart 2025")
    third = add_report(small, draft(content=b"%PDF-1.4 drie"), replace(bare, place="Dorp", year=2026), replacing=True)
    assert (third.place, third.region, third.date) == ("Dorp", "Meierij", "2026")


def test_other_metadata_are_kept_and_a_taken_title_is_refused(small: Path) -> None:
    add_report(small, draft(), ABOUT)
    add_report(small, draft(content=b"y"), replace(ABOUT, title="Iets anders"))
    changed = describe(small, ID, replace(ABOUT, title="Protocol Schulden", region="Meierij", date="mei 2025"))
    assert changed == next(entry for entry in entries(small) if entry.id == ID)
    assert (changed.title, changed.region, changed.date, changed.place) == (
        "Protocol Schulden", "Meierij", "mei 2025", "Waterveen",
    )  # fmt: skip
    for title in ("iets anders", given_reports(small)[0].title):
        with pytest.raises(DocumentError):
            describe(small, ID, replace(ABOUT, title=title))
    with pytest.raises(UsageError, match="there is no added report 'weg'"):
        describe(small, "weg", ABOUT)


def test_replacing_keeps_the_id_and_leaves_nothing_of_the_old_file(small: Path) -> None:
    first = add_report(small, draft(), ABOUT)
    second = add_report(small, draft(content=b"%PDF-1.4 twee"), replace(ABOUT, year=2026), replacing=True)
    assert (second.id, second.year) == (first.id, 2026)
    files = sorted(path.name for path in folder_of(small, ID).iterdir())
    assert files == sorted(["report.toml", second.original, second.text])
    assert (folder_of(small, ID) / second.original).read_bytes() == b"%PDF-1.4 twee"


def test_the_same_file_read_otherwise_counts_only_once_all_is_written(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = add_report(small, draft(), ABOUT)
    otherwise = draft(Document((Element("text", "Dit zag alleen de tekstherkenning."),)))

    def full(path: str | Path, to: str | Path) -> None:
        if Path(to).name == "report.toml":
            raise OSError(28, "No space left on device")
        Path(path).rename(to)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", full)
        with pytest.raises(DocumentError, match="No space left on device"):
            add_report(small, otherwise, ABOUT, replacing=True)
    assert entries(small) == (first,) and faults(small) == []
    assert by_text(passages(small), "De schuldhulp stopt")
    second = add_report(small, otherwise, ABOUT, replacing=True)
    assert (second.original, second.text) == (first.original, f"text-{second.text_sha256[:8]}.txt")
    assert [passage.text for passage in passages(small)] == ["Dit zag alleen de tekstherkenning."]


def test_a_folder_of_the_disk_station_is_left_alone_and_goes_with_the_report(small: Path) -> None:
    add_report(small, draft(), ABOUT)
    station = folder_of(small, ID) / "@eaDir"
    station.mkdir()
    (station / "thumb.jpg").write_bytes(b"x")
    add_report(small, draft(content=b"y"), replace(ABOUT, title="Iets anders"))
    assert (station / "thumb.jpg").exists()
    remove(small, ID)
    assert sorted(path.name for path in (small / "added").iterdir()) == [".lock", "iets-anders-2025"]


def test_put_away_and_back(small: Path) -> None:
    add_report(small, draft(), ABOUT)
    put_away(small, ID)
    assert [report.id for report in listed_reports(small)] == ["tsd-2019-nijmegen"]
    assert [entry.state for entry in entries(small)] == ["put_away"]
    restore(small, ID)
    assert [report.id for report in listed_reports(small)] == ["tsd-2019-nijmegen", ID]
    remove(small, ID)
    with pytest.raises(UsageError, match=f"there is no added report '{ID}'; known are: none"):
        remove(small, ID)


def test_what_a_killed_writer_leaves_is_not_seen_and_cleared(small: Path) -> None:
    add_report(small, draft(), ABOUT)
    root = small / "added"
    for name in (".new-half", ".gone-oud"):
        (root / name).mkdir()
        (root / name / "report.toml").write_text("id = 'half")
    (root / ID / "text-00000000.txt.part").write_text("half")
    assert [report.id for report in load_catalogue(small)] == ["tsd-2019-nijmegen", ID]
    put_away(small, ID)
    assert sorted(path.name for path in root.iterdir()) == [".lock", ID]
    assert len(list((root / ID).iterdir())) == 3


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("year = 2025", 'year = "2025"', "field 'year' is '2025', not of type int"),
        ("state = \"live\"", 'state = "weg"', "state 'weg' is not what it should be"),
        ("text = \"text-", 'text = "../text-', "not a plain name"),
        ("pages = [[", "pages = [[1, 2, 3], [", "field 'pages' is no list of [offset, page]"),
        ("title", "title\x00", "cannot be read"),
    ],
)  # fmt: skip
def test_a_spoilt_entry_is_named(small: Path, old: str, new: str, message: str) -> None:
    add_report(small, draft(), ABOUT)
    path = folder_of(small, ID) / "report.toml"
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(CorpusError) as caught:
        load_catalogue(small)
    assert message in str(caught.value) and str(path) in str(caught.value)


def test_a_changed_original_or_text_is_told(small: Path) -> None:
    entry = add_report(small, draft(), ABOUT)
    assert faults(small) == []
    (folder_of(small, ID) / entry.original).write_bytes(b"%PDF-1.4 anders")
    (folder_of(small, ID) / entry.text).unlink()
    assert faults(small) == [
        f"{ID}: {entry.original} is not the file that was added",
        f"{ID}: {entry.text}: No such file or directory",
    ]


@pytest.mark.parametrize(
    ("change", "message", "dutch"),
    [
        ({"title": " "}, "title is empty; a report needs one", "Vul de titel in."),
        ({"publisher": "-"}, "publisher is empty; a report needs one", "Vul de uitgever in."),
        ({"title": "a" * 301}, "title has 301 characters; at most 300", "De titel is te lang: meer dan 300 tekens."),
        ({"place": "a\x07b"}, r"place 'a\x07b' holds control characters; leave them out", "De plaats bevat onzichtbare tekens."),
        ({"title": "a\u202eb"}, r"title 'a\u202eb' holds control characters; leave them out", "De titel bevat onzichtbare tekens."),
        ({"year": 1899}, "year 1899 is not one from 1900 to", "Vul een jaar in van 1900 tot en met"),
        ({"year": 3000}, "year 3000 is not one from 1900 to", "Vul een jaar in van 1900 tot en met"),
    ],
)  # fmt: skip
def test_metadata_that_cannot_be(change: dict[str, str | int], message: str, dutch: str) -> None:
    with pytest.raises(UsageError) as caught:
        checked(replace(ABOUT, **change))  # type: ignore[arg-type]
    assert str(caught.value).startswith(message) and caught.value.dutch.startswith(dutch)


def test_a_title_cannot_lead_out_of_the_folder(small: Path) -> None:
    entry = add_report(small, draft(name="../../weg.pdf/..\x00"), replace(ABOUT, title="../../etc/passwd"))
    assert entry.id == "etc-passwd-2025" and (entry.original, entry.original_name) == (
        "original-" + entry.original[9:17],
        "..",
    )
    assert [path.name for path in (small / "added").iterdir() if not path.name.startswith(".")] == ["etc-passwd-2025"]


def test_where_the_folder_cannot_be_written_nothing_changes(small: Path) -> None:
    (small / "added").write_text("geen map")
    with pytest.raises(DocumentError, match=r"added: cannot be written .*; nothing was changed"):
        add_report(small, draft(), ABOUT)
    (small / "added").unlink()
    assert entries(small) == ()


def test_a_file_of_which_no_copy_can_be_made_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "brief.txt").write_text("Een brief.")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "weg"))
    with pytest.raises(
        DocumentError, match=r"'brief.txt' cannot be read: no copy can be made of it \(No such file"
    ) as caught:
        read_draft(tmp_path / "brief.txt", "brief.txt")
    assert caught.value.dutch.startswith("Dit bestand kan nu niet worden gelezen. Laat uw beheerder kijken")


def test_what_is_no_document_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pijp.pdf")
    (tmp_path / "foto.pdf").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(500))
    for name in ("pijp.pdf", "foto.pdf", "weg.pdf", "."):
        with pytest.raises(DocumentError) as caught:
            read_draft(tmp_path / name, name)
        assert caught.value.dutch.endswith(".")


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("../../etc/Rapport v2 (definitief).PDF", "Rapport v2 _definitief_.pdf"),
        ("a\nb\0.docx", "a_b_.docx"),
        ("..", "document"),
        ("n" * 300 + ".txt", "n" * 50 + ".txt"),
    ],
)
def test_a_file_is_read_under_a_plain_name(name: str, plain: str) -> None:
    assert plain_name(name) == plain


def test_two_processes_add_at_once(small: Path, tmp_path: Path) -> None:
    for name in ("een", "twee"):
        write_docx(tmp_path / f"{name}.docx", name)
    command = [str(Path(sys.executable).parent / "vraagbaak"), "add", "--no-ingest", "--corpus", str(small)]
    about = ["--publisher", PUBLISHER, "--year", "2025"]
    jobs = [("een", "A"), ("twee", "B"), ("twee", "B")]
    running = [
        subprocess.Popen(
            [*command, str(tmp_path / f"{name}.docx"), *about, "--title", title],
            env=environment(),
            stderr=subprocess.PIPE,
        )
        for name, title in jobs
    ]
    told = [process.communicate(timeout=60)[1].decode() for process in running]
    assert sorted(process.returncode for process in running) == [0, 0, 1]
    assert sorted(entry.title for entry in entries(small)) == ["A", "B"]
    assert [text for text in told if "there is a report 'B' already" in text or "this file is there already" in text]
    assert faults(small) == []


def test_the_commands(vraagbaak: Run, small: Path, tmp_path: Path) -> None:
    write_pdf(tmp_path / "protocol.pdf")
    where = ("--corpus", small, "--index", tmp_path / "index")
    own = vraagbaak("add", tmp_path / "protocol.pdf", "--dry-run", "--title", "Eigen titel", "--year", "2024", *where)
    assert own.stdout.splitlines()[:3] == ["title: Eigen titel", "publisher: -", "year: 2024"]
    read = vraagbaak("add", tmp_path / "protocol.pdf", "--dry-run", *where)
    assert (read.returncode, entries(small)) == (0, ())
    lines = read.stdout.splitlines()
    assert lines[:5] == [f"title: {TITLE}", "publisher: -", "year: -", "pages: 3", "headings: 11"]
    assert [line.strip() for line in lines[5:7]] == [TITLE, "1 Inleiding"]
    assert (
        "  10. p. 3 [definitie, zeker] 10 Begrippen Vroegsignalering: het opsporen van huishoudens met betali…" in lines
    )
    missing = vraagbaak("add", tmp_path / "protocol.pdf", *where)
    assert missing.returncode == 2
    assert missing.stderr == "vraagbaak: 'protocol.pdf' does not say it itself: give --publisher, --year\n"
    about = ("--publisher", PUBLISHER, "--year", "2025", "--place", "Waterveen", "--no-ingest")
    done = vraagbaak("add", tmp_path / "protocol.pdf", *about, *where)
    assert (done.returncode, done.stderr) == (
        0,
        f"added {ID}: {TITLE} (2025)\nthe index is as it was: run vraagbaak ingest\n",
    )
    listed = vraagbaak("reports", *where).stdout.splitlines()
    states = [re.split(r" {2,}", line)[:3] for line in listed[1:]]
    assert states[0] == ["tsd-2019-nijmegen", "given, after the next ingest", "2019"]
    assert states[1] == [ID, "live, after the next ingest", "2025"]
    assert vraagbaak("reports", "check", *where).stdout == "1 added reports are as they were added\n"
    assert vraagbaak("change", ID, "--no-ingest", *where).stderr.startswith(
        "vraagbaak: nothing to change: give --title"
    )
    changed = vraagbaak("change", ID, "--region", "Meierij", "--year", "2024", "--no-ingest", *where)
    assert (changed.returncode, changed.stderr.splitlines()[0]) == (0, f"changed {ID}: {TITLE} (2024)")
    (entry,) = entries(small)
    assert (entry.place, entry.region, entry.year, entry.date) == ("Waterveen", "Meierij", 2024, "2024")
    away = vraagbaak("remove", ID, "--put-away", "--no-ingest", *where)
    assert (away.returncode, away.stderr.splitlines()[0]) == (0, f"{ID} is put away")
    assert vraagbaak("remove", "weg", *where).stderr == f"vraagbaak: there is no added report 'weg'; known are: {ID}\n"


def test_an_original_waits_for_the_sign_in(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add_report(small, draft(), ABOUT)
    monkeypatch.setenv("VRAAGBAAK_CORPUS", str(small))
    settings.cache_clear()
    monkeypatch.setattr(originals, "sign_in_is_set_up", lambda: True)

    def status(cookie: bytes) -> int:
        name = USER_COOKIE_NAME.encode()
        scope = {"type": "http", "headers": [(b"cookie", name + b"=" + cookie)], "path_params": {"name": ID}}
        return originals.serve_original(Request(scope)).status_code

    signed = create_signed_value(get_cookie_secret(), USER_COOKIE_NAME, '{"is_logged_in": true}')
    out = create_signed_value(get_cookie_secret(), USER_COOKIE_NAME, '{"is_logged_in": false}')
    assert [status(cookie) for cookie in (b"", b"x" * 40, out, signed)] == [401, 401, 401, 200]
    settings.cache_clear()


def reading_room(assistant: "Assistant", report: str) -> None:
    import streamlit as st

    from ui import bronnen

    st.query_params["report"] = report
    bronnen.show(assistant, None)


def test_the_reading_room_waits_for_the_index_where_a_text_is_gone(site: Site) -> None:
    text = site.corpus / site.assistant.index.reports[ID].file
    text.rename(text.with_suffix(".weg"))
    given: dict[str, Any] = {"assistant": site.assistant, "report": ID}
    screen = AppTest.from_function(reading_room, kwargs=given, default_timeout=30).run()
    text.with_suffix(".weg").rename(text)
    assert [box.value for box in screen.info] == [
        "Dit rapport wordt bijgewerkt. Laad de pagina over een minuut opnieuw."
    ]
    assert not screen.exception and not screen.error
