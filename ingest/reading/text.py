"""From bytes to text, and from any text to text that is safe to show: what the readers of all formats share."""

import codecs
import re
import unicodedata

from ingest.clean import KEEPS_HYPHEN
from ingest.errors import DocumentError
from ingest.reading.limits import MAX_CHARACTERS
from ingest.reading.refusals import NOT_TEXT, TOO_LONG

BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# A character of several bytes in UTF-8.
MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
BULLET = re.compile(r"[•●▪■◦○∙·‣–—*\-\uf0b7\uf0a7]\s+(?=\S)")


def decoded(raw: bytes, declared: str = "") -> str:
    """Return the text of bytes: by their byte order mark, else as declared, else UTF-8, else Windows-1252.

    :param declared: the encoding that the file says that it has; one that Python does not know counts as none.
    :raises DocumentError: NUL bytes or other signs that it is no text, bytes that fit no encoding, or too many of them.
    """
    text = _text(raw, declared)
    if len(text) > MAX_CHARACTERS:
        raise DocumentError(f"{len(text)} characters; at most {MAX_CHARACTERS} are read", TOO_LONG)
    controls = len(CONTROL.findall(text))
    if "\0" in text or controls > len(text) / 100:
        raise DocumentError(f"{controls} control characters: this is no text; save it as UTF-8 text", NOT_TEXT)
    return text


def _text(raw: bytes, declared: str) -> str:
    for bom, encoding in BOMS:
        if raw.startswith(bom):
            return _strict(raw[len(bom) :], encoding)
    if declared and _is_text_encoding(declared):
        return _strict(raw, declared)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        # Windows-1252 reads nearly anything; where whole UTF-8 characters stand as well, the file is damaged UTF-8.
        if MULTIBYTE.search(raw):
            raise _undecodable("UTF-8", error) from error
        return _strict(raw, "cp1252")


def _is_text_encoding(name: str) -> bool:
    """Return whether ASCII stands as itself in it: not so in UTF-7, with which a page hides its markup."""
    try:
        return "<a>+&;".encode(name) == b"<a>+&;"
    except (LookupError, ValueError):
        return False


def _strict(raw: bytes, encoding: str) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise _undecodable(encoding, error) from error


def _undecodable(encoding: str, error: UnicodeDecodeError) -> DocumentError:
    return DocumentError(f"byte {error.start} is not {encoding}; save the file as UTF-8", NOT_TEXT)


def clean(text: str) -> str:
    """Return text on one line in NFC: white space folded; control, zero-width and direction marks, soft hyphens gone.

    Lone halves of a surrogate pair, code points that are no character and private signs of one font go too.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    kept = "".join(" " if char.isspace() else char for char in text if _stays(char))
    return " ".join(unicodedata.normalize("NFC", kept).split())


def _stays(char: str) -> bool:
    return char.isspace() or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn")


def clean_row(cells: list[str]) -> str:
    """Return cleaned cells between tabs, empty when all are."""
    shown = [clean(cell) for cell in cells]
    return "\t".join(shown) if any(shown) else ""


def letters(text: str) -> int:
    """Return how many letters the text has."""
    return sum(map(str.isalpha, text))


def join_lines(lines: list[str], hyphenated: frozenset[str] = frozenset()) -> str:
    """Return lines as one, words that a line end cut mended.

    :param hyphenated: words that stand with a hyphen inside a line of the same document; they keep it here too.
    """
    pieces: list[str] = []
    for line in filter(None, (line.strip() for line in lines)):
        before = pieces[-1] if pieces else ""
        if not (before.endswith("-") and len(before) > 1 and before[-2].isalnum()) or KEEPS_HYPHEN.match(line):
            pieces += [" ", line] if pieces else [line]
        elif line[0].islower() and not _stands_with_hyphen(before, line, hyphenated):
            pieces[-1:] = [before[:-1], line]
        else:
            pieces.append(line)
    return "".join(pieces)


def _stands_with_hyphen(before: str, line: str, hyphenated: frozenset[str]) -> bool:
    after = re.match(r"[\w-]*", line)
    return f"{before.rsplit(None, 1)[-1]}{after[0] if after else ''}".casefold() in hyphenated
