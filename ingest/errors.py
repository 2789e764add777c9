"""Every fault that a user may see, in one tree.

    VraagbaakError
    ├── UsageError            the command or the question was put wrong (exit status 2)
    ├── CorpusError           a report, the catalogue or a layout is missing or wrong
    ├── ModelError            the chat model does not answer
    └── IndexFault            the index folder cannot be used
        ├── IndexMissing      there is none yet
        ├── IndexOutdated     another version of Vraagbaak made it
        └── IndexDamaged      a file in it is missing, cut off or locked

A message is one English line that quotes the value and says what to do; ``dutch`` is the sentence that the screen
shows. ``cli.py`` and ``app.py`` alone turn them into output.
"""


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


class ModelError(VraagbaakError):
    """The chat model does not answer, or not with text."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "Het taalmodel geeft geen antwoord. U krijgt de letterlijke passages.")


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
