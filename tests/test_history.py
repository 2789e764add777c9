"""Kept conversations: each user's own, found again, gone without a trace when deleted, and the page that shows them."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from streamlit.testing.v1 import AppTest

from assistant.database import open_database
from assistant.engine import Assistant
from assistant.history import Conversation, History
from assistant.records import Answer, Citation, Quote
from ingest.errors import StoreError, UsageError
from learn.pack import make_pack
from learn.records import Wish
from learn.store import Packs
from tests.conftest import PROJECT, environment
from ui.gesprekken import dutch_time
from ui.marks import plain_label

ANNA, BEN = "a" * 43, "b" * 43
BEGIN = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.time = BEGIN

    def __call__(self) -> datetime:
        return self.time

    def forward(self, **step: float) -> None:
        self.time += timedelta(**step)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data" / "vraagbaak.sqlite"


@pytest.fixture
def history(file: Path, clock: Clock) -> History:
    kept = History(file, clock)
    kept.switch_on(ANNA, 30)
    return kept


def asked(question: str, text: str = "Antwoord.") -> Answer:
    return Answer(question, question, "answered", text)


def traces(file: Path, words: str) -> list[str]:
    return [path.name for path in sorted(file.parent.iterdir()) if words.encode() in path.read_bytes()]


@pytest.mark.parametrize(
    "question",
    [
        "wat doe ik als de hulpvraag ontbreekt",
        "Wat is het verschil tussen Nijmegen en Someren bij de overdracht?",
        "Ze slaat haar kind nu, bel 06-12345678. Wat moet ik doen?",
        "hoeveel inwoners heeft Someren",
        "hoe bak ik een taart",
        "???",
    ],
)
def test_an_answer_comes_back_from_json(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)
    stored = json.loads(json.dumps(answer.to_json()))
    back = Answer.from_json(stored, assistant.index)
    rounded = {name: round(ms, 3) for name, ms in answer.timings_ms.items()}
    assert back == replace(answer, timings_ms=rounded)
    assert back.to_json() == stored


def test_every_sentence_is_found_again_at_its_place(assistant: Assistant) -> None:
    index = assistant.index
    for passage in index.passages:
        for chosen in [*((s,) for s in passage.sentences), *pairwise(passage.sentences)]:
            citation = Citation(1, Quote(passage, chosen, 1.5), index.reports[passage.report])
            answer = Answer("v", "v", "answered", "a", citations=(citation,))
            assert Answer.from_json(answer.to_json(), index) == answer


def test_an_answer_of_another_index_keeps_its_own_words(assistant: Assistant) -> None:
    answer = assistant.ask("wat doe ik als de hulpvraag ontbreekt")
    empty: Any = SimpleNamespace(place={}, passages=(), reports={})
    back = Answer.from_json(answer.to_json(), empty)
    assert back.to_json() == answer.to_json()
    cited, original = back.citations[0], answer.citations[0]
    assert (cited.quote.text, cited.quote.spans) == (original.quote.text, original.quote.spans)
    assert cited.quote.passage.text == original.quote.text
    assert cited.report.title == original.report.title


def test_a_passage_whose_words_changed_is_not_taken_for_the_old_one(assistant: Assistant) -> None:
    stored = assistant.ask("wat doe ik als de hulpvraag ontbreekt").to_json()
    citation, ranked = stored["citations"][0], stored["passages"][0]
    citation["quote"] = "Zo stond het er eerst."
    ranked["text"] = "Dit stond er eerst."
    back = Answer.from_json(stored, assistant.index)
    assert back.citations[0].quote.passage.text == "Zo stond het er eerst."
    assert back.passages[0].passage.text == "Dit stond er eerst."
    assert back.to_json() == stored


def test_json_of_another_schema_is_refused(assistant: Assistant) -> None:
    with pytest.raises(ValueError, match=r"schema 'vraagbaak\.answer/9'"):
        Answer.from_json({**asked("x").to_json(), "schema": "vraagbaak.answer/9"}, assistant.index)


def test_nothing_is_kept_until_it_is_switched_on(file: Path, clock: Clock) -> None:
    history = History(file, clock)
    history.save(ANNA, "1", [asked("geheime woorden")])
    assert history.switched_on(ANNA) is None
    assert history.listed(ANNA) == ()
    assert traces(file, "geheime") == []


def test_the_file_and_its_folder_are_the_owners_alone(history: History, file: Path) -> None:
    assert oct(file.stat().st_mode & 0o777) == "0o600"
    assert oct(file.parent.stat().st_mode & 0o777) == "0o700"


def test_the_file_holds_no_user_only_its_hash(history: History, file: Path) -> None:
    history.save(ANNA, "1", [asked("woorden die blijven")])
    assert traces(file, "woorden die blijven") == [file.name]
    assert traces(file, ANNA) == []


def test_ids_of_conversations_differ() -> None:
    assert len({History.new_id() for _ in range(100)}) == 100


def test_conversations_are_listed_latest_first(history: History, clock: Clock) -> None:
    history.save(ANNA, "1", [asked("eerste")])
    clock.forward(minutes=1)
    history.save(ANNA, "2", [asked("tweede"), asked("en dan?")])
    clock.forward(minutes=1)
    history.save(ANNA, "1", [asked("eerste"), asked("verder"), asked("nog iets")])
    assert history.listed(ANNA) == (
        Conversation("1", "eerste", BEGIN + timedelta(minutes=2), 3),
        Conversation("2", "tweede", BEGIN + timedelta(minutes=1), 2),
    )


def test_a_long_first_question_makes_a_title_of_80_characters(history: History) -> None:
    history.save(ANNA, "1", [asked("woord\n" * 30)])
    assert history.listed(ANNA)[0].title == "woord " * 13 + "w…"


def test_a_conversation_opens_as_it_was(history: History, assistant: Assistant) -> None:
    answers = [assistant.ask("wat is een veiligheidsplan"), assistant.ask("hoe bak ik een taart")]
    history.save(ANNA, "1", answers)
    opened = history.opened(ANNA, "1", assistant.index)
    assert [a.to_json() for a in opened] == [a.to_json() for a in answers]
    assert opened[0].citations == answers[0].citations


def test_a_title_of_the_users_own_stays_and_holds_no_personal_data(history: History) -> None:
    history.save(ANNA, "1", [asked("eerste")])
    history.rename(ANNA, "1", "  Casus van bsn 123456782  ")
    history.save(ANNA, "1", [asked("eerste"), asked("tweede")])
    assert [(c.title, c.questions) for c in history.listed(ANNA)] == [("Casus van bsn [BSN]", 2)]
    with pytest.raises(UsageError) as caught:
        history.rename(ANNA, "1", "   ")
    assert caught.value.dutch == "Typ een naam voor het gesprek."


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("CLIENT", ["1"]),
        ("cliënt regie", ["1"]),
        ("vierwoorden", ["2"]),
        ("drang", ["2"]),
        ("cliënt drang", []),
        ("50%_", []),
        ("'; --", []),
        ("", ["2", "1"]),
    ],
)
def test_search_reads_titles_questions_and_answers(
    history: History, clock: Clock, search: str, found: list[str]
) -> None:
    history.save(ANNA, "1", [asked("Wie heeft de regie?"), asked("en de Cliënt?")])
    clock.forward(minutes=1)
    history.save(ANNA, "2", [asked("Wanneer?", "Bij drang.")])
    history.rename(ANNA, "2", "Viérwoorden")
    assert [c.id for c in history.listed(ANNA, search)] == found


def test_users_never_reach_each_others_conversations(history: History, assistant: Assistant) -> None:
    history.switch_on(BEN, 7)
    history.save(ANNA, "1", [asked("van Anna")])
    history.save(BEN, "2", [asked("van Ben")])
    assert [c.title for c in history.listed(BEN)] == ["van Ben"]
    history.delete(BEN, "1")
    history.delete_all(BEN)
    steps: list[Callable[[], object]] = [
        lambda: history.opened(BEN, "1", assistant.index),
        lambda: history.rename(BEN, "1", "gekaapt"),
    ]
    for step in steps:
        with pytest.raises(UsageError, match="no conversation '1'") as caught:
            step()
        assert caught.value.dutch.startswith("Dit gesprek is er niet of niet meer.")
    assert [c.title for c in history.listed(ANNA)] == ["van Anna"]


def wipe_one(history: History) -> None:
    history.delete(ANNA, "1")


def wipe_all(history: History) -> None:
    history.delete_all(ANNA)


def wipe_by_switching_off(history: History) -> None:
    history.switch_off(ANNA)


@pytest.mark.parametrize("wipe", [wipe_one, wipe_all, wipe_by_switching_off])
def test_no_file_holds_a_trace_of_what_was_deleted(
    history: History, file: Path, wipe: Callable[[History], None]
) -> None:
    history.switch_on(BEN, 30)
    with closing(sqlite3.connect(file)) as other:  # an open connection keeps SQLite from removing its log
        other.execute("SELECT * FROM person").fetchall()
        history.save(BEN, "9", [asked("deze blijft staan")])
        history.save(ANNA, "1", [asked("geheim van toen " * 500)])
        history.save(ANNA, "1", [asked("geheim van toen")])
        history.rename(ANNA, "1", "geheim van naam")
        assert traces(file, "geheim van") == [f"{file.name}-wal"]
        wipe(history)
        assert (file.parent / f"{file.name}-wal").stat().st_size == 0
        assert traces(file, "geheim van") == []
        assert traces(file, "deze blijft staan") == [file.name]
    assert history.listed(ANNA) == ()


def test_what_is_older_than_the_user_said_goes(history: History, file: Path, clock: Clock) -> None:
    history.switch_on(BEN, 90)
    history.save(ANNA, "1", [asked("oud van Anna")])
    history.save(BEN, "2", [asked("oud van Ben")])
    clock.forward(days=29, hours=23)
    assert [c.id for c in history.listed(ANNA)] == ["1"]
    clock.forward(hours=2)
    history.save(BEN, "3", [asked("nieuw van Ben")])
    assert traces(file, "oud van Anna") == []
    assert [c.id for c in history.listed(BEN)] == ["3", "2"]
    history.switch_on(BEN, 7)
    assert traces(file, "oud van Ben") == []
    assert (history.switched_on(ANNA), history.switched_on(BEN)) == (30, 7)


def test_less_than_a_day_cannot_be_chosen(history: History) -> None:
    with pytest.raises(UsageError, match="0 days"):
        history.switch_on(ANNA, 0)


def test_two_threads_save_at_once(history: History) -> None:
    def save(number: int) -> None:
        for turn in range(10):
            history.save(ANNA, f"{number}-{turn}", [asked(f"vraag {number} {turn}")])

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(save, range(2)))
    assert {c.id for c in history.listed(ANNA)} == {f"{n}-{t}" for n in range(2) for t in range(10)}


def test_processes_make_and_fill_the_file_at_once(file: Path) -> None:
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from assistant.history import History\n"
        "from assistant.records import Answer\n"
        "history = History(Path(sys.argv[1]))\n"
        "print('ready', flush=True)\n"
        "input()\n"
        f"history.switch_on({ANNA!r}, 30)\n"
        "for turn in range(10):\n"
        f"    history.save({ANNA!r}, f'{{sys.argv[2]}}-{{turn}}', [Answer('v', 'v', 'answered', 'a')])\n"
        f"    history.delete({ANNA!r}, f'{{sys.argv[2]}}-{{turn - 1}}')\n"
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(file), name],
            cwd=PROJECT,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for name in "uvwxyz"
    ]
    for process in started:  # each waits until all have loaded
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
    for process in started:
        assert process.stdin is not None
        process.stdin.write(b"\n")
        process.stdin.flush()
    assert [process.communicate(timeout=120)[1].decode() for process in started] == [""] * 6
    assert {c.id for c in History(file).listed(ANNA)} == {f"{name}-9" for name in "uvwxyz"}


def test_a_damaged_file_is_told_in_dutch(file: Path) -> None:
    file.parent.mkdir()
    file.write_bytes(b"geen database " * 400)
    with pytest.raises(StoreError, match="file is not a database") as caught:
        History(file).listed(ANNA)
    assert caught.value.dutch.startswith("Wat Vraagbaak bewaart, kan niet worden opgeslagen of gelezen.")
    assert file.read_bytes() == b"geen database " * 400


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("een bestand")
    with pytest.raises(StoreError, match=r"vraagbaak\.sqlite' cannot be used"):
        History(tmp_path / "data" / "vraagbaak.sqlite").switch_on(ANNA, 30)


def test_a_damaged_conversation_is_told(history: History, file: Path, assistant: Assistant) -> None:
    history.save(ANNA, "1", [asked("x")])
    with open_database(file, "") as connection:
        connection.execute("UPDATE conversation SET answers = '[{}]'")
    with pytest.raises(StoreError, match="conversation '1'"):
        history.opened(ANNA, "1", assistant.index)


def test_a_file_of_a_newer_version_is_left_alone(history: History, file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
        connection.execute("PRAGMA user_version = 2")
    with pytest.raises(StoreError, match="a newer Vraagbaak made it: version 2"):
        history.listed(ANNA)


def test_a_block_that_fails_changes_nothing(history: History, file: Path) -> None:
    with pytest.raises(ZeroDivisionError), open_database(file, "") as connection:
        connection.execute("DELETE FROM person")
        raise ZeroDivisionError
    assert history.switched_on(ANNA) == 30


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Wat doe ik?", "Wat doe ik\\?"),
        ("**x** ![](http://e)", "\\*\\*x\\*\\* \\!\\[\\]\\(http\\:\u2060\\/\\/e\\)"),
        (":material/home: :red[x]", "\\:\u2060material\\/home\\:" + " \\:\u2060red\\[x\\]"),
        ("www.e.nl a@e.nl", "www\u2060\\.e\\.nl a\\@\u2060e\\.nl"),
        ("Let op: $x$ `y` <b>", "Let op\\: \\$x\\$ \\`y\\` \\<b\\>"),
    ],
)
def test_a_label_is_inert(text: str, label: str) -> None:
    assert plain_label(text) == label


def test_a_moment_is_written_in_dutch() -> None:
    assert dutch_time(datetime(2025, 11, 5, 14, 5).astimezone()) == "5 november 2025, 14.05 uur"


def page_script(file: str, user: str) -> None:
    from pathlib import Path

    import streamlit as st

    from assistant.history import History
    from ui import gesprekken

    def draw_chat() -> None:
        st.write("hier is de chat")

    def draw_page() -> None:
        gesprekken.show(History(Path(file)), user, chat)

    chat = st.Page(draw_chat, title="Vragen", url_path="vragen")
    st.navigation([st.Page(draw_page, title="Gesprekken", default=True), chat]).run()


def opened_page(file: Path, user: str = ANNA) -> AppTest:
    page = AppTest.from_function(page_script, args=(str(file), user), default_timeout=20).run()
    assert not page.exception
    return page


def labels(page: AppTest) -> list[str]:
    return [button.label for button in page.button]


def press(page: AppTest, label: str) -> None:
    next(button for button in page.button if button.label == label).click().run()
    assert not page.exception


def html(page: AppTest) -> list[str]:
    return [element.proto.body for element in page.get("html")]


def filled(file: Path, *titles: str) -> History:
    history = History(file)
    history.switch_on(ANNA, 30)
    for number, title in enumerate(titles):
        history.save(ANNA, str(number), [asked(title)])
    return history


def test_the_page_is_off_until_the_user_switches_it_on(file: Path) -> None:
    page = opened_page(file)
    assert "niet met anderen deelt" in page.markdown[0].value
    assert html(page) == ['<span data-koekje=""></span>']
    assert page.selectbox[0].options == ["7 dagen", "30 dagen", "90 dagen", "1 jaar"]
    page.selectbox[0].set_value(90).run()
    press(page, "Bewaar mijn gesprekken op deze computer")
    assert History(file).switched_on(ANNA) == 90
    assert page.success[0].value == "Bewaren staat aan."
    assert html(page)[0] == f'<span data-koekje="{ANNA}"></span>'
    assert page.info[0].value.startswith("Er is nog geen gesprek bewaard.")


def test_who_signed_in_gets_no_cookie(file: Path) -> None:
    page = opened_page(file, "oidc:https://login.example:anna")
    press(page, "Bewaar mijn gesprekken")
    assert History(file).switched_on("oidc:https://login.example:anna") == 30
    assert html(page) == []


def test_the_page_lists_and_searches(file: Path) -> None:
    filled(file, "Wie heeft de regie?", "**x** ![](http://e)")
    page = opened_page(file)
    assert [link.proto.label for link in page.get("page_link")] == [
        "**\\*\\*x\\*\\* \\!\\[\\]\\(http\\:\u2060\\/\\/e\\)**",
        "**Wie heeft de regie\\?**",
    ]
    assert [link.proto.query_string for link in page.get("page_link")] == ["gesprek=1", "gesprek=0"]
    assert page.caption[0].value.endswith(" uur · 1 vraag")
    page.text_input(key="zoek-gesprek").set_value('REGIE "').run()
    assert page.caption[0].value == "0 gesprekken gevonden"
    page.text_input(key="zoek-gesprek").set_value("REGIE").run()
    assert html(page)[1] == '<span data-nieuws="1 gesprek gevonden" data-keer="REGIE"></span>'
    assert len(page.get("page_link")) == 1


def test_the_page_shows_twenty_at_once(file: Path) -> None:
    filled(file, *(f"vraag {number}" for number in range(23)))
    page = opened_page(file)
    assert len(page.get("page_link")) == 20
    press(page, "Toon meer gesprekken")
    assert len(page.get("page_link")) == 23
    assert "Toon meer gesprekken" not in labels(page)


def test_every_control_of_a_conversation_names_it(file: Path) -> None:
    filled(file, "Wat doe ik als de hulpvraag ontbreekt in een gezin?")
    page = opened_page(file)
    name = "‘Wat doe ik als de hulpvraag ontbreekt i…’"
    assert [popover.proto.popover.label for popover in page.get("popover")] == [f"Wijzig of wis {name}"]
    assert page.text_input[1].label == f"Nieuwe naam voor {name}"
    assert labels(page)[:2] == [f"Bewaar de naam van {name}", f"Wis {name}"]


def test_a_conversation_is_renamed_and_deleted_on_the_page(file: Path) -> None:
    history = filled(file, "regie", "drang")
    page = opened_page(file)
    page.session_state["conversation"], page.session_state["answers"] = "0", ["het open gesprek"]
    page.text_input(key="naam-0-regie").set_value("Les van maandag").run()
    press(page, "Bewaar de naam van ‘regie’")
    assert page.success[0].value == "De naam is gewijzigd."
    assert [c.title for c in history.listed(ANNA)] == ["drang", "Les van maandag"]
    press(page, "Wis ‘drang’")
    assert page.session_state["answers"] == ["het open gesprek"]
    press(page, "Wis ‘Les van maandag’")
    assert page.success[0].value == "Het gesprek is gewist."
    assert page.session_state["answers"] == []
    assert history.listed(ANNA) == ()


def test_all_is_deleted_only_after_a_second_yes(file: Path) -> None:
    history = filled(file, "regie", "drang")
    page = opened_page(file)
    page.session_state["answers"] = ["het open gesprek"]
    press(page, "Wis alles")
    assert page.warning[0].value == "Alle bewaarde gesprekken en uw oordelen worden gewist. U krijgt ze niet terug."
    press(page, "Nee, laat alles staan")
    assert (len(page.warning), len(history.listed(ANNA))) == (0, 2)
    press(page, "Wis alles")
    press(page, "Ja, wis alles")
    assert page.success[0].value == "Alle gesprekken zijn gewist."
    assert page.session_state["answers"] == []
    assert history.listed(ANNA) == ()
    assert history.switched_on(ANNA) == 30


def test_keeping_is_shortened_and_switched_off_on_the_page(file: Path) -> None:
    history = filled(file, "regie")
    page = opened_page(file)
    page.selectbox(key="dagen").set_value(7).run()
    assert page.success[0].value == "Uw gesprekken blijven nu 7 dagen bewaard."
    assert history.switched_on(ANNA) == 7
    press(page, "Zet bewaren uit")
    press(page, "Ja, zet bewaren uit")
    assert page.success[0].value == "Bewaren staat uit. Alle gesprekken zijn gewist."
    assert history.switched_on(ANNA) is None
    assert html(page) == ['<span data-koekje=""></span>']
    assert traces(file, "regie") == []


@pytest.mark.browser
def test_a_conversation_outlives_a_reload_and_leaves_no_trace(
    browser: Browser, chat: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    own, other = browser.new_context(), browser.new_context()
    stranger = other.new_page()
    page = own.new_page()
    page.goto(f"{chat}/gesprekken")
    page.get_by_role("button", name="Bewaar mijn gesprekken op deze computer").click()
    expect(page.get_by_text("Bewaren staat aan.")).to_be_visible()
    page.goto(chat)
    page.get_by_test_id("stChatInputTextArea").fill("wanneer is opschalen naar drang nodig")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?gesprek=*")
    page.reload()
    question = page.locator(".vb-vraag")
    expect(question).to_contain_text("wanneer is opschalen naar drang nodig")
    stranger.goto(page.url)
    expect(stranger.get_by_text("Dit gesprek is er niet of niet meer.")).to_be_visible()
    page.goto(f"{chat}/gesprekken")
    page.get_by_role("link", name="wanneer is opschalen naar drang nodig").click()
    expect(question).to_contain_text("wanneer is opschalen naar drang nodig")
    page.goto(f"{chat}/gesprekken")
    kept = {path.resolve() for path in tmp_path_factory.getbasetemp().glob("data*/vraagbaak.sqlite")}
    (file,) = [path for path in kept if traces(path, "opschalen naar drang")]
    page.get_by_role("button", name="Wis alles", exact=True).click()
    page.get_by_role("button", name="Ja, wis alles").click()
    expect(page.get_by_text("Alle gesprekken zijn gewist.")).to_be_visible()
    assert traces(file, "opschalen naar drang") == []
    page.get_by_role("button", name="Zet bewaren uit", exact=True).click()
    page.get_by_role("button", name="Ja, zet bewaren uit").click()
    expect(page.get_by_text("Bewaren staat uit.")).to_be_visible()
    page.wait_for_timeout(500)
    assert "vraagbaak_gebruiker" not in page.evaluate("document.cookie")
    own.close()
    other.close()


def test_a_kept_lesson_pack_keeps_the_cookie_also_where_conversations_are_not_kept(
    file: Path, assistant: Assistant
) -> None:
    Packs(file).save(ANNA, make_pack(assistant, Wish("regie", parts=("valkuil",))))
    assert html(opened_page(file)) == [f'<span data-koekje="{ANNA}"></span>']
