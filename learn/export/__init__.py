"""A lesson pack as files for what trainers use: Word, slides, Markdown, Moodle, GIFT, Anki, a sheet, a self-scan."""

from collections.abc import Callable, Sequence
from pathlib import Path

from ingest.errors import UsageError
from learn.export.common import Order, file_stem, printable
from learn.records import Pack

# Every format with its Dutch name; ``pack_files`` makes the files.
FORMATS = {
    "docx": "Word, voor de trainer en voor deelnemers",
    "pptx": "PowerPoint",
    "markdown": "Markdown",
    "moodle": "Moodle XML",
    "gift": "GIFT (Moodle en andere leeromgevingen)",
    "anki": "Anki-flitskaarten",
    "csv": "CSV (Excel)",
    "zelfscan": "Zelfscan om te printen",
}


def export_pack(
    pack: Pack, folder: Path, formats: Sequence[str] = tuple(FORMATS), order: Order = ()
) -> tuple[Path, ...]:
    """Write the pack's files and return their paths; see ``pack_files``.

    :raises UsageError: a format is unknown, there is nothing to write, or the folder cannot be written.
    """
    files = pack_files(pack, formats, order)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            (folder / name).write_bytes(data)
    except OSError as error:
        reason = error.strerror or error
        raise UsageError(
            f"{str(folder)!r} cannot be written ({reason}); name another folder",
            "In deze map kan niet worden geschreven. Kies een andere map.",
        ) from error
    return tuple(folder / name for name in files)


def pack_files(pack: Pack, formats: Sequence[str] = tuple(FORMATS), order: Order = ()) -> dict[str, bytes]:
    """Return the files by name; Word gives two. A format for which the pack holds no items gives no file.

    :param order: the running order, for the trainer's document and the slides.
    :raises UsageError: a format is unknown, or there is nothing to write.
    """
    unknown = [name for name in formats if name not in FORMATS]
    if unknown:
        raise UsageError(f"unknown format {unknown[0]!r}; known are {', '.join(FORMATS)}", "Deze vorm is niet bekend.")
    pack = printable(pack)
    stem = file_stem(pack.title)
    files = {f"{stem}{end}": data for name in dict.fromkeys(formats) for end, data in MAKERS[name](pack, order).items()}
    if not files:
        raise UsageError(
            f"the pack {pack.title[:60]!r} holds no items for {', '.join(formats)}; choose other formats or parts",
            "Het lespakket bevat niets voor deze vorm. Kies een andere vorm of andere onderdelen.",
        )
    return files


# Each library loads only where its format is asked for.
def _docx(pack: Pack, order: Order) -> dict[str, bytes]:
    from learn.export.docx import as_docx

    if not pack.items:
        return {}
    return {"-trainer.docx": as_docx(pack, order, trainer=True), "-deelnemers.docx": as_docx(pack, (), trainer=False)}


def _pptx(pack: Pack, order: Order) -> dict[str, bytes]:
    from learn.export.pptx import as_pptx

    return {".pptx": as_pptx(pack, order)} if pack.items else {}


def _markdown(pack: Pack, order: Order) -> dict[str, bytes]:
    from learn.export.markdown import as_markdown

    return {".md": as_markdown(pack, order).encode()} if pack.items else {}


def _moodle(pack: Pack, order: Order) -> dict[str, bytes]:
    from learn.export.moodle import as_moodle

    return {"-moodle.xml": as_moodle(pack)} if pack.of("quiz") else {}


def _gift(pack: Pack, order: Order) -> dict[str, bytes]:
    from learn.export.gift import as_gift

    # Moodle takes GIFT from a .txt file only
    return {"-gift.txt": as_gift(pack).encode()} if pack.of("quiz") else {}


def _anki(pack: Pack, order: Order) -> dict[str, bytes]:
    from learn.export.anki import as_apkg, cards

    return {".apkg": as_apkg(pack)} if cards(pack) else {}


def _csv(pack: Pack, order: Order) -> dict[str, bytes]:
    from learn.export.csv import as_csv

    return {".csv": as_csv(pack)} if pack.items else {}


def _selfscan(pack: Pack, order: Order) -> dict[str, bytes]:
    from learn.export.selfscan_page import as_page

    return {"-zelfscan.html": as_page(pack).encode()} if pack.of("zelfscan") else {}


MAKERS: dict[str, Callable[[Pack, Order], dict[str, bytes]]] = {
    "docx": _docx,
    "pptx": _pptx,
    "markdown": _markdown,
    "moodle": _moodle,
    "gift": _gift,
    "anki": _anki,
    "csv": _csv,
    "zelfscan": _selfscan,
}
