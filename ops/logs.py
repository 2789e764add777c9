"""Log lines as JSON, without a word of what people asked and without who asked it.

One line a question (``watch.py``) with what may be known of it. What libraries and faults say goes through the same
mask as a question, and network addresses go too. Libraries speak from warnings up only: at lower levels the server's
own would write addresses with questions in them, and the websocket's the questions themselves.
"""

import json
import logging
import os
import re
import sys
import threading
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from types import TracebackType
from typing import Any

from assistant.privacy import mask_personal_data
from ingest.errors import UsageError
from ingest.settings import Settings

NAME = "vraagbaak"
LONGEST = 2000  # characters of a message or of a fault's text
QUERY = re.compile(r"\?[^\s\"'<>]+")
ADDRESS = re.compile(
    r"(?<![\d.])(?!127\.|0\.0\.0\.0)\d{1,3}(?:\.\d{1,3}){3}(?![\d.])|(?<![\w:])[0-9a-f:]*::?[0-9a-f:]{4,}"
)
FIELDS = "fields"  # the attribute of a record that holds what is ours, all of it from closed sets and figures
OUTSIDE_A_SCRIPT = ".script_run_context"  # Streamlit's remark on a thread of ours that opens the index
log = logging.getLogger(NAME)


def set_up(settings: Settings) -> None:
    """Let all that this process logs go out as JSON lines: to standard error, and to the file where one is set.

    :raises UsageError: the file cannot be written.
    """
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stderr)]
    if settings.log:
        handlers.append(_file(settings))
    for handler in handlers:
        handler.setFormatter(JsonLines())
        handler.addFilter(_ours_or_a_warning)
    logging.basicConfig(level=logging.WARNING, handlers=handlers, force=True)
    log.setLevel(settings.log_level.upper())
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    threading.excepthook = lambda given: _uncaught(given.exc_type, given.exc_value, given.exc_traceback)
    _take_over_libraries()


def need_writable(settings: Settings) -> None:
    """See that the log file can be written.

    :raises UsageError: it cannot.
    """
    if settings.log:
        _file(settings).close()


class JsonLines(logging.Formatter):
    """Makes of a record one line of JSON: time (UTC), level, logger, message, our own fields, the fault."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": masked(record.getMessage()),
            **getattr(record, FIELDS, {}),
        }
        if record.exc_info and record.exc_info[1]:
            line["fault"] = _fault(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False)


def masked(text: str) -> str:
    """Return a text without personal data of a known form, network addresses and the query part of web addresses."""
    text = QUERY.sub("?…", text[:LONGEST])
    return ADDRESS.sub("[netwerkadres]", mask_personal_data(text)[0])


def event(message: str, level: int = logging.INFO, **fields: str | int | float | bool | None) -> None:
    """Log a line of our own; ``fields`` may hold figures and words from closed sets, never what somebody typed."""
    log.log(level, message, extra={FIELDS: fields})


def request(method: str, path: str, status: int, seconds: float) -> None:
    """Log a request at the level debug: of its address the path only, as what comes behind it may be a question."""
    if log.isEnabledFor(logging.DEBUG):
        event("request", logging.DEBUG, method=method, path=masked(path), status=status, ms=round(seconds * 1000, 1))


def _fault(error: BaseException) -> dict[str, Any]:
    """Return a fault's type, its masked text, and where it arose: files and lines of the program, no values."""
    where, trace = [], error.__traceback__
    while trace:
        code = trace.tb_frame.f_code
        where.append(f"{os.path.basename(code.co_filename)}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    found: dict[str, Any] = {"type": type(error).__name__, "text": masked(str(error)), "where": where[-12:]}
    if error.__cause__:
        found["cause"] = _fault(error.__cause__)
    return found


def _ours_or_a_warning(record: logging.LogRecord) -> bool:
    return record.name == NAME or (record.levelno >= logging.WARNING and not record.name.endswith(OUTSIDE_A_SCRIPT))


def _uncaught(kind: type[BaseException], error: BaseException | None, _: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    log.critical("the process met a fault that nobody caught", exc_info=error or kind())


class _TurnedOver(RotatingFileHandler):
    """A file for its owner alone. A full disk must not stop an answer: standard error has the line too."""

    def _open(self) -> Any:
        return open(
            self.baseFilename, "a", encoding="utf-8", opener=lambda path, flags: os.open(path, flags, mode=0o600)
        )

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (logging's own name)
        """Go on without this line."""


def _file(settings: Settings) -> RotatingFileHandler:
    path = settings.log
    assert path
    size = int(settings.log_megabytes * 1_000_000)
    try:
        return _TurnedOver(path, maxBytes=size, backupCount=settings.log_files)
    except OSError as error:
        raise UsageError(
            f"VRAAGBAAK_LOG {str(path)!r} cannot be written ({error.strerror}); name a file in a folder of your own"
        ) from error


def _take_over_libraries() -> None:
    """Send what Streamlit and uvicorn log through our handlers; each would set up its own, in its own form."""
    import streamlit.logger
    import uvicorn.config

    def through_ours(logger: logging.Logger) -> None:
        for handler in list(logger.handlers):
            logger.removeHandler(handler)
        logger.propagate = True

    streamlit.logger.setup_formatter = through_ours  # called for each of its loggers, also those still to come
    uvicorn.config.LOGGING_CONFIG.update(handlers={}, loggers={})
    for name in [*logging.root.manager.loggerDict]:
        if name.split(".")[0] in ("streamlit", "uvicorn", "websockets"):
            through_ours(logging.getLogger(name))
