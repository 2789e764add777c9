"""Which packages serving needs: ``python -m ops.requirements --write`` writes deploy/requirements-serve.txt.

The project's own dependencies without those that only training and measuring use, with all that they need in turn, each
at the version of constraints.txt. It is installed with ``--no-deps``, so that what a package declares and never imports
for us can stay away: torch and these take more than half of a full installation.
"""

import re
import sys
import tomllib
from collections.abc import Callable, Collection, Iterable
from functools import cache
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from ingest.errors import UsageError
from ingest.settings import PROJECT

SERVE_FILE = PROJECT / "deploy" / "requirements-serve.txt"
COMMAND = "python -m ops.requirements --write"
# What only training, another embedder, the baselines of the evals or a language model imports, each where it is used.
NOT_SERVED = (
    "langchain",
    "langchain-chroma",
    "langchain-huggingface",
    "langchain-text-splitters",
    "scikit-learn",
    "sentence-transformers",
    "torch",
)
# What chromadb declares and imports only for its own embedder and for distributed Chroma in a cluster.
NOT_IMPORTED = ("kubernetes", "onnxruntime")


def declared(extras: Collection[str] = ()) -> list[Requirement]:
    """Return what pyproject.toml asks for, with that of the extras."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    more = [line for extra in extras for line in project["optional-dependencies"][extra]]
    return [Requirement(line) for line in (*project["dependencies"], *more)]


def served() -> dict[str, Distribution]:
    """Return the installed packages that serving needs, by canonical name."""
    return closure([one for one in declared() if canonicalize_name(one.name) not in NOT_SERVED], NOT_IMPORTED)


def closure(wanted: Iterable[Requirement], without: Collection[str] = ()) -> dict[str, Distribution]:
    """Return the installed packages of the requirements and of all that they require, by canonical name.

    :param without: canonical names that are left out, with what only they require.
    :raises UsageError: one is not installed.
    """
    found: dict[str, Distribution] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    to_do = list(wanted)
    while to_do:
        one = to_do.pop()
        name, extras = canonicalize_name(one.name), frozenset(one.extras)
        if name in without or (name, extras) in seen:
            continue
        seen.add((name, extras))
        found[name] = _installed(one.name)
        to_do += required(found[name], extras)
    return dict(sorted(found.items()))


def required(package: Distribution, extras: Collection[str] = ()) -> list[Requirement]:
    """Return what a package requires on this machine, with that of its extras."""
    choices = [{"extra": extra} for extra in ("", *extras)]
    lines = [Requirement(line) for line in package.requires or ()]
    return [one for one in lines if one.marker is None or any(one.marker.evaluate(choice) for choice in choices)]


def _installed(name: str) -> Distribution:
    try:
        return distribution(name)
    except PackageNotFoundError as error:
        raise UsageError(f"package {name!r} is not installed; run `make install` first") from error


@cache
def pins() -> dict[str, str]:
    """Return the lines of constraints.txt by canonical name."""
    lines = (PROJECT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return {canonicalize_name(line.partition("==")[0]): line for line in lines if re.match(r"\w", line)}


def pin(name: str) -> str:
    """Return the line of constraints.txt for a canonical name.

    :raises UsageError: there is none.
    """
    if name not in pins():
        raise UsageError(f"constraints.txt lacks {name!r}; add its exact version")
    return pins()[name]


def serve_text() -> str:
    """Return deploy/requirements-serve.txt as it must be.

    :raises UsageError: constraints.txt lacks a package.
    """
    head = f"# What serving needs, made by `{COMMAND}`. Install with --no-deps.\n"
    return head + "".join(f"{pin(name)}\n" for name in served())


def main() -> None:
    """Print the file, or write it."""
    if sys.argv[1:] == ["--write"]:
        SERVE_FILE.write_text(serve_text(), encoding="utf-8")
    else:
        print(serve_text(), end="")


def told(run: Callable[[], None]) -> int:
    """Run a command; return its exit status, with one line where it cannot be done."""
    try:
        run()
    except UsageError as error:
        print(f"vraagbaak: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(told(main))
