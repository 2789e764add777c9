import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import CORPUS

from assistant.ground import Ground, Verdict
from assistant.grounding.claim import take_apart
from assistant.grounding.numbers import numbers
from assistant.grounding.weights import Weights
from assistant.index import Index
from evals.grounding import CALIBRATION, ground_table, load_sentences, verdicts, wilson
from ingest.errors import CorpusError, UsageError
from ingest.records import Passage, Sentence
from ingest.sentences import sentence_spans

FIRST = (
    "De politie heeft het gezin aangemeld bij Veilig Thuis. In Nijmegen volgden de inspecties tien dossiers gedurende "
    "zes weken. Professionals kunnen informatie delen zonder toestemming van het gezin. De regisseur deelt het "
    "veiligheidsplan niet altijd met de school. De Jeugdwet is volgens artikel 2.3 de grondslag."
)
SECOND = (
    "Het wijkteam evalueert de hulp elke drie maanden samen met het gezin. Voor de huisarts is het onduidelijk wie de "
    "regie voert. Alle medewerkers volgen jaarlijks een training over het inschatten van risico's."
)
FLIPPED = "zegt het tegendeel: een ontkenning staat anders dan in de passage"
TURNED = "zegt het sterker of zwakker dan de passage"
SWAPPED = "een naam, getal of betrokkene hoort in de passage bij iets anders"


def passage(place: int, text: str) -> Passage:
    found = tuple(Sentence(a, b, ((a, b),), "") for a, b in sentence_spans(text))
    return Passage(f"tsd-2019-nijmegen:{place}", "tsd-2019-nijmegen", "bevinding", ("Resultaten",), (), text, found)


GIVEN = [passage(1, FIRST), passage(2, SECOND)]


@pytest.fixture(scope="module")
def opened(index: Path) -> Index:
    return Index(index)


@pytest.fixture(scope="module")
def ground(opened: Index) -> Ground:
    return Ground(opened, CORPUS)


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("De politie heeft het gezin aangemeld bij Veilig Thuis.", "zonder bronverwijzing"),
        ("De politie heeft het gezin aangemeld bij Veilig Thuis [3].", "verwijst naar passage 3, die niet is gegeven"),
        ("De politie heeft het gezin aangemeld [0].", "verwijst naar passage 0, die niet is gegeven"),
        (
            "Het rapport zegt: “De politie heeft het kind aangemeld” [1].",
            "citaat staat niet zo in de passage: De politie heeft het kind aangemeld",
        ),
        (
            "Over informatie staat er: 'Professionals mogen informatie delen' [1].",
            "citaat staat niet zo in de passage: Professionals mogen informatie delen",
        ),
        ("Bel Veilig Thuis op 0800-2000 [1].", "contactgegeven staat niet in de passage: 0800-2000"),
        ("Meer staat op www.veiligthuis.nl [1].", "contactgegeven staat niet in de passage: www.veiligthuis.nl"),
        ("De inspecties volgden twaalf dossiers [1].", "getal of datum staat niet in de passage: 12"),
        ("De inspecties volgden 40% van de dossiers [1].", "getal of datum staat niet in de passage: 40%"),
        ("De inspecties volgden in maart tien dossiers [1].", "getal of datum staat niet in de passage: maart"),
        ("De inspecties volgden de helft van de dossiers [1].", "getal of datum staat niet in de passage: 1/2"),
        ("De inspecties volgden tien dossiers zes maanden lang [1].", "tijd staat niet zo in de passage: 6 maand"),
        ("In Someren volgden de inspecties tien dossiers [1].", "naam staat niet in de passage: Someren"),
        ("De regisseur werkt met Signs of Safety [1].", "naam staat niet in de passage: Signs"),
        ("De Wet langdurige zorg is de grondslag [1].", "wet of artikel staat niet in de passage: Wet langdurige"),
        (
            "De Jeugdwet is volgens artikel 2.4 de grondslag [1].",
            "wet of artikel staat niet in de passage: artikel 2.4",
        ),
    ],
)
def test_certain_rules(ground: Ground, sentence: str, reason: str) -> None:
    cited = tuple(n for n in take_apart(sentence).cited if n == 1)
    assert ground.check(sentence, GIVEN) == Verdict("verworpen", reason, cited, 1.0)


@pytest.mark.parametrize(
    ("sentence", "cited"),
    [
        ("De politie heeft het gezin aangemeld bij Veilig Thuis. [1]", (1,)),
        ("De politie heeft het gezin aangemeld bij Veilig Thuis [1].", (1,)),
        ("Het rapport zegt: “Professionals kunnen informatie delen zonder toestemming” [1].", (1,)),
        ("Over de regisseur staat er: 'deelt het veiligheidsplan niet altijd met de school' [1, 2].", (1, 2)),
    ],
)
def test_literal_sentences(ground: Ground, sentence: str, cited: tuple[int, ...]) -> None:
    assert ground.check(sentence, GIVEN) == Verdict("letterlijk", "", cited, 0.0)


@pytest.mark.parametrize(
    ("sentence", "cited"),
    [
        ("Het gezin is door de politie aangemeld bij Veilig Thuis [1].", (1,)),
        ("Het wijkteam bespreekt elke drie maanden met het gezin hoe de hulp verloopt [2].", (2,)),
        ("Het is voor de huisarts niet duidelijk wie de regie voert [2].", (2,)),
        ("De politie heeft het gezin aangemeld [1], en het wijkteam evalueert de hulp met het gezin [2].", (1, 2)),
    ],
)
def test_restatements_are_kept(ground: Ground, sentence: str, cited: tuple[int, ...]) -> None:
    found = ground.check(sentence, GIVEN)
    assert (found.status, found.reason, found.cited) == ("onderbouwd", "", cited)


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("De regisseur deelt het veiligheidsplan altijd met de school [1].", TURNED),
        ("De politie heeft het gezin niet aangemeld bij Veilig Thuis [1].", FLIPPED),
        ("Voor de huisarts is het duidelijk wie de regie voert [2].", FLIPPED),
        ("Professionals moeten informatie delen zonder toestemming van het gezin [1].", TURNED),
        ("Sommige medewerkers volgen jaarlijks een training over het inschatten van risico's [2].", TURNED),
        ("De burgemeester heeft het gezin aangemeld bij Veilig Thuis [1].", SWAPPED),
        (
            "Het wijkteam evalueert de hulp samen met het gezin [1].",
            "staat in een andere passage dan waarnaar wordt verwezen",
        ),
    ],
)
def test_turned_sentences_are_rejected(ground: Ground, sentence: str, reason: str) -> None:
    found = ground.check(sentence, GIVEN)
    assert (found.status, found.reason) == ("verworpen", reason)


def test_a_part_stands_in_the_passage_that_its_own_marker_cites(ground: Ground) -> None:
    swapped = "De politie heeft het gezin aangemeld [2], en het wijkteam evalueert de hulp elke drie maanden [1]."
    assert ground.check(swapped, GIVEN).reason == "getal of datum staat niet in de passage: 3"


def test_hostile_sentences_get_a_verdict(ground: Ground) -> None:
    for sentence in (
        "[1]",
        "... [1].",
        "[1] [1] [2]",
        "'' [1]",
        "niet [1]",
        "9" * 400 + " [1]",
        "[999999999999]",
        "a" * 5000,
    ):
        assert ground.check(sentence, GIVEN).status == "verworpen"
    assert ground.check("Ja [1].", []).reason == "verwijst naar passage 1, die niet is gegeven"


def test_numbers_in_words_and_digits_are_one() -> None:
    text = "Achttien van de 26 regio's, driekwart, 39 procent, viermaal, tweeënhalf jaar, de derde in mei; een of één"
    values = [number.value for number in numbers(text)]
    assert values == ["18", "26", "3/4", "39%", "4", "2.5", "3e", "mei", "1"]


def test_two_passages_are_judged_clause_by_clause(ground: Ground) -> None:
    joined = (
        "De politie heeft het gezin aangemeld bij Veilig Thuis, en het wijkteam evalueert de hulp met het gezin [1][2]."
    )
    merged = "De politie evalueert de hulp elke drie maanden samen met het gezin [1][2]."
    assert ground.check(joined, GIVEN).status == "onderbouwd"
    assert [row["split"] for row in ground.rows(take_apart(joined), GIVEN)] == [1.0, 1.0]
    assert ground.check(merged, GIVEN).status == "verworpen"
    assert [row["split"] for row in ground.rows(take_apart(merged), GIVEN)] == [0.0]


@pytest.mark.parametrize(
    ("sentence", "name", "value"),
    [
        ("De regisseur deelt het veiligheidsplan met de school [1].", "denied_gone", 1.0),
        ("De politie heeft het gezin niet aangemeld bij Veilig Thuis [1].", "denied_new", 1.0),
        ("De politie heeft het gezin aangemeld bij Veilig Thuis [1].", "denied_new", 0.0),
        ("De burgemeester heeft het gezin aangemeld bij Veilig Thuis [1].", "absent_actor", 1.0),
        ("Alle medewerkers volgen maandelijks een training over het inschatten van risico's [2].", "time_strange", 0.0),
        ("Alle medewerkers volgen dagelijks een training over het inschatten van risico's [2].", "time_strange", 1.0),
        ("Alleen medewerkers volgen jaarlijks een training over het inschatten van risico's [2].", "only_new", 1.0),
    ],
)
def test_alarms_of_a_turned_sentence(ground: Ground, sentence: str, name: str, value: float) -> None:
    assert max(row[name] for row in ground.rows(take_apart(sentence), GIVEN)) == pytest.approx(value, abs=0.3)


@pytest.mark.parametrize(
    ("sentence", "status"),
    [
        ("Een gezinslid zegt: 'Ik weet niet wie ik moet bellen' [3].", "letterlijk"),
        ("Over de regie staat er: 'Ik weet niet wie ik moet bellen, dat weet niemand' [3].", "verworpen"),
        ("De burgemeester zegt: 'Ik weet niet wie ik moet bellen' [3].", "verworpen"),
    ],
)
def test_who_leads_a_quotation_in_stands_beside_it(ground: Ground, sentence: str, status: str) -> None:
    voice = replace(
        passage(3, "Ik weet niet wie ik moet bellen. Dat is nu zo. De huisarts luistert wel. Dat helpt ons."),
        kind="clientstem",
    )
    assert ground.check(sentence, [*GIVEN, voice]).status == status


def test_both_and_an_abbreviation_in_the_plural_are_not_strange(ground: Ground) -> None:
    given = [passage(1, "De hulpverleners zijn aanwezig bij de MDO's. Het gezin en de school zijn dat ook.")]
    for sentence in ("Hulpverleners zijn aanwezig bij het MDO [1].", "Gezin en school zijn beide aanwezig [1]."):
        assert ground.refuted(take_apart(sentence), given) == ""


def test_markers_in_all_forms() -> None:
    assert take_apart("A [1][2], B [1, 4] en C [2-4].").cited == (1, 2, 4, 3)
    assert take_apart("Het plan [1] .").body == "Het plan."


def test_none_of_the_false_calibration_sentences_is_shown(opened: Index, ground: Ground) -> None:
    found = verdicts(load_sentences(CALIBRATION), opened, ground)
    assert [s.sentence for s, v in found if not s.true and v.status != "verworpen"] == []
    committed = (CALIBRATION.parent / "calibration.md").read_text(encoding="utf-8")
    assert ground_table(found) in committed


def test_wilson_intervals() -> None:
    assert wilson(8, 10) == pytest.approx((0.4901625, 0.9433178), abs=1e-6)
    assert wilson(0, 0) == (0.0, 1.0)


def test_unknown_passages_are_named(opened: Index, ground: Ground, tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    row = {"id": "x-1", "given": ["weg:1-2"], "sentence": "A [1].", "true": True, "kind": "paraphrase"}
    path.write_text(json.dumps(row) + "\n")
    with pytest.raises(UsageError, match="1 passages are not in the index: x-1 gives 'weg:1-2'"):
        verdicts(load_sentences(path), opened, ground)


def test_a_wrong_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text('{"id": "x-1"}\n')
    with pytest.raises(UsageError, match=r"set\.jsonl:1: needs exactly the fields id, given, sentence, true, kind"):
        load_sentences(path)
    path.write_text('{"id": "x-1", "given": [], "sentence": "A", "true": "ja", "kind": "k"}\n')
    with pytest.raises(UsageError, match=r"set\.jsonl:1: field 'true' is 'ja', not a bool"):
        load_sentences(path)


def test_weights_are_read_back_as_written(tmp_path: Path) -> None:
    splits = np.array([[[0, 0.5], [0, np.inf], [0, 0.75], [0, np.inf], [0, np.inf], [0, np.inf], [0, np.inf]]])
    leaves = np.array([[-2.0, 0, 0, 0, 1.0, 0, 3.0, 0]])
    scale, vectors, pulls = np.array([[0.5], [0.5]]), np.array([[0.0], [1.0]]), np.array([-1.0, 2.0])
    weights = Weights(("x",), scale, vectors, pulls, 0.5, -0.25, splits, leaves, 0.25, 0.4)
    weights.save(tmp_path / "weights.npz")
    read = Weights.load(tmp_path / "weights.npz")
    assert (read.features, read.gamma, read.shift, read.base, read.threshold) == (("x",), 0.5, -0.25, 0.25, 0.4)

    def sigmoid(value: float) -> float:
        return float(1 / (1 + np.exp(-value)))

    def pulled(scaled: float) -> float:
        return float(2 * (-np.exp(-0.5 * scaled**2) + 2 * np.exp(-0.5 * (scaled - 1) ** 2) - 0.25))

    assert read.doubt({"x": 0.5}) == pytest.approx((sigmoid(pulled(0)) + sigmoid(-1.75)) / 2)
    assert read.doubt({"x": 0.625}) == pytest.approx((sigmoid(pulled(0.25)) + sigmoid(1.25)) / 2)
    assert read.doubt({"x": 1.0}) == pytest.approx((sigmoid(pulled(1)) + sigmoid(3.25)) / 2)


def test_damaged_weights_say_how_to_make_them(tmp_path: Path) -> None:
    (tmp_path / "weights.npz").write_bytes(b"PK")
    with pytest.raises(CorpusError, match="make it with vraagbaak eval ground --fit"):
        Weights.load(tmp_path / "weights.npz")
