"""What every written document of ours needs: a date in Dutch, and text that Markdown leaves as it is."""

import re
from datetime import date

MONTHS = "januari februari maart april mei juni juli augustus september oktober november december".split()
MARKUP = re.compile(r"[\\`*_\[\]<>|~&$#]")
BARE_LINK = re.compile(r":(?=//)|(?<=\bwww)\.|(?<=mailto):", re.IGNORECASE)  # viewers link these without any mark
BLOCK = re.compile(r"^([-+=]|\d+(?=[.)]))")  # what at the beginning of a line makes it a list or a heading


def long_date(when: date) -> str:
    """Return the date as ``25 november 2026``."""
    return f"{when.day} {MONTHS[when.month - 1]} {when.year}"


def escaped(text: str) -> str:
    """Return one line of text so that a viewer of Markdown shows it as it is, as text and nothing else."""
    plain = BARE_LINK.sub(r"\\\g<0>", MARKUP.sub(r"\\\g<0>", text))
    return BLOCK.sub(lambda m: m[1] + "\\" if m[1].isdigit() else "\\" + m[1], plain)
