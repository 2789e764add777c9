"""The first step: a report's file as text, code point for code point."""

from pathlib import Path

from ingest.errors import CorpusError
from ingest.records import Report


def read_report(corpus: Path, report: Report) -> str:
    """Return the report's text without newline translation, so that offsets hold in the file itself.

    :raises CorpusError: the file cannot be read, is not UTF-8, or holds no letter.
    """
    path = corpus / report.file
    try:
        raw = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise CorpusError(f"{path}: byte {error.start} is not UTF-8; save the report as UTF-8 text") from error
    except OSError as error:
        raise CorpusError(f"{path}: cannot be read: {error.strerror}") from error
    if not any(char.isalpha() for char in raw):
        raise CorpusError(f"{path}: the file is empty or holds no letter")
    return raw
