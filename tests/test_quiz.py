import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.engine import Assistant
from assistant.records import Quote
from ingest.analysis import stems
from ingest.errors import CorpusError, UsageError
from ingest.records import Passage
from learn.quality import faults
from learn.quiz import FORMS, flashcards, quiz_items
from learn.quiz.distractors import supported
from learn.quiz.source import Source, source_of, theme_of
from learn.records import DIFFICULTIES, Item
from tests.conftest import CORPUS, PROJECT, environment
from tests.test_quotes import RAW, in_file, without_space


@pytest.fixture(scope="module")
def passages(assistant: Assistant) -> list[Passage]:
    return [passage for passage in assistant.index.passages if passage.kind != "administratief"]


@pytest.fixture(scope="module")
def choices(assistant: Assistant, passages: list[Passage]) -> tuple[Item, ...]:
    return quiz_items(assistant, passages, 200, "", ("meerkeuze",))


@pytest.fixture(scope="module")
def mixed(assistant: Assistant, passages: list[Passage]) -> tuple[Item, ...]:
    return quiz_items(assistant, passages, 400, "gemengd")


def starting(assistant: Assistant, words: str) -> Passage:
    return next(passage for passage in assistant.index.passages if passage.text.startswith(words))


def only(assistant: Assistant, words: str, form: str) -> tuple[Item, ...]:
    return quiz_items(assistant, [starting(assistant, words)], 20, "", (form,))


def asking(items: tuple[Item, ...], part: str) -> Item:
    return next(item for item in items if part in item.text)


def test_two_hundred_choices_without_a_fault(assistant: Assistant, choices: tuple[Item, ...]) -> None:
    assert len(choices) == 200
    assert {item.id: faults(item, assistant) for item in choices if faults(item, assistant)} == {}
    assert len({item.theme for item in choices}) > 40


def test_every_form_without_a_fault(assistant: Assistant, mixed: tuple[Item, ...]) -> None:
    assert {item.form for item in mixed} == set(FORMS)
    assert {item.id: faults(item, assistant) for item in mixed if faults(item, assistant)} == {}


def test_every_source_stands_letter_for_letter_in_its_report(mixed: tuple[Item, ...]) -> None:
    quotes = [source.to_json() for item in mixed for source in item.sources]
    assert len(quotes) > 400
    for quote in quotes:
        said = in_file(quote["report"], quote["spans"])
        assert quote["report"] in RAW and without_space(quote["quote"]) in said


def test_items_fill_every_field_and_are_never_double(choices: tuple[Item, ...], mixed: tuple[Item, ...]) -> None:
    for items in (choices, mixed):
        assert len({item.id for item in items}) == len({(item.text, item.answer) for item in items}) == len(items)
        bearing = [
            (source.report.id, source.quote.spans)
            for item in items
            for source in item.sources
            if source.quote.sentences[0].block not in ("title", "heading")
            and item.form != "koppel"
            and item.form != "volgorde"
        ]
        assert len(set(bearing)) == len(bearing)
        for item in items:
            assert item.part == "quiz" and item.theme and item.answer and item.difficulty in DIFFICULTIES
            assert item.wording in ("vragenbank", "vraagbaak")


def test_difficulties_differ(choices: tuple[Item, ...]) -> None:
    counted = Counter(item.difficulty for item in choices)
    assert all(counted[difficulty] >= 10 for difficulty in DIFFICULTIES)


def test_a_choice_of_a_number(assistant: Assistant) -> None:
    item = asking(only(assistant, "Herkennen en overwegen of traumahulp", "meerkeuze"), "subklinisch")
    assert item.text == (
        "Volgens TSD (2020): welk percentage van de kinderen in de onderzochte gezinnen heeft een subklinisch trauma?"
    )
    assert item.answer == "12%"
    # 29% stands in the same sentence, of a clinical trauma: it would be a trick, and is not offered.
    assert set(item.options) == {"12%", "15%", "28%", "39%"}
    assert item.theme == "Passende Hulp"
    assert [source.quote.passage.section[-1] for source in item.sources] == [
        "Herkennen en overwegen of traumahulp nodig is"
    ]
    assert item.feedback.startswith("“Van de kinderen in deze gezinnen heeft 29% een klinisch trauma en 12% een")
    assert item.feedback.endswith("” — TSD (2020)")


def test_a_choice_names_the_place_where_it_holds(assistant: Assistant) -> None:
    item = asking(only(assistant, "Regie(uit)voering door Regieteam", "meerkeuze"), "regievoerder")
    assert item.text == "In Nijmegen (2019): in hoeveel van de tien dossiers was het Regieteam regievoerder?"
    assert item.answer == "twee"


def test_a_choice_of_a_heading_for_a_family_members_words(assistant: Assistant) -> None:
    (item,) = only(assistant, "'Mijn wens is om niet steeds verschillende mensen", "meerkeuze")
    assert item.text == (
        "Een gezinslid zegt: “Mijn wens is om niet steeds verschillende mensen over de vloer te hebben. Ik zou graag "
        "minder hulpverleners willen en één persoon met wie ik alles kan regelen”. Bij welk punt uit het rapport past "
        "dit?"
    )
    assert item.answer == "Vast gezicht als basis voor vertrouwen"
    assert len(set(item.options)) == 4
    assert [source.quote.passage.kind for source in item.sources] == ["clientstem", "verbeterpunt"]


def test_an_open_question(assistant: Assistant) -> None:
    items = only(assistant, "Overbruggingshulp tijdens wachttijd", "open")
    item = asking(items, "contact")
    assert item.text == "Volgens TSD (2020): wie houdt contact met gezinsleden tijdens de wachttijd?"
    assert item.answer.startswith("De regisseur houdt contact met de gezinsleden tijdens de wachttijd en geeft")
    assert item.sources[0].quote.text == item.answer
    assert item.wording == "vragenbank"


def test_a_cloze(assistant: Assistant) -> None:
    item = asking(only(assistant, "Gezamenlijke huisbezoeken", "invul"), "_____")
    assert item.text == (
        "Vul in. Nijmegen (2019), Overdracht vanuit Veilig Thuis – “Het komt slechts een enkele keer voor dat sprake "
        "is van een _____: gezamenlijk op bezoek gaan bij de cliënt die de melding betreft.”"
    )
    assert item.answer == "warme overdracht"


def test_false_statements_are_corrected_by_their_source(mixed: tuple[Item, ...], assistant: Assistant) -> None:
    judged = [item for item in mixed if item.form == "waar_onwaar"]
    false = [item for item in judged if item.answer == "niet waar"]
    assert len(false) >= 20 and 0.4 < len(false) / len(judged) < 0.6
    said = {spot.text for spot in source_of(assistant).spots}
    for item in judged:
        statement = item.text.partition(" – ")[2]
        assert (statement in said) == (item.answer == "waar")
        assert item.sources[0].quote.text in item.feedback
        assert item.options == ("waar", "niet waar")


def test_matching_pairs_abbreviations_with_what_the_report_writes_out(mixed: tuple[Item, ...]) -> None:
    pairs = dict(
        option.split(" :: ")
        for item in mixed
        if item.text == "Verbind elke afkorting met de betekenis."
        for option in item.options
    )
    assert pairs["PTSS"] == "Post Traumatisch Stress Syndroom"
    assert pairs["MDO"] == "multidisciplinair overleg"
    assert pairs["RTO"] == "Rondetafeloverleg"


def test_no_right_side_is_nearer_to_another_left_side(mixed: tuple[Item, ...], assistant: Assistant) -> None:
    source = source_of(assistant)
    matched = [item for item in mixed if item.form == "koppel" and "afkorting" not in item.text]
    assert len(matched) >= 4
    for item in matched:
        sides = [option.split(" :: ") for option in item.options]
        for n, (left, _) in enumerate(sides):
            likeness = [source.likeness(left, right) for _, right in sides]
            assert likeness.index(max(likeness)) == n


def test_ordering_follows_the_report(assistant: Assistant) -> None:
    (item,) = only(assistant, "Visie gefaseerde ketenzorg", "volgorde")
    assert item.options == (
        "het beoordelen van de (on)veiligheid in het cliëntsysteem",
        "uitwerking in een veiligheidsplan",
        "de aanpak van risicofactoren",
        "herstelgerichte zorg",
        "stabiele veiligheid voor alle leden van het gezin",
    )
    starts = [source.quote.sentences[0].start for source in item.sources]
    assert len(starts) == 5 and starts == sorted(starts)
    assert item.difficulty == "moeilijk"


def test_flashcards_of_terms_abbreviations_and_questions(assistant: Assistant, passages: list[Passage]) -> None:
    cards = flashcards(assistant, passages, 60)
    assert len(cards) == 60 and {card.part for card in cards} == {"flitskaart"}
    backs = {card.text: card.answer for card in cards}
    assert backs["Wat is casusregie?"].startswith("Casusregie is gericht op één specifieke casus")
    assert backs["Wat is de zelfscan?"].startswith("De zelfscan is een praktisch hulpmiddel")
    assert backs["Waar staat KIM voor?"] == "Korte Interventie Methode"
    assert backs["Waar staat AEF voor?"] == "Andersson Elffers Felix"
    assert {card.id: faults(card, assistant) for card in cards if faults(card, assistant)} == {}
    forms = [card.form for card in cards]
    assert list(dict.fromkeys(forms)) == ["begrip", "afkorting", "open"]


def test_another_process_makes_the_same_items(index: Path) -> None:
    def printed(hash_seed: str) -> str:
        command = [sys.executable, "-m", "learn.quiz", "--many", "40", "--sample", "40", "--seed", "regie"]
        more = environment(VRAAGBAAK_INDEX=str(index), PYTHONHASHSEED=hash_seed)
        paths = os.pathsep.join([str(PROJECT), more["PYTHONPATH"]])
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=120, cwd=PROJECT, env={**more, "PYTHONPATH": paths}
        )
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    first = printed("1")
    assert first.startswith("40 items over ") and ", 0 faults\n" in first
    assert first == printed("2")


def test_another_seed_draws_other_items(assistant: Assistant, passages: list[Passage]) -> None:
    one, other = (quiz_items(assistant, passages[190:250], 12, seed) for seed in ("een", "twee"))
    assert {item.id for item in one} != {item.id for item in other}
    assert [item.id for item in one] == [item.id for item in quiz_items(assistant, passages[190:250], 12, "een")]


def test_items_come_from_the_given_passages_only(assistant: Assistant, passages: list[Passage]) -> None:
    given = [passage for passage in passages if theme_of(passage) == "Informatie delen"]
    for item in quiz_items(assistant, given, 20):
        assert item.sources[0].quote.passage in given


def test_fewer_passages_give_fewer_items(assistant: Assistant) -> None:
    assert quiz_items(assistant, [], 5) == ()
    assert flashcards(assistant, [], 5) == ()
    assert len(only(assistant, "Gezamenlijke huisbezoeken", "volgorde")) == 0


@pytest.mark.parametrize(
    ("many", "forms", "message"),
    [
        (0, ("open",), "0 items cannot be made; ask for 1 or more"),
        (5, ("raadsel",), "unknown form 'raadsel'; known are open, meerkeuze, invul, waar_onwaar, koppel, volgorde"),
    ],
)
def test_bad_wishes(assistant: Assistant, many: int, forms: tuple[str, ...], message: str) -> None:
    with pytest.raises(UsageError) as told:
        quiz_items(assistant, [], many, "", forms)
    assert str(told.value) == message


def other_quote(item: Item) -> Item:
    source = item.sources[0]
    sentence = replace(source.quote.sentences[0], end=source.quote.sentences[0].end - 5)
    return replace(item, sources=(replace(source, quote=Quote(source.quote.passage, (sentence,), 0.0)),))


SPOILED: dict[str, tuple[Callable[[Item], Item], str]] = {
    "no source": (lambda item: replace(item, sources=()), "it has no source"),
    "cut quote": (other_quote, "quote 1 stands in no passage"),
    "no feedback": (lambda item: replace(item, feedback="Goed zo."), "the feedback lacks quote 1"),
    "an option twice": (
        lambda item: replace(item, options=(*item.options[:2], item.options[0], item.options[3])),
        "an option stands twice",
    ),
    "three options": (lambda item: replace(item, options=item.options[:3]), "it has 3 options, not 4"),
    "no right option": (lambda item: replace(item, answer="99%"), "the answer is not one of the options"),
    "a long option": (
        lambda item: replace(item, options=(item.answer, "15%", "28%", "ongeveer een kwart van de gezinnen")),
        "an option stands out by its length",
    ),
    "a catch-all": (
        lambda item: replace(item, options=(item.answer, "15%", "28%", "alle bovenstaande")),
        "an option stands for all others",
    ),
    "answer told": (
        lambda item: replace(item, text="Heeft 12% een subklinisch trauma?"),
        "the question holds the answer",
    ),
    "a telling word": (
        lambda item: replace(
            item, text="Wat werd er in de wijk georganiseerd?", answer="wijkfeest", options=("wijkfeest", *"abc")
        ),
        "the question's words give the answer away",
    ),
    "a right distractor": (
        lambda item: replace(
            item, text="Volgens TSD (2020): welk percentage van de ouders, gemeld bij Veilig Thuis, heeft trauma?"
        ),
        "the wrong option '15%' may be right",
    ),
    "from its own source": (
        lambda item: replace(item, options=("12%", "29%", "28%", "39%")),
        "the wrong option '29%' may be right",
    ),
}


@pytest.mark.parametrize("name", SPOILED)
def test_the_check_sees_a_spoiled_choice(assistant: Assistant, name: str) -> None:
    spoil, fault = SPOILED[name]
    item = asking(only(assistant, "Herkennen en overwegen of traumahulp", "meerkeuze"), "subklinisch")
    assert faults(item, assistant) == ()
    assert any(told.startswith(fault) for told in faults(spoil(item), assistant))


@pytest.mark.parametrize(
    ("form", "change", "fault"),
    [
        ("open", {"answer": "Dat weet ik niet."}, "the answer is no sentence of its source"),
        ("open", {"text": "Vertel"}, "it asks nothing"),
        ("invul", {"answer": "koude overdracht"}, "with the answer it is not its source"),
        ("waar_onwaar", {"answer": "misschien"}, "it is not answered by true or false"),
        ("koppel", {"options": ("a :: b", "a :: c", "d :: e", "f :: g")}, "the left side 'a' stands twice"),
        ("volgorde", {"options": ("eerst", "dan", "tot slot")}, "no source holds the step 'eerst'"),
    ],
)
def test_the_check_sees_spoiled_items_of_other_forms(
    assistant: Assistant, mixed: tuple[Item, ...], form: str, change: dict[str, object], fault: str
) -> None:
    item = next(item for item in mixed if item.form == form)
    spoiled = Item(**{**item.__dict__, **change})
    assert fault in faults(spoiled, assistant)


def test_a_sentence_elsewhere_makes_an_option_right(assistant: Assistant) -> None:
    source = source_of(assistant)
    question = "Hoeveel dossiers volgden de inspecties in Someren?"
    assert supported(source, question, "acht", frozenset())
    assert not supported(source, question, "negen", frozenset())


def test_the_corpus_files_fit_the_reports(assistant: Assistant) -> None:
    source = source_of(assistant)
    rows = {
        name: [json.loads(line) for line in (CORPUS / name).read_text().splitlines()]
        for name in ("short_answers.jsonl", "steps.jsonl")
    }
    assert len(source.short_answers) == len(rows["short_answers.jsonl"])
    assert sum(len(steps.steps) for steps in source.steps) == len(rows["steps.jsonl"])
    assert all(short.answer.lower() in short.spot.text.lower() for short in source.short_answers)
    assert all(step in spot.text for one in source.steps for step, spot in zip(one.steps, one.spots, strict=True))
    asked = [frozenset(stems(short.question)) for short in source.short_answers]
    assert all(asked)


def test_a_corpus_without_short_answers_and_steps(index: Path, corpus: Path, passages: list[Passage]) -> None:
    (corpus / "short_answers.jsonl").unlink()
    (corpus / "steps.jsonl").unlink()
    bare = Assistant(index, corpus)
    items = quiz_items(bare, passages, 300)
    assert {item.form for item in items} == set(FORMS) - {"volgorde"}
    assert {item.id: faults(item, bare) for item in items if faults(item, bare)} == {}


def test_a_line_that_cannot_be_read(assistant: Assistant, corpus: Path) -> None:
    (corpus / "short_answers.jsonl").write_text('{"report": "x"}\n')
    with pytest.raises(CorpusError, match=r"short_answers.jsonl:1: needs exactly the fields report, quote, question"):
        Source(assistant.index, corpus)


def test_items_survive_json(assistant: Assistant, mixed: tuple[Item, ...]) -> None:
    assert all(Item.from_json(json.loads(json.dumps(i.to_json())), assistant.index) == i for i in mixed)
