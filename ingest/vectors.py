"""Vectors of many texts: embedded in batches, written row by row, taken from the serving build where unchanged."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from ingest.embedder import Vectors

BATCH = 512  # texts that are embedded at once
# So many sentences and more are kept in half precision: 2.6 GB instead of 5.2 GB for a million passages.
HALF_FROM = 200_000
Embed = Callable[[list[str]], Vectors]
Told = Callable[[int], None]


@dataclass(frozen=True)
class Stored:
    """Vectors of an older build, and in which row a text's vector stands."""

    vectors: Any = None
    rows: Mapping[bytes, int] = field(default_factory=dict)


NONE_STORED = Stored()


def stored(vectors: Any, texts: Iterable[str]) -> Stored:
    """Return the vectors of these texts (the rows in the texts' order), to be found by text."""
    return Stored(vectors, {digest(text): row for row, text in enumerate(texts)})


def digest(text: str) -> bytes:
    """Return what a text is found by again: 16 bytes."""
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def write_vectors(
    path: Path, texts: Iterable[str], many: int, embed: Embed, told: Told, old: Stored = NONE_STORED, half: bool = False
) -> int:
    """Write the vectors of the texts to a ``.npy`` file; return their dimension.

    :param many: how many texts there are.
    :param told: is given how many are done.
    :param half: keep them in half precision; a cosine changes by less than 0.001.
    """
    dimension = int(embed(["tekst"]).shape[1])
    shape, kind = (many, dimension), np.float16 if half else np.float32
    if not many:
        np.save(path, np.zeros(shape, dtype=kind))
        return dimension
    file = np.lib.format.open_memmap(path, mode="w+", dtype=kind, shape=shape)
    done = 0
    for batch in _batches(texts):
        file[done : done + len(batch)] = _embedded(batch, embed, old)
        done += len(batch)
        told(done)
    file.flush()
    return dimension


def _batches(texts: Iterable[str]) -> Iterator[list[str]]:
    remaining = iter(texts)
    while batch := list(islice(remaining, BATCH)):
        yield batch


def _embedded(batch: Sequence[str], embed: Embed, old: Stored) -> Vectors:
    if not old.rows:
        return embed(list(batch))
    rows = [old.rows.get(digest(text)) for text in batch]
    new = [text for text, row in zip(batch, rows, strict=True) if row is None]
    fresh = iter(embed(new) if new else ())
    return np.array([next(fresh) if row is None else old.vectors[row] for row in rows], dtype=np.float32)
