"""The software bill of materials: ``python -m ops.sbom --write`` writes docs/sbom.json and docs/sbom-serve.json.

CycloneDX 1.5 (https://cyclonedx.org/docs/1.5/json/): every package by name, exact version, package URL and licence, and
what requires what. The first file is of everything, tests and both kinds of language model included; the second of what
a server installs. Neither holds a time or a random number, so that the same packages give the same file.
"""

import json
import re
import sys
import tomllib
from collections import defaultdict
from collections.abc import Mapping
from importlib.metadata import Distribution
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from packaging.utils import canonicalize_name

from ingest.settings import PROJECT
from ops.requirements import closure, declared, pin, required, served, told

ALL_FILE, SERVE_FILE = PROJECT / "docs" / "sbom.json", PROJECT / "docs" / "sbom-serve.json"
COMMAND = "python -m ops.sbom --write"
EXTRAS = ("auth", "dev", "ollama", "openai")
# How packages name a licence without its SPDX id, in their own field or as a classifier; the first that fits counts.
SPDX = (
    (r"mozilla|\bmpl", "MPL-2.0"),
    (r"lgpl|lesser general", "LGPL-2.1-or-later"),
    (r"affero|agpl", "AGPL-3.0-only"),
    (r"\bgpl|gnu general", "GPL-3.0-only"),
    (r"apache", "Apache-2.0"),
    (r"python software|\bpsf", "PSF-2.0"),
    (r"\bisc", "ISC"),
    (r"2-clause", "BSD-2-Clause"),
    (r"bsd", "BSD-3-Clause"),
    (r"\bmit\b", "MIT"),
)
BY_HAND = {  # their metadata name none, or several in words; read in the licence files of the packages
    "axe-playwright-python": "MIT",
    "pypdfium2": "(BSD-3-Clause OR Apache-2.0) AND BSD-3-Clause AND Apache-2.0",
    "pystemmer": "MIT AND BSD-3-Clause",
}
COPYLEFT = re.compile(r"(?<!L)GPL")  # GPL and AGPL; LGPL and MPL leave the program that uses them alone


def licence(package: Distribution) -> str:
    """Return a package's licence as an SPDX expression, ``NOASSERTION`` where its metadata name none."""
    known = BY_HAND.get(canonicalize_name(package.name))
    if known or (stated := _fields(package, "License-Expression")):
        return known or stated[0]
    field = "".join(_fields(package, "License")[:1]).strip()
    classifiers = [one for one in _fields(package, "Classifier") if one.startswith("License ::")]
    if re.fullmatch(r"[\w.+-]+(?: (?:AND|OR) [\w.+-]+)+", field):
        return field
    for text in (field.split("\n")[0], *classifiers):
        for pattern, name in SPDX:
            if re.search(pattern, text, re.IGNORECASE):
                return name
    return "NOASSERTION"


def _fields(package: Distribution, name: str) -> list[str]:
    return [str(value) for value in package.metadata.get_all(name) or ()]


def bill(packages: Mapping[str, Distribution]) -> dict[str, Any]:
    """Return the CycloneDX document of these packages.

    :param packages: by canonical name; what one requires and is not among them stays unmentioned.
    :raises UsageError: constraints.txt lacks one of them.
    """
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    own = {"type": "application", "bom-ref": "vraagbaak", "name": project["name"], "version": project["version"],
           "description": project["description"], "licenses": [{"expression": "MIT"}]}  # fmt: skip
    refs = {name: _url(name) for name in packages}
    direct = {canonicalize_name(one.name) for one in declared(EXTRAS)}
    edges = [{"ref": "vraagbaak", "dependsOn": sorted(refs[name] for name in direct if name in refs)}]
    for name, package in packages.items():
        needed = {canonicalize_name(one.name) for one in required(package)}
        edges.append({"ref": refs[name], "dependsOn": sorted(refs[one] for one in needed if one in refs)})
    found = {
        "$schema": "http://cyclonedx.org/schema/bom-1.5.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": own},
        "components": [_component(name, package) for name, package in packages.items()],
        "dependencies": edges,
    }
    return {**found, "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, json.dumps(found, sort_keys=True))}"}


def _component(name: str, package: Distribution) -> dict[str, Any]:
    found = licence(package)
    said = {"license": {"name": "not stated"}} if found == "NOASSERTION" else {"expression": found}
    return {"type": "library", "bom-ref": _url(name), "name": package.name, "version": _version(name),
            "purl": _url(name), "licenses": [said]}  # fmt: skip


def _version(name: str) -> str:
    return pin(name).partition("==")[2]


def _url(name: str) -> str:
    return f"pkg:pypi/{name}@{_version(name)}"


def everything() -> dict[str, Distribution]:
    """Return all packages of a full installation, by canonical name; setuptools comes with every environment."""
    return closure(declared(EXTRAS), ("setuptools",))


def as_text(document: Mapping[str, Any]) -> str:
    """Return a document as its file holds it."""
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def licences(packages: Mapping[str, Distribution]) -> dict[str, list[str]]:
    """Return the packages' names by licence, the commonest licence first."""
    found: dict[str, list[str]] = defaultdict(list)
    for package in packages.values():
        found[licence(package)].append(package.name)
    return dict(sorted(found.items(), key=lambda pair: (-len(pair[1]), pair[0])))


def main() -> None:
    """Write both files, or print the licences with their packages; GPL and AGPL are marked."""
    if sys.argv[1:] == ["--write"]:
        ALL_FILE.write_text(as_text(bill(everything())), encoding="utf-8")
        SERVE_FILE.write_text(as_text(bill(served())), encoding="utf-8")
        return
    for name, packages in licences(everything()).items():
        print(f"{'NOT ALLOWED: ' if COPYLEFT.search(name) else ''}{name} ({len(packages)}): {', '.join(packages)}")


if __name__ == "__main__":
    raise SystemExit(told(main))
