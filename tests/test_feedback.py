"""Feedback from the click under an answer to the question in the next eval run."""

import hashlib
import json
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from assistant.database import FILE
from assistant.engine import Assistant
from assistant.feedback import Entry, Feedback, Place, answer_id, words_of
from assistant.records import Answer, Turn
from evals.candidates import CandidatesError, accept, alike, candidates
from evals.commands import gold_questions, report_texts, run_questions
from evals.gold import GoldError, accepted_file
from ingest.errors import UsageError
from ingest.records import Passage
from ingest.settings import settings

Run = Callable[..., subprocess.CompletedProcess[str]]
QUESTION = "wat doe ik als de hulpvraag ontbreekt"
WANTED = "tsd-2019-nijmegen:4486-5245"
WANTED_QUOTE = "Ook kan vanaf het moment van overdracht tegelijkertijd het hulpverleningsproces starten bij de cliënt."


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The data folder of an installation of the test's own."""
    folder = tmp_path / "data"
    monkeypatch.setenv("VRAAGBAAK_DATA", str(folder))
    settings.cache_clear()
    yield folder
    settings.cache_clear()


@pytest.fixture
def store(data: Path) -> Feedback:
    return Feedback(data / FILE)


@pytest.fixture(scope="module")
def answer(assistant: Assistant) -> Answer:
    return assistant.ask(QUESTION)


def wanted(assistant: Assistant) -> Passage:
    return assistant.index.passages[assistant.index.place[WANTED]]


def give_wanted(store: Feedback, assistant: Assistant, question: str = QUESTION, session: str = "s") -> int:
    answer = replace(assistant.ask(QUESTION), question=question, standalone_question=question)
    return store.give(session, answer, "verkeerde_bron", assistant.index, (), wanted(assistant))


def only(entries: tuple[Entry, ...]) -> Entry:
    (entry,) = entries
    return entry


def test_a_verdict_is_kept_with_all_that_it_rests_on(store: Feedback, assistant: Assistant, answer: Answer) -> None:
    history = [Turn("user", "Mevrouw Jansen, BSN 123456782, wil geen hulp"), Turn("assistant", "Antwoord.")]
    remark = "bel Piotr Nowak,\u200b 06 12345678"
    number = store.give("s", answer, "verkeerde_bron", assistant.index, history, wanted(assistant), remark)
    entry = only(store.entries())
    assert entry == Entry(
        id=number,
        time=entry.time,
        verdict="verkeerde_bron",
        question=QUESTION,
        standalone_question=QUESTION,
        history=(Turn("user", "Mevrouw [naam], BSN [BSN], wil geen hulp"), Turn("assistant", "Antwoord.")),
        status="answered",
        answer=answer_id(answer),
        index_version=assistant.index.manifest["fingerprint"],
        cited=tuple(
            Place(c.report.id, c.quote.passage.id, tuple(c.quote.passage.quote(s) for s in c.quote.sentences))
            for c in answer.citations
        ),
        wanted=Place("tsd-2019-nijmegen", WANTED, words_of(wanted(assistant))),
        remark="bel [naam], [telefoonnummer]",
        state="open",
    )
    assert b"Nowak" not in store.path.read_bytes()


def test_one_verdict_an_answer_a_session(store: Feedback, assistant: Assistant, answer: Answer) -> None:
    store.give("s", answer, "nuttig", assistant.index)
    store.give("s", replace(answer, timings_ms={}), "niet_nuttig", assistant.index)
    store.give("t", answer, "nuttig", assistant.index)
    store.give("s", assistant.ask("warme overdracht"), "nuttig", assistant.index)
    assert [(e.id, e.verdict, e.question) for e in store.entries()] == [
        (2, "niet_nuttig", QUESTION),
        (3, "nuttig", QUESTION),
        (4, "nuttig", "warme overdracht"),
    ]


def test_an_unknown_verdict_and_a_second_judgement_are_refused(
    store: Feedback, assistant: Assistant, answer: Answer
) -> None:
    with pytest.raises(UsageError, match="unknown verdict 'mooi'; known are nuttig, niet_nuttig, verkeerde_bron"):
        store.give("s", answer, "mooi", assistant.index)
    number = store.give("s", answer, "nuttig", assistant.index)
    store.decide(number, "rejected")
    with pytest.raises(UsageError, match=f"feedback {number} is not open any more"):
        store.decide(number, "accepted")
    assert (only(store.entries("rejected")).id, store.entries("open")) == (number, ())


def test_a_chosen_passage_becomes_a_row(store: Feedback, assistant: Assistant) -> None:
    number = give_wanted(store, assistant, "wanneer kan het hulpverleningsproces starten?")
    (found,) = candidates(store.entries(), report_texts())
    entry = only(store.entries())
    assert found.row == {
        "id": f"feedback-{number}",
        "split": "dev",
        "persona": "evaluator",
        "kind": "fact",
        "question": "wanneer kan het hulpverleningsproces starten?",
        "history": [],
        "answerable": True,
        "evidence": [[{"report": "tsd-2019-nijmegen", "quote": WANTED_QUOTE}]],
        "note": f"uit gebruik: verkeerde_bron, {entry.time[:10]}, index {entry.index_version}",
    }
    assert [one.quote for one in found.offered] == [
        text for text in words_of(wanted(assistant)) if text != "Dit ter ondersteuning"
    ]


def test_a_useful_answer_becomes_a_row_with_all_that_it_quoted(store: Feedback, assistant: Assistant) -> None:
    history = [Turn("user", "hoe is de regie geregeld in Nijmegen?"), Turn("assistant", "Zo.")]
    answer = assistant.ask("en in Someren?", history)
    store.give("s", answer, "nuttig", assistant.index, history, remark="goed")
    (found,) = candidates(store.entries(), report_texts())
    assert (found.row["kind"], found.row["question"]) == ("followup", "en in Someren?")
    assert found.row["history"] == [
        {"role": "user", "content": "hoe is de regie geregeld in Nijmegen?"},
        {"role": "assistant", "content": "Zo."},
    ]
    assert found.row["note"].endswith("; goed")
    (fact,) = found.row["evidence"]
    assert [(place["report"], place["quote"]) for place in fact] == [
        (c.report.id, c.quote.passage.quote(s)) for c in answer.citations for s in c.quote.sentences
    ]


def test_what_names_no_passage_becomes_no_row(store: Feedback, assistant: Assistant, answer: Answer) -> None:
    store.give("s", answer, "niet_nuttig", assistant.index)
    refused = assistant.ask("hoeveel inwoners heeft Someren")
    assert (refused.status, bool(refused.citations)) == ("not_found", True)
    store.give("s", refused, "nuttig", assistant.index)
    give_wanted(store, assistant, "van een rapport dat weg is")
    texts = {name: text for name, text in report_texts().items() if name != "tsd-2019-nijmegen"}
    assert candidates(store.entries(), texts) == ()


def test_export(
    vraagbaak: Run, store: Feedback, data: Path, assistant: Assistant, answer: Answer, tmp_path: Path
) -> None:
    out = tmp_path / "rijen.jsonl"
    done = vraagbaak("feedback", "export", "--out", out, VRAAGBAAK_DATA=str(data))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "there is no feedback yet\n")
    assert (out.exists(), data.exists()) == (False, False)
    store.decide(store.give("s", assistant.ask("regie"), "nuttig", assistant.index), "rejected")
    store.give("s", answer, "niet_nuttig", assistant.index)
    give_wanted(store, assistant, session="t")
    done = vraagbaak("feedback", "export", VRAAGBAAK_DATA=str(data))
    assert (done.returncode, done.stderr) == (0, "candidate rows: 1; pointing at no passage: 1; judged before: 1\n")
    (found,) = candidates(store.entries("open"), report_texts())
    assert [json.loads(line) for line in done.stdout.splitlines()] == [found.row]
    assert vraagbaak("feedback", "export", "--out", out, VRAAGBAAK_DATA=str(data)).stdout == ""
    assert out.read_text() == done.stdout
    assert vraagbaak("eval", "gold", "--check", out).returncode == 0


def test_export_that_cannot_read_or_write_gets_one_line(
    vraagbaak: Run, store: Feedback, data: Path, assistant: Assistant, tmp_path: Path
) -> None:
    give_wanted(store, assistant)
    done = vraagbaak("feedback", "export", "--out", tmp_path, VRAAGBAAK_DATA=str(data))
    assert (done.returncode, done.stderr) == (2, f"vraagbaak: --out {str(tmp_path)!r}: Is a directory\n")
    for path in data.glob(FILE + "-*"):
        path.unlink()
    store.path.write_bytes(b"geen database" * 100)
    done = vraagbaak("feedback", "export", VRAAGBAAK_DATA=str(data))
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith(f"vraagbaak: the database {str(store.path)!r} cannot be used")


def test_accepted_rows_run_in_the_next_eval_and_leave_runs_before_as_they_were(
    vraagbaak: Run, index: Path, store: Feedback, data: Path, assistant: Assistant, tmp_path: Path
) -> None:
    texts, folder = report_texts(), tmp_path / "run"
    give_wanted(store, assistant)
    (first,) = candidates(store.entries("open"), texts)
    accept(store, first, {"question": "Wat levert een warme overdracht op?", "persona": "wijkteam"}, texts)
    machine = {"VRAAGBAAK_INDEX": str(index), "VRAAGBAAK_DATA": str(data)}
    done = vraagbaak("eval", "run", "--split", "dev", "--out", folder, **machine)
    assert done.returncode == 0, done.stderr
    items = [json.loads(line) for line in (folder / "items.jsonl").read_text().splitlines()]
    assert (items[-1]["id"], items[-1]["answer"]["question"]) == ("feedback-1", "Wat levert een warme overdracht op?")
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["gold"]["feedback.jsonl"] == hashlib.sha256(accepted_file().read_bytes()).hexdigest()
    assert "feedback-1 (fact, wijkteam)" in vraagbaak("eval", "show", folder, "--id", "feedback-1", **machine).stdout

    give_wanted(store, assistant, "Wat is er zo warm aan een overdracht?")
    (second,) = candidates(store.entries("open"), texts)
    accept(store, second, {}, texts)
    scored = vraagbaak("eval", "score", folder, **machine).stdout
    assert scored.splitlines()[0].endswith(f": {len(items)} questions scored, 0 unscored")
    checked = vraagbaak("eval", "check", folder, "--against", "evals/results/reference-dev", **machine)
    assert (checked.returncode, checked.stdout) == (0, "no figure is significantly worse\n")


def test_accepting_keeps_the_file_valid(store: Feedback, data: Path, assistant: Assistant) -> None:
    texts = report_texts()
    give_wanted(store, assistant)
    give_wanted(store, assistant, "Wat is een warme overdracht?", "t")
    first, second = candidates(store.entries("open"), texts)
    with pytest.raises(GoldError, match="field 'kind' is 'rijm'"):
        accept(store, first, {"kind": "rijm"}, texts)
    assert (accepted_file().exists(), len(store.entries("open"))) == (False, 2)
    accept(store, first, {}, texts)
    with pytest.raises(UsageError, match="feedback 1 is not open any more"):
        accept(store, first, {}, texts)
    accept(store, second, {}, texts)
    assert [json.loads(line)["id"] for line in accepted_file().read_text().splitlines()] == ["feedback-1", "feedback-2"]
    assert {path.name for path in accepted_file().parent.iterdir()} <= {"feedback.jsonl", "feedback.lock"}
    assert [q.id for q in run_questions("dev")] == [*(q.id for q in gold_questions("dev")), "feedback-1", "feedback-2"]
    assert "feedback-1" not in {q.id for q in gold_questions()}


def test_accepting_without_a_folder_to_write_in(store: Feedback, data: Path, assistant: Assistant) -> None:
    give_wanted(store, assistant)
    (data / "gold").write_text("een bestand")
    (found,) = candidates(store.entries("open"), report_texts())
    with pytest.raises(CandidatesError, match="cannot be written: File exists"):
        accept(store, found, {}, report_texts())
    assert len(store.entries("open")) == 1


def test_near_repeats_of_gold_questions_are_seen() -> None:
    gold = gold_questions()
    known = next(question for question in gold if question.id == "place-001")
    turned = "En hoe vaak komt het wijkteam in Someren dan ook op school?"
    assert known.question == "Komt het wijkteam in Someren ook op school, en hoe vaak dan?"
    assert [question.id for question in alike(turned, gold)] == ["place-001"]
    assert alike("Wat is een warme overdracht naar het buurtteam in Assen?", gold) == []


def ask_page(assistant: object, store: object, answers: list[object]) -> None:
    from ui import feedback

    for number, answer in enumerate(answers):
        feedback.show(assistant, store, answer, f"oordeel-{number}", ())


def page(function: Callable[..., None], **given: Any) -> AppTest:
    return AppTest.from_function(function, kwargs=given, default_timeout=20).run()


def button(app: AppTest, label: str) -> Any:
    return next(one for one in app.button if one.label == label)


def told(app: AppTest) -> list[str]:
    """What the page says in its own HTML, the question itself left out."""
    return [part.proto.body for part in app.get("html") if "bruikbaar" not in part.proto.body]


def test_a_click_is_kept_at_once(store: Feedback, assistant: Assistant, answer: Answer) -> None:
    app = page(ask_page, assistant=assistant, store=store, answers=[answer, assistant.ask("")])
    assert [one.label for one in app.button] == [
        "Nuttig",
        "Niet nuttig",
        "Verkeerde bron",
    ]  # none for an empty question
    assert (len(app.text_input), told(app), store.path.exists()) == (0, [], False)
    button(app, "Nuttig").click().run()
    assert (only(store.entries()).verdict, len(app.text_input)) == ("nuttig", 0)
    thanks, news = told(app)
    assert ">Nuttig. Bewaard op deze computer.</p>" in thanks
    assert 'data-nieuws="Bewaard op deze computer."' in news
    button(app, "Niet nuttig").click().run()
    assert only(store.entries()).verdict == "niet_nuttig"
    assert not app.exception


def test_another_passage_is_found_chosen_and_kept(store: Feedback, assistant: Assistant, answer: Answer) -> None:
    app = page(ask_page, assistant=assistant, store=store, answers=[answer])
    button(app, "Verkeerde bron").click().run()
    button(app, "Bewaar").click().run()
    assert [one.value for one in app.warning] == ["Kies een passage of schrijf een opmerking."]
    assert [one.label for one in app.text_input] == ["Welke passage had het moeten zijn?", "Opmerking (hoeft niet)"]
    app.text_input[0].set_value("warme overdracht").run()
    expected = [hit.passage.id for hit in assistant.ask("warme overdracht", top=8).passages]
    (choice,) = app.radio
    assert (len(choice.options), choice.value, expected[2]) == (8, None, WANTED)
    assert choice.options[2].startswith(
        "**Nijmegen 2019\\, Wat kan beter › Gezamenlijke huisbezoeken\\:** Het komt slechts"
    )
    choice.set_value(WANTED).run()
    app.text_input[1].set_value("gebeld met 06 12345678").run()
    button(app, "Bewaar").click().run()
    entry = only(store.entries())
    assert (entry.verdict, entry.wanted and entry.wanted.passage) == ("verkeerde_bron", WANTED)
    assert entry.remark == "gebeld met [telefoonnummer]"
    assert (len(app.radio), len(app.text_input)) == (0, 0)
    assert any(
        'data-doel="oordeel-0-' in part and '-dank"' in part for part in told(app)
    )  # the focus goes to the thanks
    button(app, "Verkeerde bron").click().run()
    assert (only(store.entries()), len(app.text_input)) == (entry, 2)  # to choose another one
    assert not app.exception


def test_a_file_that_cannot_be_written_gets_a_sentence(data: Path, assistant: Assistant, answer: Answer) -> None:
    data.write_text("een bestand")
    app = page(ask_page, assistant=assistant, store=Feedback(data / FILE), answers=[answer])
    button(app, "Nuttig").click().run()
    assert [one.value.split(" Laat")[0] for one in app.error] == [
        "Wat Vraagbaak bewaart, kan niet worden opgeslagen of gelezen."
    ]
    assert not app.exception


def judge_page(store: object) -> None:
    from ui import kandidaten

    kandidaten.show(store)


def test_the_evaluator_accepts_one_and_rejects_another(store: Feedback, assistant: Assistant, answer: Answer) -> None:
    assert page(judge_page, store=store).info[0].value.startswith("Er zijn geen voorstellen.")
    give_wanted(store, assistant, "Komt het wijkteam in Someren ook op school, en hoe vaak dan?")
    give_wanted(store, assistant, "Wat is een warme overdracht?", "t")
    store.give("s", answer, "niet_nuttig", assistant.index)
    app = page(judge_page, store=store)
    assert app.caption[0].value == "Oordelen zonder passage: 1. Daarvan is geen vraag te maken."
    assert app.warning[0].value.startswith("Lijkt op place\\-001 \\(dev\\)")
    assert [box.value for box in app.checkbox] == [True, False, False, False, False, False, False]
    app.text_area[0].set_value("Wat levert een **warme** overdracht op?").run()
    assert (len(app.warning), app.selectbox[1].options[:2]) == (0, ["howto", "fact"])
    app.selectbox[1].set_value("howto").run()
    app.selectbox[2].set_value("school").run()
    app.checkbox[0].uncheck().run()
    assert button(app, "Neem op in de vragenset").disabled
    app.checkbox[6].check().run()
    button(app, "Neem op in de vragenset").click().run()
    assert "<strong>Opgenomen als feedback-1. De vraag loopt mee" in told(app)[0]
    row = json.loads(accepted_file().read_text())
    assert (row["question"], row["kind"], row["persona"], row["evidence"]) == (
        "Wat levert een **warme** overdracht op?",
        "howto",
        "school",
        [[{"report": "tsd-2019-nijmegen", "quote": WANTED_QUOTE}]],
    )
    button(app, "Wijs af").click().run()
    assert [(entry.id, entry.state) for entry in store.entries()] == [(1, "accepted"), (2, "rejected"), (3, "open")]
    assert "<strong>Afgewezen.</strong>" in told(app)[0]
    assert not app.exception


def test_what_one_session_said_is_forgotten_without_a_trace(
    store: Feedback, assistant: Assistant, answer: Answer
) -> None:
    other = assistant.ask("hoe verloopt een warme overdracht")
    store.give("een", answer, "nuttig", assistant.index, remark="een opmerking die weg moet")
    store.give("twee", other, "nuttig", assistant.index)
    store.forget("een")
    assert [entry.question for entry in store.entries()] == [other.question]
    kept = b"".join(path.read_bytes() for path in store.path.parent.glob(f"{store.path.name}*"))
    assert b"opmerking die weg" not in kept
