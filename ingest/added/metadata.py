"""What a person says of a report that is added, checked."""

import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime

from ingest.errors import UsageError

FIRST_YEAR = 1900
WRITTEN = 2026  # a clock that stands before it is wrong
LONGEST = 300  # characters of a field
LABELS = {
    "title": "De titel",
    "publisher": "De uitgever",
    "place": "De plaats",
    "region": "De regio",
    "date": "De datum",
}


@dataclass(frozen=True)
class Metadata:
    """What a person says of a report; only title, publisher and year must be filled."""

    title: str
    publisher: str
    year: int
    place: str = ""
    region: str = ""
    date: str = ""


def checked(metadata: Metadata) -> Metadata:
    """Return the metadata with white space folded.

    :raises UsageError: a needed field is empty, one is too long or holds control characters, or the year is impossible.
    """
    texts = {name: value for name, value in metadata.__dict__.items() if name != "year"}
    for name, value in texts.items():
        label = LABELS[name]
        if any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn") for char in value):
            raise UsageError(
                f"{name} {value!r} holds control characters; leave them out", f"{label} bevat onzichtbare tekens."
            )
        if len(value) > LONGEST:
            raise UsageError(
                f"{name} has {len(value)} characters; at most {LONGEST}", f"{label} is te lang: meer dan 300 tekens."
            )
        if name in ("title", "publisher") and not any(map(str.isalnum, value)):
            raise UsageError(f"{name} is empty; a report needs one", f"Vul {label.lower()} in.")
    last = max(datetime.now(UTC).year, WRITTEN) + 1
    if not FIRST_YEAR <= metadata.year <= last:
        raise UsageError(
            f"year {metadata.year} is not one from {FIRST_YEAR} to {last}",
            f"Vul een jaar in van {FIRST_YEAR} tot en met {last}.",
        )
    folded = {name: " ".join(value.split()) for name, value in texts.items()}
    return Metadata(
        folded["title"], folded["publisher"], metadata.year, folded["place"], folded["region"], folded["date"]
    )
