"""``vraagbaak doctor``: looks at everything that an answer needs, and says of what is wrong what to do."""

import json
from collections.abc import Callable, Iterable, Iterator

from ingest.errors import UsageError
from ingest.settings import Settings, settings
from ops import check_folders, check_program
from ops.finding import WRONG, Finding, wrong


def examine() -> Iterator[Finding]:
    """Yield all findings, one after another; a fault of a check itself is one of them."""
    yield from _found("python", lambda: [check_program.check_python()])
    yield from _found("packages", check_program.check_packages)
    yield from _found("torch", lambda: [check_program.check_torch()])
    try:
        chosen = settings()
    except UsageError as error:
        yield wrong("settings", str(error), "put it right; the rest was not looked at")
        return
    for about, check in _checks(chosen):
        yield from _found(about, check)


def _checks(chosen: Settings) -> list[tuple[str, Callable[[], Iterable[Finding]]]]:
    return [
        ("settings", lambda: check_program.check_settings(chosen)),
        ("reports", lambda: check_folders.check_corpus(chosen)),
        ("index", lambda: check_folders.check_index(chosen)),
        ("data", lambda: check_folders.check_data(chosen)),
        ("disk", lambda: check_folders.check_room(chosen)),
        ("clock", lambda: [check_folders.check_clock(chosen)]),
        ("locks", lambda: [check_folders.check_locks(chosen)]),
        ("chroma", lambda: [check_program.check_server(chosen)]),
        ("network", lambda: [check_program.check_silence(chosen)]),
        ("model", lambda: [check_program.check_model(chosen)]),
    ]


def _found(about: str, check: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    try:
        yield from check()
    except Exception as error:  # the doctor looks at broken things; one that breaks it must not hide the others
        yield wrong(about, f"could not be looked at: {type(error).__name__}: {error}", "report this to the makers")


def report(as_json: bool, say: Callable[[str], None] = print) -> int:
    """Say all findings; return 1 where something is wrong, else 0."""
    found = []
    for one in examine():
        found.append(one)
        if not as_json:
            say(f"{one.state:8} {one.about:9} {one.text}" + (f"\n{'':18} → {one.todo}" if one.todo else ""))
    bad = sum(one.state == WRONG for one in found)
    if as_json:
        say(json.dumps({"ok": not bad, "findings": [one.to_json() for one in found]}, ensure_ascii=False, indent=2))
    else:
        say(f"{bad} wrong, {sum(one.state == 'warning' for one in found)} to look at, {len(found)} looked at")
    return 1 if bad else 0
