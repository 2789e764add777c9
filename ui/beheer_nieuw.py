"""Adding a report: a file dropped in, what was read of it, its details and kinds, and then into Vraagbaak."""

import shutil
import tempfile
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

import streamlit as st

from ingest.added.details import Correction
from ingest.added.draft import Draft, read_draft
from ingest.added.metadata import Metadata
from ingest.added.reports import add_report
from ingest.added.store import Entry
from ingest.errors import DocumentError, UsageError
from ingest.reading.limits import MAX_BYTES
from ingest.reading.read import ENDINGS
from ingest.records import Heading
from ui import beheer_soorten
from ui.marks import announce, plain_label

MOST = MAX_BYTES // 1_000_000  # MB
LABEL = f"Bestand: PDF, Word (DOCX), webpagina (HTML), Markdown of tekst, ten hoogste {MOST} MB"
SCAN = "Lees een scan met tekstherkenning. Dat duurt langer en geeft soms fouten."
HEADINGS_SHOWN = 200


def show(corpus: Path) -> Entry | None:
    """Draw the form; return the report that was added, None until then."""
    file = st.file_uploader(
        LABEL,
        type=[ending[1:] for endings in ENDINGS.values() for ending in endings],
        max_upload_size=MOST,
        key=f"bestand-{st.session_state.get('bestand-keer', 0)}",
    )
    ocr = bool(shutil.which("tesseract")) and st.toggle(SCAN, key="scan")
    if file is None:
        st.session_state.pop("concept", None)
        return None
    with st.container():  # always there, so that what comes and goes in it leaves open what is open below
        draft = _draft(file, ocr)
    if draft is None:
        return None
    headings, _ = draft.passages()
    _show_read(draft, headings)
    corrections: tuple[Correction, ...] = st.session_state.get("concept-soorten", ())
    _, passages = draft.passages(corrections)
    with st.expander(f"Passages en hun soorten ({len(passages)})"):
        changed = beheer_soorten.show(passages, corrections, "concept")
    if changed != corrections:
        st.session_state["concept-soorten"] = changed
        st.rerun()
    return _form(corpus, draft, corrections)


def _draft(file: Any, ocr: bool) -> Draft | None:
    """Return the file as read, once for each upload; None, with the reason on the page, where it cannot be."""
    kept = st.session_state.get("concept")
    if not kept or kept[0] != (file.file_id, ocr):
        with st.spinner("Het bestand wordt gelezen"), tempfile.TemporaryDirectory(prefix="vraagbaak-") as folder:
            path = Path(folder) / "bestand"
            path.write_bytes(file.getbuffer())
            read: Draft | DocumentError
            try:
                read = read_draft(path, file.name, ocr)
            except DocumentError as error:
                read = error
        kept = ((file.file_id, ocr), read)
        st.session_state["concept"] = kept
        st.session_state.pop("concept-soorten", None)
        announce("Het bestand is gelezen." if isinstance(read, Draft) else read.dutch)
    if isinstance(kept[1], DocumentError):
        st.error(plain_label(kept[1].dutch))
        return None
    draft: Draft = kept[1]
    return draft


def _show_read(draft: Draft, headings: Sequence[Heading]) -> None:
    document = draft.document
    pages = "" if not document.pages else "1 bladzijde, " if document.pages == 1 else f"{document.pages} bladzijden, "
    st.write(
        f"Gelezen: {pages}{len(headings)} koppen. Kijk of alles klopt, vul de gegevens in en zet het rapport erin."
    )
    if document.left_out:
        items = "".join(f"<li>{escape(line)}</li>" for line in document.left_out)
        st.html(f"<p>Niet overgenomen:</p><ul>{items}</ul>")
    with st.expander(f"Koppen ({len(headings)})"):
        items = "".join(
            f'<li class="vb-diep-{min(h.level, 3)}">{escape(h.title)}</li>' for h in headings[:HEADINGS_SHOWN]
        )
        more = len(headings) - HEADINGS_SHOWN
        rest = f"<p>En nog {more} koppen.</p>" if more > 0 else ""
        st.html(f'<ul class="vb-koppen">{items}</ul>{rest}' if headings else "<p>Er zijn geen koppen herkend.</p>")


def _form(corpus: Path, draft: Draft, corrections: tuple[Correction, ...]) -> Entry | None:
    document, mark = draft.document, draft.sha256[:12]
    with st.form(f"gegevens-{mark}"):
        filled = ask_metadata(Metadata(document.title, document.publisher, document.year or 0))
        again = st.checkbox("Vervang het toegevoegde rapport met deze titel")
        if not st.form_submit_button("Zet in Vraagbaak", type="primary"):
            return None
    try:
        added = add_report(corpus, draft, filled, corrections, again)
    except (UsageError, DocumentError) as error:
        st.error(plain_label(error.dutch))
        return None
    for name in ("concept", "concept-soorten"):
        st.session_state.pop(name, None)
    st.session_state["bestand-keer"] = st.session_state.get("bestand-keer", 0) + 1
    return added


def ask_metadata(known: Metadata) -> Metadata:
    """Draw the fields of a form with what is known; return what is filled in, year 0 where that is no number."""
    title = st.text_input("Titel", known.title, max_chars=300)
    publisher = st.text_input("Uitgever", known.publisher, max_chars=300)
    year = st.text_input("Jaar", str(known.year or ""), max_chars=4)
    place = st.text_input("Plaats (mag leeg blijven)", known.place, max_chars=300)
    region = st.text_input("Regio (mag leeg blijven)", known.region, max_chars=300)
    date = st.text_input("Datum zoals gedrukt, bijvoorbeeld maart 2024 (mag leeg blijven)", known.date, max_chars=300)
    return Metadata(title, publisher, int(year) if year.isascii() and year.isdigit() else 0, place, region, date)
