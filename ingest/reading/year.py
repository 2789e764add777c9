"""The year of a report, by what it says itself: when a file was made says when somebody saved it."""

import re

MONTHS = "januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december"
DATED = re.compile(rf"\b(?:{MONTHS})\s+((?:19|20)\d\d)\b|©\s*((?:19|20)\d\d)\b", re.IGNORECASE)
YEAR = re.compile(r"(?<![\d-])((?:19[89]|20\d)\d)(?![\d-])")


def year_in(words: str, title: str) -> int | None:
    """Return the year of a date or © in the first words, else the one year that the title or their start names."""
    dated = DATED.search(words)
    if dated:
        return int(dated[1] or dated[2])
    for text in (title, words[:400]):
        years = set(YEAR.findall(text))
        if len(years) == 1:
            return int(years.pop())
    return None
