"""The menu that keeps a conversation: three formats to read, and the receipts to check it with."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

import streamlit as st

from assistant.receipt import as_text, make_conversation
from assistant.records import Answer
from ui.export.docx import as_docx
from ui.export.markdown import as_markdown
from ui.export.page import as_page
from ui.export.transcript import file_name, receipt_name

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PROOF = "Een bestand met vragen, antwoorden en citaten, later te controleren met 'vraagbaak verify'."


def show(answers: Sequence[Answer], receipts: Callable[[], Sequence[Mapping[str, Any]]]) -> None:
    """Draw the menu; a file is made when its button is pressed.

    :param receipts: makes the answers' receipts.
    """
    kept, today = tuple(answers), date.today()
    with st.popover("Bewaar dit gesprek", key="bewaar"):
        _button("Word (DOCX)", partial(as_docx, kept, today), file_name(today, "docx"), WORD)
        _button("Markdown", partial(as_markdown, kept, today), file_name(today, "md"), "text/markdown")
        page = "Webpagina om af te drukken (HTML)"
        _button(page, partial(as_page, kept, today), file_name(today, "html"), "text/html")
        proof = partial(_proof, receipts)
        _button("Bewijs van elk antwoord", proof, receipt_name(today), "application/json", PROOF)


def _button(label: str, make: Callable[[], str | bytes], name: str, mime: str, about: str | None = None) -> None:
    key = f"bewaar-{name.rsplit('.', 1)[1]}"
    st.download_button(label, make, name, mime, key, about, on_click="ignore", width="stretch")


def _proof(receipts: Callable[[], Sequence[Mapping[str, Any]]]) -> str:
    return as_text(make_conversation(receipts()))
