"""What a question's text may hold: letters, digits and marks. Everything that only tricks a reader or a machine goes.

Control and bidirectional characters and zero-width ones are taken out, full-width letters become plain ones. HTML and
Markdown stay text, as every screen shows a question literally; what our own sentences repeat of it has no links.
"""

import re
import unicodedata

KEPT = "\n\t"
FULL_WIDTH = {place: place - 0xFEE0 for place in range(0xFF01, 0xFF5F)} | {0x3000: " "}
ADDRESS = re.compile(r"\b(?:https?|ftp|javascript|data):\S*", re.IGNORECASE)
LINK = re.compile(r"!?\[([^\[\]\n]{0,300})\]\(\s*[^()\s]{0,500}[^()]{0,100}\)")


def tidy(text: str) -> str:
    """Return the text in composed form without control, format and private characters or lone surrogates."""
    composed = unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode("utf-8")).translate(FULL_WIDTH)
    return "".join(char for char in composed if char in KEPT or unicodedata.category(char)[0] != "C")


def without_links(text: str) -> str:
    """Return the text with the words of its Markdown links and images alone, and without bare addresses."""
    return ADDRESS.sub(" ", LINK.sub(r"\1", text))
