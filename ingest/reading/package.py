"""May this DOCX be opened at all: a zip that is no bomb, holds no macro, and whose XML declares nothing of its own.

Nothing is unpacked to disk at any time. zipfile never yields more of a member than its header says, so the sizes that
the headers say are the sizes that count.
"""

import zipfile
from pathlib import Path, PurePosixPath

from lxml import etree

from ingest.errors import DocumentError
from ingest.reading.limits import MAX_MEMBERS, MAX_RATIO, MAX_UNPACKED, MAX_XML, RATIO_FROM
from ingest.reading.refusals import BOMB, DAMAGED, DECLARES, MACROS, ODD_NAMES, PASSWORD, STRICT_FORM

STRICT = "http://purl.oclc.org/ooxml/"


def check_package(path: Path) -> None:
    """Return where a DOCX is safe to read.

    :raises DocumentError: a zip bomb, odd member names, macros, a password, XML with a DTD, or the strict variant.
    """
    with zipfile.ZipFile(path) as package:
        members = package.infolist()
        _check_sizes(members)
        _check_names(members)
        if b"macroEnabled" in package.read("[Content_Types].xml"):
            raise DocumentError("the document says that it holds macros; save it without them", MACROS)
        for member in members:
            if PurePosixPath(member.filename).suffix.lower() in (".xml", ".rels"):
                _check_xml(package, member)


def _check_sizes(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MAX_MEMBERS:
        raise DocumentError(f"{len(members)} members in the zip; at most {MAX_MEMBERS} are read", BOMB)
    unpacked, packed = sum(m.file_size for m in members), sum(m.compress_size for m in members)
    if unpacked > MAX_UNPACKED or (unpacked > RATIO_FROM and unpacked > MAX_RATIO * packed):
        raise DocumentError(f"{packed} bytes unpack to {unpacked}; at most {MAX_UNPACKED}, {MAX_RATIO} to 1", BOMB)


def _check_names(members: list[zipfile.ZipInfo]) -> None:
    names = [member.filename for member in members]
    for name in names:
        path = PurePosixPath(name.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in name or not name.isprintable():
            raise DocumentError(f"member {name[:80]!r} points outside the zip; save the document again", ODD_NAMES)
        if path.name.lower() == "vbaproject.bin":
            raise DocumentError(f"member {name[:80]!r} holds macros; save the document without them", MACROS)
    if len(set(map(str.lower, names))) < len(names):
        raise DocumentError("two members of the zip have one name; save the document again", ODD_NAMES)
    if any(member.flag_bits & 1 for member in members):
        raise DocumentError("the zip has a password; save the document without it", PASSWORD)


def _check_xml(package: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """Read no further than the root element: a DTD, which alone can declare entities, must stand before it.

    It is lxml that looks, as it is lxml that reads the parts later: two parsers could see two different things.
    """
    if member.file_size > MAX_XML:
        raise DocumentError(f"{member.filename} is {member.file_size} bytes of XML; at most {MAX_XML} are read", BOMB)
    with package.open(member) as stream:
        events = etree.iterparse(stream, events=("start",), resolve_entities=False, load_dtd=False, no_network=True)
        root = next(events, (None, None))[1]
    if root is None:
        raise DocumentError(f"{member.filename} is no XML; save the document again", DAMAGED)
    if root.getroottree().docinfo.doctype:
        raise DocumentError(f"{member.filename} has a DTD; save the document again", DECLARES)
    if member.filename == "word/document.xml" and (etree.QName(root).namespace or "").startswith(STRICT):
        raise DocumentError("the document is in strict Open XML; save it as an ordinary Word document", STRICT_FORM)
