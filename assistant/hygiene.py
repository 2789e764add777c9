"""What a question's text may hold: letters, digits and marks. Everything that only tricks a reader or a machine goes.

Control and bidirectional characters and zero-width ones are taken out, full-width letters become plain ones; HTML and
Markdown stay text, as every screen shows it literally.
"""

import re
import unicodedata

KEPT = "\n\t"
LINK = re.compile(r"!?\[([^\[\]\n]{0,300})\]\(\s*[^()\s]{0,500}[^()]{0,100}\)")


def tidy(text: str) -> str:
    """Return the text in composed form without control, format and private characters, lone surrogates or links.

    A Markdown link or image leaves its words.
    """
    composed = unicodedata.normalize("NFKC", text.encode("utf-8", "replace").decode("utf-8"))
    plain = "".join(char for char in composed if char in KEPT or unicodedata.category(char)[0] != "C")
    return LINK.sub(r"\1", plain)
