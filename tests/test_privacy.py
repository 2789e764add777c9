"""Personal data: found by check digits, form and cue; public names and numbers stay."""

import json

import pytest

from assistant.engine import Assistant
from assistant.privacy import mask_personal_data, without_masks
from evals.commands import gold_questions
from ingest.bank import load_bank
from tests.conftest import CORPUS, PROJECT

EXAMPLES = [json.loads(line) for line in (PROJECT / "tests" / "data" / "personal_data.jsonl").read_text().splitlines()]


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        # 1*9 + 1*8 + 1*7 + 2*6 + 2*5 + 2*4 + 3*3 + 3*2 - 3 = 66 = 6 * 11; 123456789 fails the eleven-test
        ("111222333 en 123456789", "[BSN] en 123456789"),
        ("1112.22.333", "[BSN]"),
        ("zijn bsn is 123456789", "zijn bsn is [BSN]"),
        ("NL91 ABNA 0417 1643 00", "[rekeningnummer]"),
        ("NL92ABNA0417164300", "NL92ABNA0417164300"),
        ("5711 AB 12", "[adres]"),
        ("hij woont Kerkstraat 12b, 5711 AB", "hij woont [adres]"),
        ("tussen 2017 en 2020", "tussen 2017 en 2020"),
        ("1G1P1R, 0-100, 18+, artikel 12 en 2019", "1G1P1R, 0-100, 18+, artikel 12 en 2019"),
        ("bel 0800-2000, 113, 0800-0432 of 112", "bel 0800-2000, 113, 0800-0432 of 112"),
        ("staat 088-3700288 er nog in", "staat 088-3700288 er nog in"),
        ("06 12345678 of +31 6 12 34 56 78", "[telefoonnummer] of [telefoonnummer]"),
        ("j.jansen@mail.nl", "[e-mailadres]"),
        ("geb. 12-03-1987", "geb. [geboortedatum]"),
        ("geboren op 3 mei 2011", "geboren op [geboortedatum]"),
        ("het overleg van 12-03-2024", "het overleg van 12-03-2024"),
        ("dossier VT-2023-00456", "dossier [dossiernummer]"),
        ("150 dossiers en dossier 2019", "150 dossiers en dossier 2019"),
        ("kenteken ZJ-376-H", "kenteken [kenteken]"),
        ("mevrouw de Vries-Bakker wil niet", "mevrouw [naam] wil niet"),
        ("Ik ben Karin en mijn ex Dennis belt", "Ik ben [naam] en mijn ex [naam] belt"),
        ("dhr. jansen belt", "dhr. [naam] belt"),
        ("het zoontje van Fatima el Amrani", "het zoontje van [naam]"),
        ("de heer van Veilig Thuis", "de heer van Veilig Thuis"),
        ("Wat doet Veilig Thuis in Tilburg?", "Wat doet Veilig Thuis in Tilburg?"),
        ("De Raad en de Inspectie Jeugdzorg", "De Raad en de Inspectie Jeugdzorg"),
    ],
)
def test_masks(text: str, masked: str) -> None:
    assert mask_personal_data(text)[0] == masked


def test_kinds_are_named_once_in_their_order() -> None:
    text = "mail a@b.nl of c@d.nl, bel 06-12345678"
    assert mask_personal_data(text) == (
        "mail [e-mailadres] of [e-mailadres], bel [telefoonnummer]",
        ("e-mailadres", "telefoonnummer"),
    )
    assert without_masks("wat wil [naam] met BSN [BSN]?") == "wat wil met BSN ?"
    assert without_masks("artikel [3]") == "artikel [3]"


def test_written_messages(assistant: Assistant) -> None:
    """480 messages by a writer who had not seen the rules: 94% of 514 pieces, 6 of 160 innocent ones masked."""
    known = assistant.index.common
    pieces = [(piece, row["text"]) for row in EXAMPLES for piece in row["pii"]]
    hidden = sum(piece not in mask_personal_data(text, known)[0] for piece, text in pieces)
    innocent = [row["text"] for row in EXAMPLES if not row["pii"]]
    masked = sum(bool(mask_personal_data(text, known)[1]) for text in innocent)
    assert (len(pieces), len(innocent)) == (514, 160)
    assert hidden >= 0.93 * len(pieces)
    assert masked <= 0.05 * len(innocent)


def test_ordinary_questions_are_left_alone(assistant: Assistant) -> None:
    known = assistant.index.common
    written = [question.question for question in load_bank(CORPUS)][::7]
    masked = [text for text in written if mask_personal_data(text, known)[1]]
    assert len(masked) <= 3, masked
    gold = [q.question for q in gold_questions() if q.kind != "personal_data"]
    assert [text for text in gold if mask_personal_data(text, known)[1]] == []


def test_masked_before_it_is_searched_shown_or_kept(assistant: Assistant) -> None:
    question = "Cliënt Yilmaz met BSN 123456782, tel 06-12345678, j.jansen@mail.nl wil geen hulp, wat nu"
    answer = assistant.ask(question)
    assert answer.question == ("Cliënt [naam] met BSN [BSN], tel [telefoonnummer], [e-mailadres] wil geen hulp, wat nu")
    assert [notice.kind for notice in answer.notices] == ["personal_data"]
    assert "(BSN" not in answer.notices[0].text and "naam, BSN" in answer.notices[0].text
    printed = json.dumps(assistant.receipt(answer))
    assert not any(part in printed for part in ("123456782", "12345678", "jansen", "Yilmaz"))
