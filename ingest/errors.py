"""Every fault that a user may see, in one tree.

    VraagbaakError
    ├── UsageError            the command or the question was put wrong (exit status 2)
    ├── CorpusError           a report, the catalogue or a layout is missing or wrong
    ├── ModelError            the chat model does not answer as it should
    ├── DocumentError         a file that somebody wants to add cannot be read or added
    ├── BackupError           an archive is damaged, or is no backup
    ├── StoreError            the database of conversations and feedback cannot be used
    ├── ServerFault           the Chroma server cannot be reached, refuses us or holds no index
    └── IndexFault            the index folder cannot be used
        ├── IndexMissing      there is none yet
        ├── IndexOutdated     another version of Vraagbaak made it
        └── IndexDamaged      a file in it is missing, cut off or locked

A message is one English line that quotes the value and says what to do; ``dutch`` is the sentence that the screen
shows. ``cli.py`` and ``app.py`` alone turn them into output.
"""

from typing import ClassVar


class VraagbaakError(Exception):
    """Something that the user can understand and mend."""

    exit_status = 1

    def __init__(self, message: str, dutch: str = "") -> None:
        super().__init__(message)
        self.dutch = dutch or "Vraagbaak kan nu geen antwoord geven. Vraag uw beheerder om hulp."


class UsageError(VraagbaakError):
    """The command line or the question cannot be understood."""

    exit_status = 2


class CorpusError(VraagbaakError):
    """A report, the catalogue or a layout is missing, unreadable or inconsistent."""

    def __init__(self, message: str) -> None:
        super().__init__(message, f"De rapporten kunnen niet worden gelezen. Laat uw beheerder dit zien: {message}")


class DocumentError(VraagbaakError):
    """A file that somebody wants to add cannot be read or added; ``dutch`` tells a reader why and what to do."""


class BackupError(VraagbaakError):
    """An archive that should be put back is damaged, or is no backup of Vraagbaak."""


class ModelError(VraagbaakError):
    """The chat model does not answer as it should; ``reason`` is one of ``CAUSES``, ``cause`` says it in Dutch."""

    CAUSES: ClassVar[dict[str, str]] = {
        "no_server": "Het taalmodel is niet bereikbaar",
        "timeout": "Het taalmodel deed er te lang over",
        "cut": "De verbinding met het taalmodel viel weg",
        "empty": "Het taalmodel gaf een leeg antwoord",
        "language": "Het taalmodel antwoordde niet in het Nederlands",
        "repetition": "Het taalmodel bleef zichzelf herhalen",
        "endless": "Het taalmodel bleef doorschrijven",
        "bytes": "Het taalmodel stuurde onleesbare tekens",
        "rate_limit": "Het taalmodel krijgt nu te veel vragen",
        "key": "Het taalmodel weigert de toegangssleutel",
        "unknown_model": "Het ingestelde taalmodel bestaat niet op de server",
        "resting": "Het taalmodel werkte zojuist niet en wordt straks weer geprobeerd",
        "other": "Het taalmodel gaf een foutmelding",
    }

    def __init__(self, message: str, reason: str = "other") -> None:
        self.reason, self.cause = reason, self.CAUSES[reason]
        super().__init__(message, f"{self.cause}, daarom ziet u de letterlijke passages.")


class StoreError(VraagbaakError):
    """The database of conversations and feedback cannot be read or written."""

    def __init__(self, message: str) -> None:
        dutch = "Wat Vraagbaak bewaart, kan niet worden opgeslagen of gelezen. Laat uw beheerder dit zien:"
        super().__init__(message, f"{dutch} {message}")


class ServerFault(VraagbaakError):
    """The Chroma server cannot be reached, refuses us or holds no index that can be used."""

    def __init__(self, message: str) -> None:
        super().__init__(message, f"De Chroma-server kan niet worden gebruikt. Laat uw beheerder dit zien: {message}")


class IndexFault(VraagbaakError):
    """The index folder cannot be used."""

    def __init__(self, message: str) -> None:
        super().__init__(message, f"De zoekindex kan niet worden gebruikt. Laat uw beheerder dit zien: {message}")


class IndexMissing(IndexFault):
    """No index has been built in this folder."""


class IndexOutdated(IndexFault):
    """The index was made by another version of Vraagbaak."""


class IndexDamaged(IndexFault):
    """A file of the index is missing, cut off, locked or of the wrong form."""
