"""Replies of a model kept for evals, by index, prompt, model and messages, with what they cost."""

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ingest.errors import UsageError

LETTERS_PER_TOKEN = 4  # a rough measure, for servers that count nothing


@dataclass(frozen=True)
class Cost:
    """Tokens read and written, and seconds; ``estimated`` where the tokens are counted by letters."""

    tokens_in: int
    tokens_out: int
    estimated: bool
    seconds: float


@dataclass(frozen=True)
class Reply:
    """A whole reply of a model's."""

    text: str
    cost: Cost


def cost_of(messages: Sequence[tuple[str, str]], text: str, tokens: tuple[int, int] | None, seconds: float) -> Cost:
    """Return what a reply cost, by the server's own count where there is one."""
    if tokens:
        return Cost(*tokens, False, seconds)
    asked = sum(len(content) for _, content in messages)
    return Cost(asked // LETTERS_PER_TOKEN, len(text) // LETTERS_PER_TOKEN, True, seconds)


def key_of(fingerprint: str, digest: str, model: str, messages: Sequence[tuple[str, str]]) -> str:
    """Return the name under which the reply to these messages is kept."""
    parts = [fingerprint, digest, model, [list(message) for message in messages]]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


def kept_reply(folder: Path, key: str) -> Reply | None:
    """Return a kept reply; None where there is none.

    :raises UsageError: the file holds something else.
    """
    path = folder / f"{key}.json"
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return Reply(data["text"], Cost(**data["cost"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path}: is no kept reply of a model; delete it: {error}") from error


def keep_reply(folder: Path, key: str, reply: Reply) -> None:
    """Write a reply, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    new = folder / f"{key}.{os.getpid()}.new"
    new.write_text(json.dumps(asdict(reply), ensure_ascii=False), encoding="utf-8")
    new.replace(folder / f"{key}.json")
