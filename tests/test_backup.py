"""A backup under writing load, put back on an empty machine; and archives that are damaged or mean harm."""

import io
import json
import os
import re
import sqlite3
import subprocess
import tarfile
import threading
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

from assistant.database import FILE
from assistant.engine import Assistant
from assistant.feedback import Feedback
from assistant.history import History
from ingest.errors import BackupError, UsageError
from learn.records import Pack, Wish
from learn.store import Packs
from ops.backup import ADDED, DATA, MANIFEST, SCHEMA, back_up, without_secrets
from ops.restore import restore

QUESTION = "Wat doe ik als de hulpvraag ontbreekt?"
PACK = Pack("abc", "Veiligheid eerst", Wish("veiligheidsplan", "wijkteam", 60, ()), ())


@pytest.fixture
def machine(tmp_path: Path, assistant: Assistant) -> Path:
    """A machine in use: conversations, feedback and packs, a run of the evals, an added report."""
    root = tmp_path / "used"
    database = root / DATA / FILE
    History(database).switch_on("ann", 30)
    answer = assistant.ask(QUESTION)
    History(database).save("ann", "gesprek-1", [answer])
    Feedback(database).give("ann", answer, "nuttig", assistant.index)
    Packs(database).save("ann", PACK)
    (root / DATA / "runs").mkdir()
    (root / DATA / "runs" / "run.json").write_text("{}")
    report = root / ADDED / "protocol-2024"
    report.mkdir(parents=True)
    (report / "original.pdf").write_bytes(b"%PDF-1.7\n" + bytes(range(256)) * 50)
    (report / "kinds.json").write_text("[]")
    half = root / ADDED / ".half-written"
    half.mkdir()
    (half / "text.txt").write_text("half")
    return root


def test_everything_is_there_again_on_an_empty_machine(machine: Path, tmp_path: Path, assistant: Assistant) -> None:
    archive = tmp_path / "backup.tar.gz"
    manifest = back_up(archive, machine / DATA, machine / ADDED, None)
    assert sorted(manifest["files"]) == [
        "added/protocol-2024/kinds.json", "added/protocol-2024/original.pdf", "data/runs/run.json", f"data/{FILE}"
    ]  # fmt: skip
    assert archive.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    new = tmp_path / "new" / "machine"
    done = restore(archive, new / DATA, new / ADDED)
    assert (done.files, done.before) == (4, ())
    database = new / DATA / FILE
    (kept,) = History(database).listed("ann")
    assert (kept.title, kept.questions) == (QUESTION, 1)
    assert History(database).opened("ann", kept.id, assistant.index)[0].standalone_question == QUESTION
    assert [entry.verdict for entry in Feedback(database).entries()] == ["nuttig"]
    assert [pack.title for pack in Packs(database).listed("ann")] == ["Veiligheid eerst"]
    for name in ("original.pdf", "kinds.json"):
        path = Path(ADDED) / "protocol-2024" / name
        assert (new / path).read_bytes() == (machine / path).read_bytes()
    assert sorted(path.name for path in new.iterdir()) == [ADDED, DATA]
    assert all(path.stat().st_mode & 0o077 == 0 for path in [new / DATA, database])


def test_a_backup_while_somebody_writes_is_of_one_moment(tmp_path: Path) -> None:
    data = tmp_path / DATA
    data.mkdir()
    with closing(sqlite3.connect(data / FILE)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE pair (a INTEGER, b INTEGER, words TEXT)")
        connection.commit()
    stop = threading.Event()

    def write(at: int) -> None:
        with closing(sqlite3.connect(data / FILE, timeout=30)) as connection:
            while not stop.is_set():
                with connection:  # two rows that only make sense together
                    connection.execute("INSERT INTO pair VALUES (?, 1, ?)", (at, "x" * 500))
                    connection.execute("INSERT INTO pair VALUES (?, -1, ?)", (at, "y" * 500))

    writers = [threading.Thread(target=write, args=(at,)) for at in range(2)]
    for writer in writers:
        writer.start()
    grown = []
    try:
        for number in range(5):
            archive = tmp_path / f"{number}.tar.gz"
            back_up(archive, data, tmp_path / ADDED, None)
            new = tmp_path / f"new-{number}"
            restore(archive, new / DATA, new / ADDED)
            with closing(sqlite3.connect(new / DATA / FILE)) as connection:
                many, balance = connection.execute("SELECT count(*), coalesce(sum(b), 0) FROM pair").fetchone()
                assert (many % 2, balance) == (0, 0)
                grown.append(many)
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    assert grown == sorted(grown) and grown[-1] > grown[0]


def test_secrets_stay_out_of_the_archive(machine: Path, tmp_path: Path) -> None:
    config = tmp_path / "vraagbaak.toml"
    config.write_text(
        'model = "openai:x"\nmodel_api_key = """geheim\nsleutel"""\nmodel_base_url = "https://jan:wachtwoord@ai.nl/v1"\n'
        'managers = ["a@b.nl"]\nmodel_seconds = 12.5\n'
    )
    kept = 'model = "openai:x"\nmodel_base_url = "https://ai.nl/v1"\nmanagers = ["a@b.nl"]\nmodel_seconds = 12.5\n'
    assert without_secrets(config) == kept
    back_up(tmp_path / "b.tar.gz", machine / DATA, machine / ADDED, config)
    restore(tmp_path / "b.tar.gz", tmp_path / "new" / DATA, tmp_path / "new" / ADDED)
    assert (tmp_path / "new" / DATA / "settings-restored.toml").read_text() == kept


def test_what_is_there_already_is_never_lost(machine: Path, tmp_path: Path) -> None:
    archive = tmp_path / "backup.tar.gz"
    back_up(archive, machine / DATA, machine / ADDED, None)
    with pytest.raises(UsageError, match="is there already"):
        back_up(archive, machine / DATA, machine / ADDED, None)
    with pytest.raises(UsageError, match="in the data folder itself"):
        back_up(machine / DATA / "b.tar.gz", machine / DATA, machine / ADDED, None)
    (machine / DATA / "later").write_text("later")
    with pytest.raises(UsageError, match="is not empty; --force"):
        restore(archive, machine / DATA, machine / ADDED)
    assert (machine / DATA / "later").exists()
    done = restore(archive, machine / DATA, machine / ADDED, force=True)
    assert not (machine / DATA / "later").exists()
    assert [path.name.split(".before-")[0] for path in done.before] == [DATA, ADDED]
    assert (done.before[0] / "later").read_text() == "later"
    assert (done.before[1] / "protocol-2024" / "kinds.json").exists()


def test_all_or_nothing_where_a_folder_cannot_be_renamed(
    machine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / "backup.tar.gz"
    back_up(archive, machine / DATA, machine / ADDED, None)
    before = _state(machine)
    rename = Path.rename

    def refuse(path: Path, to: Path) -> Path:
        if path.name.startswith(".restore-") and Path(to).name == ADDED:
            raise OSError(16, "Device or resource busy", str(to))
        return rename(path, to)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(UsageError, match=r"cannot be renamed .Device or resource busy.; nothing was changed"):
        restore(archive, machine / DATA, machine / ADDED, force=True)
    monkeypatch.undo()
    assert _state(machine) == before


def test_folders_that_are_mount_points_are_filled_instead_of_renamed(
    machine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / "backup.tar.gz"
    back_up(archive, machine / DATA, machine / ADDED, None)
    new = tmp_path / "volumes"
    for folder in (new / DATA, new / ADDED):
        folder.mkdir(parents=True)
        (folder / "old").write_text("old")
    monkeypatch.setattr(os.path, "ismount", lambda path: Path(path).parent == new)
    done = restore(archive, new / DATA, new / ADDED, force=True)
    assert sorted(path.name for path in new.iterdir()) == [ADDED, DATA]
    assert [(path.parent, (path / "old").read_text()) for path in done.before] == [
        (new / DATA, "old"), (new / ADDED, "old")
    ]  # fmt: skip
    kept = {name: digest for name, digest in _state(new).items() if "/." not in name}
    assert kept.keys() == {name for name in _state(machine) if "/." not in name and not name.endswith(("-wal", "-shm"))}


def _state(folder: Path) -> dict[str, str]:
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest() for path in paths}


def _archive(path: Path, members: list[tarfile.TarInfo], contents: dict[str, bytes], listed: list[str]) -> Path:
    """Write an archive by hand, as somebody would who means harm."""
    files = {name: {"sha256": sha256(contents[name]).hexdigest(), "bytes": len(contents[name])} for name in listed}
    manifest = json.dumps({"schema": SCHEMA, "made": "2026-01-01", "files": files}).encode()
    first = tarfile.TarInfo(MANIFEST)
    first.size = len(manifest)
    with tarfile.open(path, "w:gz") as archive:
        archive.addfile(first, io.BytesIO(manifest))
        for member in members:
            content = contents.get(member.name, b"")
            member.size = len(content) if member.isreg() else 0
            archive.addfile(member, io.BytesIO(content) if member.isreg() else None)
    return path


def _member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, link
    return member


@pytest.mark.skipif(os.name != "posix", reason="a colon names a drive or a stream")
def test_a_file_with_a_colon_in_its_name_comes_back(tmp_path: Path) -> None:
    data = tmp_path / "machine" / DATA
    data.mkdir(parents=True)
    (data / "les 10:30.json").write_text("{}")
    back_up(tmp_path / "b.tar.gz", data, tmp_path / "machine" / ADDED, None)
    restored = restore(tmp_path / "b.tar.gz", tmp_path / "new" / DATA, tmp_path / "new" / ADDED)
    assert (restored.files, (tmp_path / "new" / DATA / "les 10:30.json").read_text()) == (1, "{}")


WAYS_OUT = [
    "../evil",
    "/tmp/evil",
    "data/../../evil",
    "data/a/../../../evil",
    "evil",
    "data",
    "C:/evil",
    "data\\..\\evil",
    "data//evil",
]


@pytest.mark.parametrize("name", WAYS_OUT)
def test_no_way_out_of_the_folder(tmp_path: Path, name: str) -> None:
    root = tmp_path / "machine"
    for listed in ([name], []):
        archive = _archive(tmp_path / "evil.tar.gz", [_member(name)], {name: b"evil"}, listed)
        with pytest.raises(BackupError, match=r"names a file outside its folders|does not name"):
            restore(archive, root / DATA, root / ADDED)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [archive]


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE]
)
def test_nothing_but_plain_files(tmp_path: Path, kind: bytes) -> None:
    root = tmp_path / "machine"
    members = [_member("data/x", kind, "/etc"), _member("data/x/y")]
    archive = _archive(tmp_path / "evil.tar.gz", members, {"data/x": b"", "data/x/y": b"evil"}, ["data/x", "data/x/y"])
    with pytest.raises(BackupError, match=r"'data/x' as another kind of file"):
        restore(archive, root / DATA, root / ADDED)
    assert list(root.iterdir()) == []


def test_a_damaged_archive_is_refused_whole(machine: Path, tmp_path: Path) -> None:
    archive = tmp_path / "backup.tar.gz"
    back_up(archive, machine / DATA, machine / ADDED, None)
    whole, new, step = archive.read_bytes(), tmp_path / "new", 331
    new.mkdir()
    for place in range(0, len(whole) - 600, step):  # the end holds the padding of the archive alone
        for spoiled in (whole[:place], whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :]):
            archive.write_bytes(spoiled)
            with pytest.raises(BackupError, match=r"is damaged|does not begin|of another form|outside|lacks"):
                restore(archive, new / DATA, new / ADDED)
            assert list(new.iterdir()) == []


@pytest.mark.parametrize(
    ("contents", "listed", "said"),
    [
        ({"data/x": b"a"}, ["data/x", "data/y"], "lacks 'data/y'"),
        ({"data/x": b"a", "data/y": b"b"}, ["data/x"], "does not name, or twice: 'data/y'"),
        ({f"data/{FILE}": b"SQLite format 3\0" + bytes(200)}, [f"data/{FILE}"], "holds a damaged database"),
    ],
)
def test_what_does_not_agree_is_refused(
    tmp_path: Path, contents: dict[str, bytes], listed: list[str], said: str
) -> None:
    archive = _archive(tmp_path / "x.tar.gz", [_member(n) for n in contents], {**contents, "data/y": b"b"}, listed)
    with pytest.raises(BackupError, match=said):
        restore(archive, tmp_path / "m" / DATA, tmp_path / "m" / ADDED)
    assert list((tmp_path / "m").iterdir()) == []


def test_the_commands(
    machine: Path, tmp_path: Path, vraagbaak: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    archive, new = tmp_path / "backup.tar.gz", tmp_path / "elsewhere"
    used = {"VRAAGBAAK_DATA": str(machine / DATA), "VRAAGBAAK_CORPUS": str(machine)}
    other = {"VRAAGBAAK_DATA": str(new / DATA), "VRAAGBAAK_CORPUS": str(new)}
    done = vraagbaak("backup", archive, **used)
    assert (done.returncode, done.stdout) == (0, "") and done.stderr.startswith("4 files, ")
    done = vraagbaak("restore", archive, **other)
    assert done.returncode == 0
    assert re.fullmatch(r"4 files of [-0-9T:+]+ are back; run vraagbaak ingest\n", done.stderr)
    assert (new / ADDED / "protocol-2024" / "original.pdf").exists()
    done = vraagbaak("restore", archive, **other)
    assert done.returncode == 2 and done.stderr.count("\n") == 1 and "--force" in done.stderr
    archive.write_bytes(b"no archive")
    done = vraagbaak("restore", archive, "--force", **other)
    assert done.returncode == 1 and done.stderr.count("\n") == 1 and "is damaged or no backup" in done.stderr
    done = vraagbaak("restore", tmp_path / "nowhere", "--force", **other)
    assert done.returncode == 2 and "No such file" in done.stderr
