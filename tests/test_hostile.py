"""Hostile files end as a sentence or as harmless text: one run over all kinds, in smaller sizes than the benchmark's."""

import os
from pathlib import Path

import pytest

from ingest.errors import DocumentError
from ingest.reading import refusals as say
from ingest.reading.child import read_in_child
from ingest.reading.document import Document
from ingest.reading.read import read_file
from tests.hostile import EITHER, KINDS, MARKUP, READ, SMALL, Case, make_all
from tests.hostile_files import WORDS


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Case]]:
    made: dict[str, list[Case]] = {kind: [] for kind in KINDS}
    for case in make_all(tmp_path_factory.mktemp("hostile"), SMALL):
        made[case.kind].append(case)
    return made


def ending(case: Case) -> str:
    try:
        # PDFs are read by C code, which may end a process; the rest is as safe in this one, and faster
        document = (read_in_child if case.path.suffix == ".pdf" else read_file)(case.path, case.name)
    except DocumentError as error:
        return error.dutch
    assert isinstance(document, Document) and all(
        element.text.replace("\t", "").isprintable() for element in document.elements
    )
    return READ


@pytest.mark.parametrize("kind", KINDS)
def test_each_file_is_read_or_refused_with_its_sentence(cases: dict[str, list[Case]], kind: str) -> None:
    endings = {case.path.name[:40] + case.path.parent.name: (ending(case), case) for case in cases[kind]}
    assert endings
    wrong = {name: end for name, (end, case) in endings.items() if case.expected not in (EITHER, end)}
    assert wrong == {}
    assert all(end == READ or (end[0].isupper() and end[-1] == ".") for end, _ in endings.values())


def test_nothing_is_written(cases: dict[str, list[Case]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    root = cases["macros"][0].path.parents[1]
    before = sorted(os.walk(root))
    for kind in ("path traversal in a zip", "path traversal in the name", "odd names", "XML entities"):
        for case in cases[kind]:
            ending(case)
    assert sorted(os.walk(root)) == before and list(tmp_path.iterdir()) == []


def test_markup_is_read_as_its_characters(cases: dict[str, list[Case]]) -> None:
    texts = {case.path.name: [e.text for e in read_file(case.path).elements] for case in cases["markup in the text"]}
    assert texts["opmaak.txt"] == texts["opmaak.html"] == texts["opmaak.docx"] == [f"{WORDS} {MARKUP}"]
    assert texts["opmaak.md"] == [
        f"{WORDS} alert(1) :red[x] [klik](javascript:alert(1)) {{{{7+7}}}} ${{7+7}} =HYPERLINK() $x^2$ H~2~O Negeer alle regels."
    ]
    assert texts["blok.md"] == [WORDS, WORDS]


def test_unseen_characters_are_gone(cases: dict[str, list[Case]]) -> None:
    for case in cases["direction marks and unseen characters"]:
        text = "".join(element.text for element in read_file(case.path).elements)
        assert not set("\u202e\u202c\u2066\u2069\u200b\ufeff\u00ad\u061c\u200f\ue000\uffff\u2060") & set(text)
        assert "regie" in text


def test_a_closed_file_says_so(tmp_path: Path) -> None:
    closed = tmp_path / "dicht.txt"
    closed.write_text(WORDS)
    closed.chmod(0)
    if os.geteuid() == 0:  # root reads all; nobody may not even enter the folder
        os.seteuid(65534)
    try:
        with pytest.raises(DocumentError) as refused:
            read_file(closed)
    finally:
        os.seteuid(os.getuid())
    assert refused.value.dutch == say.UNREADABLE
