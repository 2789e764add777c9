"""The Chroma folder of a build: damage is seen, and nothing stands in it that was never written to it."""

from pathlib import Path

import numpy as np
import pytest

from assistant.index import Index
from ingest.chroma import chroma_is_sound, write_chroma


def database(index: Path) -> Path:
    (found,) = index.glob("builds/*/chroma/chroma.sqlite3")
    return found


def test_room_without_rows_holds_zeros(own_index: Path, tmp_path: Path) -> None:
    made = Index(own_index)
    passages = made.passages[:5]
    vectors = np.ones((5, 8), dtype=np.float32)
    write_chroma(tmp_path / "chroma", passages, tuple(made.reports.values()), vectors)
    stores = {path.name: path.read_bytes() for path in tmp_path.glob("chroma/*/*.bin")}
    assert {"data_level0.bin", "length.bin"} <= stores.keys()
    assert stores["data_level0.bin"].strip(b"\0") == stores["length.bin"].strip(b"\0") == b""


def test_opening_a_folder_leaves_nothing_of_this_process_in_it(own_index: Path) -> None:
    Index(own_index)
    stores = [path.read_bytes() for name in ("data_level0", "length") for path in own_index.rglob(f"{name}.bin")]
    assert len(stores) == 2 and not any(store.strip(b"\0") for store in stores)


@pytest.mark.parametrize("start", [0, 1_500_000])
def test_a_database_of_the_right_size_with_wrong_bytes_is_seen(own_index: Path, start: int) -> None:
    path = database(own_index)
    assert chroma_is_sound(path.parent)
    with path.open("r+b") as file:
        file.seek(start)
        file.write(b"\xa5" * 200_000)
    assert not chroma_is_sound(path.parent)


def test_a_folder_without_a_database_is_not_sound(tmp_path: Path) -> None:
    assert not chroma_is_sound(tmp_path)
