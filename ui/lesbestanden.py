"""The menu that downloads a lesson pack: the formats that trainers use, of which the pack holds something."""

from functools import partial

import streamlit as st

from learn.export import FORMATS, pack_files
from learn.export.common import file_stem
from learn.order import running_order
from learn.records import Pack
from ui.bewaren import WORD

SLIDES = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
# Label, format, how the file's name ends, type.
FILES = (
    ("Word, voor de trainer", "docx", "-trainer.docx", WORD),
    ("Word, voor deelnemers", "docx", "-deelnemers.docx", WORD),
    (FORMATS["pptx"], "pptx", ".pptx", SLIDES),
    (FORMATS["markdown"], "markdown", ".md", "text/markdown"),
    (FORMATS["moodle"], "moodle", "-moodle.xml", "application/xml"),
    (FORMATS["gift"], "gift", "-gift.txt", "text/plain"),
    (FORMATS["anki"], "anki", ".apkg", "application/octet-stream"),
    (FORMATS["csv"], "csv", ".csv", "text/csv"),
    (FORMATS["zelfscan"], "zelfscan", "-zelfscan.html", "text/html"),
)
# The parts of which one is needed; other formats take any item.
NEEDS = {"moodle": ("quiz",), "gift": ("quiz",), "anki": ("flitskaart", "begrip", "quiz"), "zelfscan": ("zelfscan",)}


def show(pack: Pack) -> None:
    """Draw the menu; a file is made when its button is pressed."""
    there, stem = {item.part for item in pack.items}, file_stem(pack.title)
    with st.popover("Download dit pakket", key="les-download"):
        for label, form, end, mime in FILES:
            if there & set(NEEDS.get(form, there)):
                make = partial(_file, pack, form, end)
                st.download_button(label, make, stem + end, mime, f"les{end}", on_click="ignore", width="stretch")


def _file(pack: Pack, form: str, end: str) -> bytes:
    files = pack_files(pack, (form,), running_order(pack))
    return next(data for name, data in files.items() if name.endswith(end))
