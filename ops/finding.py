"""What the doctor finds: how something is, in plain words, and what to do about it."""

from dataclasses import asdict, dataclass

OK, WARNING, WRONG = "ok", "warning", "wrong"


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's; ``todo`` is empty where all is well."""

    about: str
    state: str
    text: str
    todo: str = ""

    def to_json(self) -> dict[str, str]:
        """Return it as the object that ``doctor --json`` prints."""
        return asdict(self)


def ok(about: str, text: str) -> Finding:
    """Return that all is well."""
    return Finding(about, OK, text)


def warning(about: str, text: str, todo: str) -> Finding:
    """Return what works, yet is better put right."""
    return Finding(about, WARNING, text, todo)


def wrong(about: str, text: str, todo: str) -> Finding:
    """Return what must be put right."""
    return Finding(about, WRONG, text, todo)
