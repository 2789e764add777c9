"""Reads a file in a child process that can neither write, nor take the machine's memory, nor go on for ever.

A PDF or a DOCX of a stranger is read by much code, some of it in C. In the child that code has no environment (so no
secrets), may write to nothing but its answer, and is stopped by the kernel at its limits. Its answer is JSON over a
pipe, bounded and checked; every other ending is a ``DocumentError`` too. The child sets the limits itself, before it
opens the file: no code may run between fork and exec in a server with threads. Where the system knows no limits
(Windows) the time on the clock alone remains.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ingest.errors import DocumentError
from ingest.reading.document import ELEMENTS, Document, Element
from ingest.reading.limits import MAX_ANSWER, MEGABYTES, OCR_FILE, OCR_SECONDS, SECONDS
from ingest.reading.read import read_file, shown
from ingest.reading.refusals import DAMAGED, TOO_MUCH_MEMORY, TOO_SLOW

PROJECT = Path(__file__).resolve().parents[2]
# What Python needs of the environment to start, and OCR to find its program.
KEPT = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "TESSDATA_PREFIX")
OUT_OF_TIME = {-getattr(signal, name) for name in ("SIGXCPU",) if hasattr(signal, name)}
OUT_OF_MEMORY = 17  # the child's exit status


def read_in_child(
    path: Path, name: str = "", ocr: bool = False, seconds: float | None = None, megabytes: int = MEGABYTES
) -> Document:
    """Return what ``read_file`` returns, read in a child process.

    :param path: the file; ``name`` is the name that its sender gave it.
    :param ocr: let the text of a scanned PDF be recognised.
    :param seconds: of the clock; the default is ``SECONDS``, with OCR ``OCR_SECONDS``.
    :param megabytes: of memory that the child may take.
    :raises DocumentError: the file is refused, took too much time or memory, or broke its reader.
    """
    limit = seconds if seconds is not None else OCR_SECONDS if ocr else SECONDS
    name = (name or path.name)[-300:]  # its ending is what counts
    status, answer = _run([os.fsdecode(path.absolute()), name, "ocr" if ocr else "", str(limit), str(megabytes)], limit)
    if status is None or status in OUT_OF_TIME:
        raise DocumentError(f"{shown(name)} took more than {limit:g} seconds to read; split it", TOO_SLOW)
    if status == OUT_OF_MEMORY:
        raise DocumentError(f"{shown(name)} took more than {megabytes} MB of memory to read; split it", TOO_MUCH_MEMORY)
    if status:
        raise DocumentError(f"{shown(name)} broke its reader (exit status {status}); save it again", DAMAGED)
    return _document(answer, name)


def _run(arguments: list[str], seconds: float) -> tuple[int | None, bytes]:
    """Return the child's exit status (None where time ran out) and its answer."""
    command = [sys.executable, "-B", "-P", "-s", "-m", "ingest.reading.child", json.dumps(arguments)]
    environment = {key: os.environ[key] for key in KEPT if key in os.environ}
    environment |= {"PYTHONPATH": str(PROJECT), "PYTHONUTF8": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    late: list[bool] = []
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env=environment, cwd=PROJECT.anchor, start_new_session=True,
    ) as child:  # fmt: skip
        timer = threading.Timer(seconds, _stop, (child, late))
        timer.start()
        try:
            assert child.stdout is not None
            answer = child.stdout.read(MAX_ANSWER + 1)
            if len(answer) > MAX_ANSWER:
                _stop(child, [])
            status = child.wait()
        finally:
            timer.cancel()
            if child.poll() is None:
                _stop(child, [])
    return (None if late else status), answer


def _stop(child: subprocess.Popen[bytes], late: list[bool]) -> None:
    """Kill the child and what it started (OCR), if they still run; note in ``late`` that it was done."""
    late.append(True)
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
    else:
        child.kill()


def _document(answer: bytes, name: str) -> Document:
    """Return the document of an answer.

    :raises DocumentError: the child refused the file, or answered something else than a document.
    """
    from pydantic import TypeAdapter, ValidationError

    try:
        said = json.loads(answer)
        if "refused" in said:
            message, dutch = said["refused"]
            raise DocumentError(str(message), str(dutch))
        document = TypeAdapter(Document).validate_python(said["read"])
        if not all(map(_is_sound, document.elements)):
            raise ValueError("an element of an unknown kind or with places outside its text")
    except (ValueError, KeyError, TypeError, ValidationError, RecursionError) as error:
        raise DocumentError(f"{shown(name)}: the reader's answer is garbled; save the file again", DAMAGED) from error
    return document


def _is_sound(element: Element) -> bool:
    return element.kind in ELEMENTS and all(0 <= offset <= len(element.text) for offset, _ in element.turns)


def _set_limits(seconds: float, megabytes: int, ocr: bool) -> None:
    """Let the kernel hold this process to its limits, for ever: the hard limits are set, not the soft ones alone."""
    try:
        import resource
    except ImportError:  # Windows
        return
    wanted = {
        resource.RLIMIT_AS: megabytes * 1024 * 1024,
        resource.RLIMIT_CPU: int(seconds) + 1,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: OCR_FILE if ocr else 0,
    }
    if not ocr:  # tesseract is a program of its own, and reads a picture from a file
        wanted[resource.RLIMIT_NPROC] = 0
    for what, most in wanted.items():
        hard = resource.getrlimit(what)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (most, most))


def main() -> int:
    """Read the file that the arguments name, print the document or the refusal, return the exit status."""
    path, name, ocr, seconds, megabytes = json.loads(sys.argv[1])
    pipe = os.dup(1)
    os.dup2(2, 1)  # what a library prints is no part of the answer
    _set_limits(float(seconds), int(megabytes), bool(ocr))
    try:
        with os.fdopen(pipe, "w", encoding="utf-8") as answer:
            json.dump(_read(Path(path), name, bool(ocr)), answer)
    except MemoryError:
        return OUT_OF_MEMORY
    return 0


def _read(path: Path, name: str, ocr: bool) -> dict[str, Any]:
    try:
        return {"read": asdict(read_file(path, name, ocr))}
    except DocumentError as error:
        return {"refused": [str(error), error.dutch]}


if __name__ == "__main__":
    sys.exit(main())
