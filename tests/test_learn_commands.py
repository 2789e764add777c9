import csv
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def learn(vraagbaak: Run, index: Path) -> Run:
    def run(*arguments: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
        return vraagbaak("learn", *arguments, **{"VRAAGBAAK_INDEX": str(index), **more})

    return run


@pytest.fixture(scope="module")
def folder(learn: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pack of the sample in all formats."""
    out = tmp_path_factory.mktemp("learn") / "pakket"
    done = learn(*"pack --theme 1Gezin1Plan1Regisseur --audience wijkteam --minutes 60 --out".split(), out)
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(done.stdout.split()) == sorted(map(str, out.iterdir()))
    return out


def test_pack_writes_the_pack_and_all_formats(folder: Path) -> None:
    stem = "lespakket-1gezin1plan1regisseur"
    ends = ("-deelnemers.docx", "-gift.txt", "-moodle.xml", "-trainer.docx", "-zelfscan.html", ".apkg", ".csv", ".md")
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        ["pack.json", *(stem + end for end in ends), f"{stem}.pptx"]
    )
    pack = json.loads((folder / "pack.json").read_text(encoding="utf-8"))
    assert (pack["schema"], pack["title"]) == ("vraagbaak.pack/1", "1Gezin1Plan1Regisseur")
    assert pack["wish"]["minutes"] == 60


def test_pack_writes_only_what_is_asked_for(learn: Run, tmp_path: Path) -> None:
    done = learn(*"pack --theme Regie --minutes 30 --part stelling --format markdown --out".split(), tmp_path)
    assert done.returncode == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lespakket-regie.md", "pack.json"]
    pack = json.loads((tmp_path / "pack.json").read_text(encoding="utf-8"))
    assert [item["part"] for item in pack["items"]] == ["stelling"] * 3


def test_a_theme_with_little_says_so_and_gives_the_small_pack(learn: Run, tmp_path: Path) -> None:
    done = learn("pack", "--theme", "alcohol", "--format", "markdown", "--out", tmp_path)
    assert done.returncode == 0
    assert done.stderr.startswith("De rapporten zeggen weinig over dit thema: 1 passage. Dit pakket is daarom klein.")
    assert (tmp_path / "lespakket-alcohol.md").exists()


def test_a_theme_with_nothing_is_one_line(learn: Run, tmp_path: Path) -> None:
    for command, out in (("pack", tmp_path / "map"), ("quiz", tmp_path / "quiz.gift")):
        done = learn(command, "--theme", "appeltaart bakken", "--out", out)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == (
            "vraagbaak: the reports hold nothing on 'appeltaart bakken'; see vraagbaak learn themes\n"
        )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("pack --theme Regie --format pdf --out {out}", "unknown format 'pdf'; known are docx, pptx"),
        ("pack --theme Regie --report x --out {out}", "unknown report 'x'; known are"),
        ("pack --theme Regie --minutes 45 --out {out}", "invalid choice: 45"),
        ("quiz --theme Regie --out {out}/quiz.pdf", "the name must end in .xml, .gift, .csv or .json"),
        ("check {out}", "pack.json: No such file or directory"),
    ],
)
def test_wrong_use_is_one_line(learn: Run, tmp_path: Path, arguments: str, message: str) -> None:
    done = learn(*arguments.format(out=tmp_path).split())
    assert done.returncode == 2
    assert done.stderr.startswith("vraagbaak: ") and message in done.stderr and done.stderr.count("\n") == 1


def test_a_place_that_cannot_be_written_is_one_line(learn: Run, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    for command in (("pack", "--theme", "Regie"), ("quiz", "--theme", "Regie"), ("selfscan",)):
        name = file / "x" if command[0] == "pack" else file / "x.gift"
        done = learn(*command, "--out", name)
        assert (done.returncode, done.stdout) == (2, "")
        assert "cannot be written" in done.stderr and done.stderr.count("\n") == 1


def test_quiz_writes_the_format_of_the_name(learn: Run, tmp_path: Path) -> None:
    for ending in ("xml", "gift", "csv", "json"):
        done = learn(*"quiz --theme Veiligheid --form meerkeuze --many 4 --out".split(), tmp_path / f"quiz.{ending}")
        assert (done.returncode, done.stderr) == (0, "")
    kinds = [question.get("type") for question in ElementTree.parse(tmp_path / "quiz.xml").getroot()]
    assert kinds == ["category", *["multichoice"] * 4]
    items = json.loads((tmp_path / "quiz.json").read_text(encoding="utf-8"))
    assert [(item["form"], len(item["options"])) for item in items] == [("meerkeuze", 4)] * 4
    gift = (tmp_path / "quiz.gift").read_text(encoding="utf-8")
    assert [line[:5] for line in gift.splitlines() if line.startswith("::")] == ["::01.", "::02.", "::03.", "::04."]
    with (tmp_path / "quiz.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["id"] for row in csv.DictReader(file, delimiter=";")] == [item["id"] for item in items]


def test_selfscan_writes_the_twelve_indicators(learn: Run, tmp_path: Path) -> None:
    assert learn("selfscan", "--out", tmp_path / "scan.html").returncode == 0
    page = (tmp_path / "scan.html").read_text(encoding="utf-8")
    assert page.count('<section class="indicator">') == 12
    assert "12 Het lokale netwerk evalueert (gezamenlijk) en verbetert waar nodig" in page


def test_themes_are_listed_with_their_passages(learn: Run) -> None:
    lines = learn("themes").stdout.splitlines()
    assert len(lines) == 15
    assert lines[5].split() == ["informatie-delen", "Informatie", "delen", "40", "passages"]


def test_check_finds_every_quote_of_the_sample(learn: Run, folder: Path) -> None:
    done = learn("check", folder)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.endswith("items with a quote that does not stand any more: 0\n")


def test_check_names_exactly_the_items_that_an_edit_made_stale(learn: Run, folder: Path, corpus: Path) -> None:
    items = json.loads((folder / "pack.json").read_text(encoding="utf-8"))["items"]
    old = "Gemeenten kiezen ervoor om"
    quoting = {item["id"] for item in items if any(old in source["quote"] for source in item["sources"])}
    assert quoting
    file = corpus / "reports" / "tsd-2017-wijkteam.txt"
    text = file.read_bytes().decode()
    assert text.count(old) == 1
    file.write_bytes(text.replace(old, "Steden kiezen ervoor om").encode())
    done = learn("check", folder / "pack.json", VRAAGBAAK_CORPUS=str(corpus))
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert {line.split()[2] for line in lines if line.startswith("stale: ")} == quoting
    assert all(line.startswith(("stale: ", "moved: ")) for line in lines)


def test_check_warns_about_another_index_and_checks(learn: Run, folder: Path, tmp_path: Path) -> None:
    pack = json.loads((folder / "pack.json").read_text(encoding="utf-8"))
    (tmp_path / "pack.json").write_text(json.dumps({**pack, "index": "0" * 16}), encoding="utf-8")
    done = learn("check", tmp_path)
    assert done.returncode == 0
    assert done.stderr.startswith("the pack is from another index (0000000000000000, not ")
    (tmp_path / "pack.json").write_text(json.dumps({**pack, "items": [{}]}), encoding="utf-8")
    broken = learn("check", tmp_path)
    assert (broken.returncode, broken.stderr.count("the pack is damaged: KeyError")) == (2, 1)


def test_check_needs_no_index(learn: Run, folder: Path, tmp_path: Path) -> None:
    done = learn("check", folder, VRAAGBAAK_INDEX=str(tmp_path / "none"))
    assert done.returncode == 0
    assert not (tmp_path / "none").exists()
