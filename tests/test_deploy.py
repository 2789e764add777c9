"""What a server installs: the image's parts, the packages without torch, and the bills of materials."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from ingest.settings import Settings
from ops.requirements import NOT_IMPORTED, NOT_SERVED, SERVE_FILE, closure, pins, serve_text
from ops.sbom import ALL_FILE, COPYLEFT, bill, everything, licence, served
from ops.sbom import SERVE_FILE as SERVE_BILL
from ops.sbom import as_text as bill_text
from tests.conftest import PROJECT, environment

DOCKERFILE = (PROJECT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((PROJECT / "deploy" / "compose.yaml").read_text(encoding="utf-8"))
# What a server must not load, and how it is imported.
ABSENT = tuple({"scikit-learn": "sklearn"}.get(name, name.replace("-", "_")) for name in (*NOT_SERVED, *NOT_IMPORTED))
SERVE = f"""
import importlib, pkgutil, sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {ABSENT!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Absent())
for top in ("ingest", "assistant", "learn", "evals", "ops", "ui"):
    for module in pkgutil.walk_packages([top], top + "."):
        importlib.import_module(module.name)
from cli import main
sys.exit(main(sys.argv[1:]))
"""


def copied() -> list[str]:
    """What the Dockerfile copies from the project, by path."""
    lines = [line.split()[1:-1] for line in DOCKERFILE.splitlines() if re.match(r"COPY (?!--from)", line)]
    return [path for line in lines for path in line]


def test_the_packages_of_a_server_are_those_that_the_project_needs() -> None:
    assert SERVE_FILE.read_text(encoding="utf-8") == serve_text(), "run: python -m ops.requirements --write"


def test_every_version_of_a_server_is_that_of_the_constraints() -> None:
    lines = SERVE_FILE.read_text(encoding="utf-8").splitlines()[1:]
    names = [canonicalize_name(line.partition("==")[0]) for line in lines]
    assert lines == [pins()[name] for name in names] and names == sorted(names)
    assert not {*NOT_SERVED, *NOT_IMPORTED} & set(names)


def test_it_serves_without_what_a_server_does_not_install(index: Path) -> None:
    """Every module is imported and a question answered where an import of torch and the others fails."""
    command = [
        sys.executable,
        "-c",
        SERVE,
        "ask",
        "wat doe ik als de hulpvraag ontbreekt",
        "--json",
        "--index",
        str(index),
    ]
    done = subprocess.run(command, cwd=PROJECT, env=environment(), capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["status"] == "answered"


def test_what_the_image_copies_is_there_and_is_all_that_is_installed() -> None:
    assert [path for path in copied() if not (PROJECT / path).exists()] == []
    packages = re.search(r"^packages = \[(.*?)\]", (PROJECT / "pyproject.toml").read_text(), re.M | re.S)
    assert packages
    tops = {name.split(".")[0] for name in re.findall(r'"([\w.]+)"', packages[1])}
    assert tops | {"app.py", "cli.py", "corpus", "prompts"} <= set(copied())
    ignored = (PROJECT / ".dockerignore").read_text().splitlines()
    assert not set(ignored) & set(copied()) and ".streamlit/secrets.toml" in ignored


def test_the_image_runs_as_nobody_special_and_tells_whether_it_lives() -> None:
    last = DOCKERFILE.split("\nFROM ")[-1]
    assert re.search(r"^USER vraagbaak$", last, re.M) and "--uid 10001" in last
    assert "/healthz" in last and last.rstrip().endswith('CMD ["vraagbaak", "chat", "--no-browser"]')
    volumes = json.loads(re.search(r"^VOLUME (.*)$", last, re.M)[1])  # type: ignore[index]
    for folder in volumes:
        assert re.search(rf"install --directory .*{folder}\b", last)


def test_every_setting_that_the_image_and_the_compose_file_give_is_known() -> None:
    known = {f"VRAAGBAAK_{name.upper()}" for name in Settings.model_fields}
    given = set(re.findall(r"(VRAAGBAAK_\w+)=", DOCKERFILE.split("\nFROM ")[-1]))
    for app in ("app1", "app2"):
        given |= set(COMPOSE["services"][app]["environment"])
    assert given <= known


def test_the_compose_file_fits_together() -> None:
    services = COMPOSE["services"]
    assert services["chroma"]["image"] == "chromadb/chroma:" + pins()["chromadb"].partition("==")[2]
    for app in ("app1", "app2"):
        assert services[app]["read_only"] and services[app]["cap_drop"] == ["ALL"]
        assert services[app]["environment"]["VRAAGBAAK_CHROMA_URL"] == "http://chroma:8000"
    own = [{volume for volume in services[app]["volumes"]} for app in ("app1", "app2")]
    assert own[0] & own[1] == {"kept:/data", "added:/app/corpus/added"}
    named = {volume.partition(":")[0] for one in services.values() for volume in one.get("volumes", ())}
    assert named - {"./Caddyfile"} == set(COMPOSE["volumes"])
    assert {network for one in services.values() for network in one["networks"]} == set(COMPOSE["networks"])
    caddy = (PROJECT / "deploy" / "Caddyfile").read_text()
    assert "reverse_proxy app1:8501 app2:8501 {" in caddy and "lb_policy cookie" in caddy
    assert caddy.count("{") == caddy.count("}")


def test_windows_starts_with_the_same_versions() -> None:
    start = (PROJECT / "start.cmd").read_bytes()
    assert start.count(b"\n") == start.count(b"\r\n") and start.isascii()
    text = start.decode()
    assert "--constraint constraints.txt --editable ." in text and r".venv\Scripts\vraagbaak.exe" in text
    labels = set(re.findall(r"^:(\w+)", text, re.M))
    assert set(re.findall(r"goto (\w+)", text)) == labels


@pytest.mark.parametrize(("file", "packages"), [(ALL_FILE, everything), (SERVE_BILL, served)], ids=["all", "serve"])
def test_a_bill_of_materials_is_that_of_what_is_installed(file: Path, packages: Any) -> None:
    assert file.read_text(encoding="utf-8") == bill_text(bill(packages())), "run: python -m ops.sbom --write"


@pytest.mark.parametrize("file", [ALL_FILE, SERVE_BILL], ids=["all", "serve"])
def test_a_bill_of_materials_keeps_the_rules_of_cyclonedx(file: Path) -> None:
    """The rules of https://cyclonedx.org/schema/bom-1.5.schema.json that this kind of document touches."""
    found = json.loads(file.read_text(encoding="utf-8"))
    assert (found["bomFormat"], found["specVersion"], found["version"]) == ("CycloneDX", "1.5", 1)
    assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", found["serialNumber"])
    components = found["components"]
    for one in components:
        assert set(one) == {"type", "bom-ref", "name", "version", "purl", "licenses"} and one["type"] == "library"
        assert re.fullmatch(r"pkg:pypi/[a-z0-9-]+@[\w.]+", one["purl"]) and one["purl"] == one["bom-ref"]
        assert [set(said) for said in one["licenses"]] == [{"expression"}], one["name"]
    refs = [found["metadata"]["component"]["bom-ref"], *(one["bom-ref"] for one in components)]
    assert len(refs) == len(set(refs))
    assert [edge["ref"] for edge in found["dependencies"]] == refs
    for edge in found["dependencies"]:
        assert set(edge["dependsOn"]) <= set(refs)


def test_the_whole_bill_holds_every_pinned_version() -> None:
    held = {one["purl"] for one in json.loads(ALL_FILE.read_text(encoding="utf-8"))["components"]}
    assert held == {f"pkg:pypi/{name}@{line.partition('==')[2]}" for name, line in pins().items()}


def test_no_licence_asks_more_than_this_project_gives() -> None:
    assert [name for name, package in everything().items() if COPYLEFT.search(licence(package))] == []
    assert COPYLEFT.search("GPL-3.0-only") and COPYLEFT.search("AGPL-3.0-only") and not COPYLEFT.search("LGPL-3.0-only")


def test_what_is_left_out_takes_along_what_only_it_needs() -> None:
    whole = closure([Requirement("chromadb")])
    less = closure([Requirement("chromadb")], NOT_IMPORTED)
    assert {"kubernetes", "onnxruntime", "flatbuffers", "durationpy"} <= set(whole) - set(less)
    assert set(less) < set(whole)
