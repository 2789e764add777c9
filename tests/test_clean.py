"""Cleaning drops marks and folds white space, and knows where every character that stays came from."""

import pytest

from ingest.clean import clean
from ingest.sentences import sentence_spans


def cleaned(*lines: str) -> str:
    """Clean lines as pieces of one block."""
    raw = "\n".join(lines)
    pieces, start = [], 0
    for line in lines:
        pieces.append((start, start + len(line)))
        start += len(line) + 1
    return clean(raw, [pieces]).text


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (["Vanaf begin 2020 zijn de hulp-", "verleners in dienst"], "Vanaf begin 2020 zijn de hulpverleners in dienst"),
        (["De gezins-", "en jongerencoaches"], "De gezins- en jongerencoaches"),
        (["veiligheidsvoorwaarden en -afspraken"], "veiligheidsvoorwaarden en -afspraken"),
        (["eerge relateerd geweld /", "ouderenmishandeling"], "eerge relateerd geweld / ouderenmishandeling"),
        (["veiligheidsrisico’s/", "ontwikkelingsbedreigingen"], "veiligheidsrisico’s/ontwikkelingsbedreigingen"),
        (["gewerkt aan langdurige [veiligheid](#)."], "gewerkt aan langdurige veiligheid."),
        (["'[Werken voor lokale \\(wijk\\)teams](#)' staat"], "'Werken voor lokale (wijk)teams' staat"),
        (["op [www.kiezen-en-delen.nl](http://www.kiezen-en-delen.nl)."], "op www.kiezen-en-delen.nl."),
        (["binnen Toezicht Sociaal Domein^[1] onderzochten"], "binnen Toezicht Sociaal Domein onderzochten"),
        (["binnen Toezicht Sociaal", "Domein[1] onderzochten"], "binnen Toezicht Sociaal Domein onderzochten"),
        (["inspecties<sup>1</sup> (hierna)"], "inspecties (hierna)"),
        (["betrokken is geweest.¹ In het"], "betrokken is geweest. In het"),
        (["<i>De hulpvraag is  geformuleerd.</i>"], "De hulpvraag is geformuleerd."),
        (
            ["de jeugdteams (<https://www.inspectie.nl/teams/>), bij"],
            "de jeugdteams (https://www.inspectie.nl/teams/), bij",
        ),
        (["***Almelo*** werkt met **zes** teams"], "Almelo werkt met zes teams"),
    ],
)
def test_clean(lines: list[str], text: str) -> None:
    assert cleaned(*lines) == text


def test_every_character_knows_its_place() -> None:
    raw = "de [regie](#) hulp-\nverlener"
    text = clean(raw, [[(0, 19), (20, 28)]])
    assert text.text == "de regie hulpverlener"
    assert "".join(raw[o] for o in text.origins) == "de regie hulpverlener"


def test_a_footnote_between_two_lines_cuts_the_span() -> None:
    raw = "het volledige onder-\n\n[2] De website\n\nzoeksverslag"
    text = clean(raw, [[(0, 20), (38, 50)]])
    assert text.text == "het volledige onderzoeksverslag"
    assert text.spans(0, len(text.text)) == ((0, 19), (38, 50))


def test_marks_do_not_cut_the_span_but_bare_addresses_do() -> None:
    raw = "zie *[de tool](#)* via <https://a.nl/> nu"
    text = clean(raw, [[(0, len(raw))]])
    assert text.text == "zie de tool via https://a.nl/ nu"
    assert text.spans(0, len(text.text)) == ((0, 23), (24, 37), (38, 41))


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Dat kan. En dit ook.", ["Dat kan.", "En dit ook."]),
        ("M.b.t. de inhoud d.m.v. een brief. Klaar.", ["M.b.t. de inhoud d.m.v. een brief.", "Klaar."]),
        ("denk aan school etc. Dat helpt.", ["denk aan school etc. Dat helpt."]),
        ("'Ik belde maandag. Dat hielp.' Zo.", ["'Ik belde maandag.", "Dat hielp.'", "Zo."]),
        ("2. Teams met een taak;\n3. Anderhalvelijns teams", ["2. Teams met een taak;", "3. Anderhalvelijns teams"]),
        ("Figuur 1. Visie", ["Figuur 1. Visie"]),
        ("Wat mag? Wat moet?", ["Wat mag?", "Wat moet?"]),
        ("Het betreft:\nde regie;\nde hulp.", ["Het betreft:", "de regie;", "de hulp."]),
        ("", []),
    ],
)
def test_sentences(text: str, sentences: list[str]) -> None:
    assert [text[a:b] for a, b in sentence_spans(text)] == sentences
