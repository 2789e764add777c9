"""Hard weather, drilled on the real commands: kills, a full disk, a read-only folder, damage, a wrong clock, a crowd.

python benchmarks/drills.py                     all drills, printed
python benchmarks/drills.py --only kills damage the named ones
python benchmarks/drills.py --write             all, kept in benchmarks/drills.md

A drill counts its tries and its losses. A loss is: a command that ends in a traceback, an answer that is not to be had
afterwards, a report or an index that is there by half. The full disk and the read-only folder need a mount (root on
Linux), the wrong clock the program faketime; without them those drills say so and count nothing.
"""

import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

PROJECT = Path(__file__).parent.parent
COMMAND = str(Path(sys.executable).parent / "vraagbaak")
OLD, NEW = "Het Jeugdoverleg werkt goed voor", "Het Zonnebloemoverleg werkt goed voor"
QUESTION = "wat doe ik als de hulpvraag ontbreekt"
SEED = 20261126
PROTOCOL = """# Protocol Waterpas bij huurachterstand

## Wanneer u belt

Bel binnen drie werkdagen met het team Waterpas als een gezin twee maanden huurachterstand heeft. Het team neemt de
melding aan en noteert wie het gezin kent.

## Wat het team doet

- Het team gaat binnen een week op huisbezoek.
- Het team maakt met het gezin een lijst van alle schulden.
- De woningbouwvereniging wacht zolang met een ontruiming.
"""


@dataclass
class Drill:
    """What was tried, and what went wrong."""

    name: str
    tries: int = 0
    losses: list[str] = field(default_factory=list)
    worst: float = 0.0  # seconds of one command that was not killed
    seen: list[str] = field(default_factory=list)

    def expect(self, held: bool, told: str) -> None:
        """Count a loss where something did not hold."""
        if not held:
            self.losses.append(told)


@dataclass
class House:
    """A corpus, an index and a data folder of their own."""

    root: Path
    drill: Drill

    @property
    def corpus(self) -> Path:
        return self.root / "corpus"

    @property
    def index(self) -> Path:
        return self.root / "index"

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("VRAAGBAAK_")}
        own = {"CORPUS": self.corpus, "INDEX": self.index, "DATA": self.root / "data"}
        return kept | {f"VRAAGBAAK_{name}": str(value) for name, value in own.items()}

    def start(self, *arguments: str | Path, before: tuple[str, ...] = (), **pipes: int) -> subprocess.Popen[str]:
        command = [*before, COMMAND, *map(str, arguments)]
        return subprocess.Popen(command, env=self.environment(), text=True, start_new_session=True, **pipes)

    def run(self, *arguments: str | Path, before: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
        begun = time.perf_counter()
        with self.start(*arguments, before=before, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            out, err = process.communicate(timeout=300)
        self.drill.worst = max(self.drill.worst, time.perf_counter() - begun)
        self.drill.expect("Traceback" not in out + err, f"{arguments[0]}: traceback: {err[-200:]}")
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)  # type: ignore[arg-type]

    def answers(self, after: str, before: tuple[str, ...] = ()) -> None:
        """Count a loss unless the question is answered."""
        done = self.run("ask", QUESTION, "--json", before=before)
        answered = done.returncode == 0 and json.loads(done.stdout)["status"] == "answered"
        self.drill.expect(answered, f"no answer after {after}: {done.stderr[-200:]}")

    def change(self) -> None:
        """Turn the Nijmegen report into its other version, the catalogue with it."""
        report, catalogue = self.corpus / "reports" / "tsd-2019-nijmegen.txt", self.corpus / "catalogue.toml"
        text = report.read_text(encoding="utf-8")
        was = hashlib.sha256(text.encode()).hexdigest()
        text = text.replace(OLD, NEW) if OLD in text else text.replace(NEW, OLD)
        report.write_text(text, encoding="utf-8", newline="")
        now = hashlib.sha256(text.encode()).hexdigest()
        catalogue.write_text(catalogue.read_text(encoding="utf-8").replace(was, now), encoding="utf-8")


@contextmanager
def house(drill: Drill, root: Path | None = None) -> Iterator[House]:
    """Yield a house with the project's corpus and a built index."""
    with tempfile.TemporaryDirectory() as folder:
        made = House(root or Path(folder), drill)
        shutil.copytree(PROJECT / "corpus", made.corpus, ignore=shutil.ignore_patterns("added"))
        done = made.run("ingest")
        drill.expect(done.returncode == 0, f"first ingest: {done.stderr[-200:]}")
        yield made


def protocol(folder: Path, number: int = 0) -> tuple[str | Path, ...]:
    """Return the arguments that add a small report of our own."""
    file = folder / f"protocol-{number}.md"
    file.write_text(f"{PROTOCOL}\nDit is versie {number} van het protocol.\n", encoding="utf-8")
    return ("add", file, "--title", f"Protocol Waterpas {number}", "--publisher", "Gemeente Proef", "--year", "2025")


def killed(place: House, arguments: tuple[str | Path, ...], seconds: float) -> bool:
    """Start a command and kill it, with all that it started, after that time; tell whether it still ran."""
    quiet = subprocess.DEVNULL
    with place.start(*arguments, stdout=quiet, stderr=quiet) as process:
        try:
            process.wait(seconds)
            return False
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return True


def kills(drill: Drill, moments: int = 50) -> None:
    """Kill ingest and add at random moments; afterwards there is an answer, and a report is there whole or not."""
    chance = random.Random(SEED)
    with house(drill) as place:
        for command, drilled in (("ingest", _killed_ingest), ("add", _killed_add)):
            begun = time.perf_counter()
            place.change()
            place.run(*(("ingest",) if command == "ingest" else protocol(place.root)))
            whole = time.perf_counter() - begun
            hit = sum(drilled(place, chance.uniform(0, whole), number) for number in range(1, moments + 1))
            drill.seen.append(f"{command}: {hit} of {moments} killed before they were done, over {whole:.1f} s")
        drill.tries = 2 * moments
        place.run("ingest")
        left = [path.name for path in (place.index / "builds").iterdir() if not path.name.isdigit()]
        drill.expect(not left, f"half builds are left: {left}")


def _killed_ingest(place: House, seconds: float, number: int) -> bool:
    place.change()
    hit = killed(place, ("ingest",), seconds)
    place.answers(f"ingest killed at {seconds:.2f} s")
    return hit


def _killed_add(place: House, seconds: float, number: int) -> bool:
    hit = killed(place, protocol(place.root, number), seconds)
    checked = place.run("reports", "check")
    place.drill.expect(
        checked.returncode == 0, f"add killed at {seconds:.2f} s: {checked.stdout[-200:]}{checked.stderr}"
    )
    place.answers(f"add killed at {seconds:.2f} s")
    if number % 10 == 0:  # what a kill left is no hindrance to the same command
        title = f"Protocol Waterpas {number}"
        if title not in place.run("reports").stdout:
            again = place.run(*protocol(place.root, number))
            place.drill.expect(again.returncode == 0, f"add after a kill: {again.stderr[-200:]}")
        place.drill.expect(title in place.run("reports").stdout, f"{title} is not there")
    return hit


@contextmanager
def small_disk(megabytes: int) -> Iterator[Path | None]:
    """Yield a file system of that size in memory; None where we may not mount one."""
    with tempfile.TemporaryDirectory() as folder:
        mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", folder]
        try:
            if subprocess.run(mount, capture_output=True, check=False).returncode:
                yield None
                return
        except FileNotFoundError:
            yield None
            return
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "-l", folder], check=False)


def full_disk(drill: Drill) -> None:
    """Fill the disk under ingest and add: one line, the old index serves, nothing is there by half."""
    with small_disk(200) as disk:
        if disk is None:
            drill.seen.append("not drilled: needs a mount")
            return
        with house(drill, disk / "house") as place:
            free = shutil.disk_usage(disk).free
            for left in (30, 20, 10, 5, 2, 1, 0):
                filler = disk / "filler"
                filler.write_bytes(b"\0" * max(0, shutil.disk_usage(disk).free - left * 2**20 // 2))
                place.change()
                done = place.run("ingest")
                drill.expect(done.returncode == 1, f"ingest with {left / 2} MB left: exit {done.returncode}")
                place.answers(f"a full disk ({left / 2} MB left)")
                added = place.run(*protocol(Path(tempfile.gettempdir()), left))
                drill.expect(added.returncode == 1, f"add with {left / 2} MB left: exit {added.returncode}")
                drill.expect(place.run("reports", "check").returncode == 0, "a half report on a full disk")
                drill.tries += 2
                filler.unlink()
                (Path(tempfile.gettempdir()) / f"protocol-{left}.md").unlink()
            drill.expect(place.run("ingest").returncode == 0, "ingest with room again")
            place.answers("room again")
            drill.seen.append(f"{free >> 20} MB free before filling; {done.stderr.strip().splitlines()[-1]}")


def read_only(drill: Drill) -> None:
    """Make the whole folder read-only: what can be answered is answered, all else ends in one line."""
    with small_disk(200) as disk:
        if disk is None:
            drill.seen.append("not drilled: needs a mount")
            return
        with house(drill, disk / "house") as place:
            outside = protocol(Path(tempfile.gettempdir()), 9)
            place.change()
            subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
            try:
                asked = place.run("ask", QUESTION)
                drill.seen.append("ask answers" if asked.returncode == 0 else f"ask: {asked.stderr.strip()[:160]}")
                for arguments in (("ingest",), outside):
                    done = place.run(*arguments)
                    drill.tries += 1
                    one_line = len(done.stderr.strip().splitlines()) == 1
                    drill.expect(done.returncode == 1, f"{arguments[0]}: exit {done.returncode}")
                    drill.expect(one_line, f"{arguments[0]}: more than one line: {done.stderr[-300:]}")
            finally:
                subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
            drill.expect(place.run("ingest").returncode == 0, "ingest when it may be written again")
            place.answers("writable again")


def damage(drill: Drill) -> None:
    """Cut, empty, flip and remove each file of the index: one line or an answer, and ingest mends it."""
    spoil: dict[str, Callable[[Path], None]] = {
        "cut": lambda path: os.truncate(path, path.stat().st_size // 2),
        "emptied": lambda path: os.truncate(path, 0),
        "flipped": _flip,
        "removed": Path.unlink,
    }
    with house(drill) as place:
        for number, name in enumerate(_damaged_files(place)):
            for how in spoil if name.endswith(("sqlite3", "current")) else list(spoil)[number % 4 :: 4]:
                path = place.index / name.replace("BUILD", (place.index / "current").read_text().strip())
                if not path.exists():
                    continue
                spoil[how](path)
                drill.tries += 1
                asked = place.run("ask", QUESTION)
                clear = asked.returncode == 0 or len(asked.stderr.strip().splitlines()) == 1
                drill.expect(clear, f"{name} {how}: {asked.stderr[-300:]}")
                drill.expect(place.run("ingest").returncode == 0, f"{name} {how}: ingest does not mend it")
                place.answers(f"{name} {how}, and ingest")


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    for place in random.Random(SEED).sample(range(len(data)), min(len(data), 200)):
        data[place] ^= 0xFF
    path.write_bytes(data)


def _damaged_files(place: House) -> list[str]:
    build = place.index / "builds" / (place.index / "current").read_text().strip()
    files = sorted(path.relative_to(build).as_posix() for path in build.rglob("*") if path.is_file())
    return ["current", *(f"builds/BUILD/{name}" for name in files)]


def wrong_clock(drill: Drill) -> None:
    """Ask, ingest and add with a clock that is years off: nothing depends on it."""
    if not shutil.which("faketime"):
        drill.seen.append("not drilled: needs the program faketime")
        return
    with house(drill) as place:
        for number, clock in enumerate(("1999-01-01 00:00:00", "2037-12-31 23:59:59", "-400d", "+400d")):
            before = ("faketime", clock) if clock[0].isdigit() else ("faketime", "-f", clock)
            place.change()
            for arguments in (("ingest",), protocol(place.root, number), ("reports", "check")):
                done = place.run(*arguments, before=before)
                drill.tries += 1
                drill.expect(done.returncode == 0, f"{arguments[0]} at {clock}: {done.stderr[-200:]}")
            place.answers(f"a clock of {clock}", before)
        place.answers("the right clock again")


def crowd(drill: Drill) -> None:
    """Two answering processes and ingests at once: every question gets its whole answer."""
    with house(drill) as place:
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        apps = [place.start("ask", "--batch", "-", **pipes) for _ in range(2)]
        for _ in range(3):
            place.change()
            with place.start("ingest", stderr=subprocess.DEVNULL) as building:
                while building.poll() is None:
                    for app in apps:
                        _asked(drill, app)
            drill.expect(building.returncode == 0, f"ingest beside two apps: exit {building.returncode}")
        for app in apps:
            _asked(drill, app)
            _, err = app.communicate()
            drill.expect(app.returncode == 0 and not err, f"an app ended with {app.returncode}: {err[-200:]}")


def _asked(drill: Drill, app: subprocess.Popen[str]) -> None:
    assert app.stdin and app.stdout
    begun = time.perf_counter()
    app.stdin.write(json.dumps({"id": "1", "question": QUESTION}) + "\n")
    app.stdin.flush()
    answer = json.loads(app.stdout.readline())
    drill.tries += 1
    drill.worst = max(drill.worst, time.perf_counter() - begun)
    whole = answer["status"] == "answered" and len(answer["passages"]) == 10
    drill.expect(whole, f"{answer['status']} with {len(answer['passages'])} passages")


DRILLS: dict[str, tuple[str, Callable[[Drill], None]]] = {
    "kills": ("`kill -9` of ingest and add at random moments", kills),
    "full_disk": ("full disk under ingest and add", full_disk),
    "read_only": ("read-only folder", read_only),
    "damage": ("a file of the index cut, emptied, flipped or removed", damage),
    "wrong_clock": ("clock in 1999, in 2037, 400 days off", wrong_clock),
    "crowd": ("two answering processes and three ingests at once (questions)", crowd),
}


def table(drills: list[Drill]) -> str:
    """Return the drills as a Markdown page."""
    lines = [
        "# Hard weather",
        "",
        f"`python benchmarks/drills.py --write`, on {os.cpu_count()} cores. A loss is a traceback, a missing answer or",
        "something that is there by half. The hostile files stand in [hostile.md](hostile.md).",
        "",
        "| drill | tries | losses | slowest command, s |",
        "| --- | --- | --- | --- |",
        *(f"| {DRILLS[d.name][0]} | {d.tries} | {len(d.losses)} | {d.worst:.1f} |" for d in drills),
        "",
    ]
    told = [f"- {d.name}: {text}" for d in drills for text in [*d.seen, *(f"LOST: {loss}" for loss in d.losses)]]
    return "\n".join([*lines, *told, ""])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=sorted(DRILLS), default=list(DRILLS))
    parser.add_argument("--write", action="store_true", help="keep the table in benchmarks/drills.md")
    given = parser.parse_args()
    drills = []
    for name in given.only:
        drill = Drill(name)
        DRILLS[name][1](drill)
        drills.append(drill)
        print(table([drill]), flush=True)
    if given.write:
        (PROJECT / "benchmarks" / "drills.md").write_text(table(drills), encoding="utf-8")
    return 1 if any(drill.losses for drill in drills) else 0


if __name__ == "__main__":
    raise SystemExit(main())
