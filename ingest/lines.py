"""Records in a file of JSON lines, each read when it is asked for: a million passages need not fit in memory.

Beside the file stands where each line begins. A file of ordinary size is read whole, which is faster, and nobody can
cut it off under an open index; a large one is mapped.
"""

import json
import mmap
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Generic, TypeVar, overload

import numpy as np

from ingest.errors import IndexDamaged

KEPT = 8192  # records that stay parsed: all of some reports, the last asked for of many
WHOLE = 64 * 2**20  # bytes up to which a file is read into memory
T = TypeVar("T")


def write_lines(path: Path, rows: Iterable[Any]) -> int:
    """Write each row as a line of JSON, and where the lines begin; return how many there are."""
    begins = [0]
    with path.open("wb") as file:
        for row in rows:
            line = json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
            file.write(line)
            begins.append(begins[-1] + len(line))
    np.save(_begins_of(path), np.array(begins, dtype=np.int64))
    return len(begins) - 1


class Lines(Sequence[T], Generic[T]):
    """The records of a file that ``write_lines`` wrote, as a sequence.

    :param parse: makes the record of a line's JSON.
    :raises IndexDamaged: the file is missing or not as it was written.
    """

    def __init__(self, path: Path, parse: Callable[[Any], T]) -> None:
        self.path = path
        self._begins = read_array(_begins_of(path))
        self._data = _bytes(path)
        if len(self._begins) < 1 or len(self._data) != self._begins[-1]:
            raise IndexDamaged(f"{path}: is not as it was written; run vraagbaak ingest")
        # Bound to the data, not to these lines: so they go when nobody holds them, without the garbage collector.
        self._read: Callable[[int], T] = lru_cache(KEPT)(partial(_read_line, path, self._begins, self._data, parse))

    def __len__(self) -> int:
        """Return how many records there are."""
        return len(self._begins) - 1

    @overload
    def __getitem__(self, place: int) -> T: ...
    @overload
    def __getitem__(self, place: slice) -> list[T]: ...
    def __getitem__(self, place: int | slice) -> T | list[T]:
        """Return a record, or those of a slice."""
        if isinstance(place, slice):
            return [self._read(number) for number in range(*place.indices(len(self)))]
        number = int(place)
        if not -len(self) <= number < len(self):
            raise IndexError(f"{self.path} has {len(self)} lines, no line {number}")
        return self._read(number % len(self))


def _read_line(path: Path, begins: Any, data: bytes | mmap.mmap, parse: Callable[[Any], T], number: int) -> T:
    line = data[begins[number] : begins[number + 1]]
    try:
        return parse(json.loads(line))
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise IndexDamaged(f"{path}: has another form ({error}); run vraagbaak ingest") from error


def read_array(path: Path) -> Any:
    """Return the array of a build's ``.npy`` file: in memory, or mapped where it is large.

    :raises IndexDamaged: it is missing, cut off or of another form.
    """
    try:
        large = path.stat().st_size > WHOLE
        return np.asarray(np.load(path, mmap_mode="r" if large else None))
    except Exception as error:  # NumPy parses the header as Python: a damaged one raises whatever a parser can
        raise IndexDamaged(f"{path.parent}: {path.name} cannot be read; run vraagbaak ingest") from error


def _begins_of(path: Path) -> Path:
    return path.with_suffix(".begins.npy")


def _bytes(path: Path) -> bytes | mmap.mmap:
    try:
        with path.open("rb") as file:
            if path.stat().st_size <= WHOLE:
                return file.read()
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except OSError as error:
        raise IndexDamaged(f"{path}: cannot be read ({error}); run vraagbaak ingest") from error
