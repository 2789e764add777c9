"""Prompt templates: one TOML file each in ``prompts/``, checked when loaded."""

import hashlib
import tomllib
from dataclasses import dataclass
from pathlib import Path
from string import Formatter

from ingest.errors import CorpusError, UsageError
from ingest.settings import PROJECT

PROMPTS = PROJECT / "prompts"
FIELDS = {"name": str, "version": int, "variables": list, "system": str, "user": str}


@dataclass(frozen=True)
class Prompt:
    """A template: what the model is told about its task, and what it is asked; ``variables`` stand in the latter."""

    name: str
    version: int
    variables: tuple[str, ...]
    system: str
    user: str

    @property
    def digest(self) -> str:
        """Return the sha256 of the template's words: what receipts and eval manifests record."""
        return hashlib.sha256(f"{self.name}\0{self.version}\0{self.system}\0{self.user}".encode()).hexdigest()

    def filled(self, **values: str) -> list[tuple[str, str]]:
        """Return the messages as (role, text) pairs; braces in values stay as they are.

        :raises UsageError: a variable is missing or unknown; the message names it.
        """
        for name in self.variables:
            if name not in values:
                raise UsageError(f"prompt {self.name!r}: variable {name!r} is missing")
        for name in values:
            if name not in self.variables:
                raise UsageError(f"prompt {self.name!r}: unknown variable {name!r}; known: {', '.join(self.variables)}")
        return [("system", self.system.strip()), ("human", self.user.format(**values).strip())]


def load_prompt(name: str, folder: Path = PROMPTS) -> Prompt:
    """Return the template of that name.

    :raises CorpusError: the file is missing or unreadable, a field is missing, unknown or of a wrong type, or the
        declared variables are not those that stand in the text; the message names file and field.
    """
    path = folder / f"{name}.toml"
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CorpusError(f"{path}: cannot be read: {error}") from error
    for field in data:
        if field not in FIELDS:
            raise CorpusError(f"{path}: unknown field {field!r}; known are {', '.join(FIELDS)}")
    for field, wanted in FIELDS.items():
        if type(data.get(field)) is not wanted or data[field] in ("", [""]):
            raise CorpusError(f"{path}: field {field!r} is {data.get(field)!r}, not a filled {wanted.__name__}")
    if data["name"] != name:
        raise CorpusError(f"{path}: field 'name' is {data['name']!r}, not the file's own name")
    standing = {variable for _, variable, _, _ in Formatter().parse(data["user"]) if variable is not None}
    if standing != set(data["variables"]):
        raise CorpusError(
            f"{path}: declares {', '.join(data['variables'])}, but in the text stand {', '.join(sorted(standing))}"
        )
    return Prompt(name, data["version"], tuple(data["variables"]), data["system"], data["user"])
