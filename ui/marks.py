"""What a page asks of the script in the browser (static/vraagbaak.js): marks in the HTML that it looks for."""

import itertools
import re
import time
from html import escape

import streamlit as st

_begun = time.time_ns()  # a tab that outlives the server must not take a new mark for one that it has seen
_count = itertools.count()
MARKDOWN = re.compile(r"([!-/:-@\[-`{-~])")


def bring_into_view(element_id: str, block: str = "center") -> None:
    """Scroll an element into view, once, and move the keyboard's focus to it where it can have it."""
    st.html(f'<span data-doel="{escape(element_id)}" data-blok="{block}" data-keer="{_begun}-{next(_count)}"></span>')


def announce(text: str) -> None:
    """Have a screen reader say a text, once."""
    st.html(f'<span data-nieuws="{escape(text)}" data-keer="{_begun}-{next(_count)}"></span>')


def text_html(text: str, style: str) -> str:
    """Return a paragraph of plain text: nothing in it becomes markup."""
    return f'<p class="{style}">{escape(text)}</p>'


def plain_label(text: str) -> str:
    """Return the text so that a Streamlit label shows it letter for letter: no emphasis, image, link, icon or colour.

    Backslashes stop Markdown. Links and icons are found after those are read, so an invisible word joiner parts them.
    """
    return re.sub(r":(?=\S)|@|www(?=\\\.)", "\\g<0>\u2060", MARKDOWN.sub(r"\\\1", text))
