"""Before anything else: acute danger gets its notice, and the reader is told what was masked."""

from pathlib import Path

from assistant.danger import alarms
from assistant.records import Notice

MASKED = (
    "Uw vraag bevatte persoonsgegevens ({kinds}). Ze zijn niet nodig voor een antwoord, dus weggelaten en niet bewaard."
)


def notices(question: str, masked: tuple[str, ...], corpus: Path) -> tuple[Notice, ...]:
    """Return what the reader must know first: crisis notices, then what was masked and why.

    :raises CorpusError: ``safety.toml`` or the classifier cannot be read.
    """
    found = [Notice("crisis", text) for text in alarms(question, corpus)]
    if masked:
        found.append(Notice("personal_data", MASKED.format(kinds=", ".join(masked))))
    return tuple(found)
