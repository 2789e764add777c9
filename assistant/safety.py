"""Before anything else: acute danger gets its notice, and personal data is masked, on this machine alone."""

import re
import tomllib
from functools import cache
from pathlib import Path

from assistant.records import Notice
from ingest.analysis import fold
from ingest.errors import CorpusError

EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
IBAN = re.compile(r"\b[A-Za-z]{2}\d{2}(?: ?[A-Za-z0-9]{4}){2,7}(?: ?[A-Za-z0-9]{1,3})?\b")
PHONE = re.compile(r"(?<![\w.-])(?:\+31|0031|0)[ -]?[1-9](?:[ -]?\d){8}(?![\d-])")
BSN = re.compile(r"(?<![\d.,-])\d(?:[. ]?\d){8}(?![\d-])")
POSTCODE = re.compile(r"\b[1-9]\d{3} ?[A-Z]{2}\b(?:[ ,]+\d{1,5}(?: ?[a-zA-Z]\b)?)?")
LABELS = (
    (EMAIL, "e-mailadres"),
    (IBAN, "rekeningnummer"),
    (PHONE, "telefoonnummer"),
    (BSN, "BSN"),
    (POSTCODE, "adres"),
)


def mask_personal_data(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the text with personal data replaced by ``[BSN]`` and the like, and what kinds were found, in order."""
    found: list[str] = []
    for pattern, label in LABELS:
        text = pattern.sub(lambda match, label=label: _masked(match, label, found), text)  # type: ignore[misc]
    return text, tuple(found)


def _masked(match: re.Match[str], label: str, found: list[str]) -> str:
    if (label == "BSN" and not is_bsn(match[0])) or (label == "rekeningnummer" and not is_iban(match[0])):
        return match[0]
    if label not in found:
        found.append(label)
    return f"[{label}]"


def is_bsn(text: str) -> bool:
    """Tell whether nine digits pass the eleven-test of the citizen service number (weights 9 to 2, then -1)."""
    digits = [int(char) for char in text if char.isdigit()]
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    return len(digits) == 9 and any(digits) and sum(d * w for d, w in zip(digits, weights, strict=True)) % 11 == 0


def is_iban(text: str) -> bool:
    """Tell whether an account number passes the check of ISO 13616 (remainder 1 modulo 97)."""
    code = text.replace(" ", "").upper()
    return int("".join(str(int(char, 36)) for char in code[4:] + code[:4])) % 97 == 1


def notices(question: str, masked: tuple[str, ...], corpus: Path) -> tuple[Notice, ...]:
    """Return what the reader must know first: crisis notices, then what was masked.

    :raises CorpusError: ``safety.toml`` cannot be read.
    """
    folded = fold(question)
    found = [Notice("crisis", text) for text, patterns in _rules(corpus) if any(p.search(folded) for p in patterns)]
    if masked:
        kinds = ", ".join(masked)
        found.append(
            Notice(
                "personal_data", f"Uw vraag bevatte persoonsgegevens ({kinds}). Die zijn weggelaten en niet bewaard."
            )
        )
    return tuple(found)


@cache
def _rules(corpus: Path) -> tuple[tuple[str, tuple[re.Pattern[str], ...]], ...]:
    path = corpus / "safety.toml"
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        return tuple((rule["text"], tuple(re.compile(p) for p in rule["patterns"])) for rule in data.values())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError, re.error) as error:
        raise CorpusError(f"{path}: cannot be read: {error}") from error
