import json
import sqlite3
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assistant.engine import Assistant
from ingest.catalogue import load_catalogue
from ingest.errors import UsageError
from learn.check import check
from learn.edit import CUT, drop, edit, move, rename, swap
from learn.material import run_of, stands_alone
from learn.order import running_order
from learn.pack import make_pack
from learn.records import MINUTES, PARTS, Pack, Wish
from learn.selfscan import SCORES, Filled, selfscan, summary_rows
from learn.store import Packs
from learn.themes import ThemeNotFound, find_theme, load_themes, passages_for, themes

CORPUS = Path(__file__).parent.parent / "corpus"
# The quiz and the cards have their own tests.
TAUGHT = tuple(part for part in PARTS if part not in ("quiz", "flitskaart"))
THEMES = [theme.name for theme in load_themes(CORPUS / "themes.toml")]
DAY = "2026-03-02"


def made(assistant: Assistant, theme: str, minutes: int = 60, parts: tuple[str, ...] = TAUGHT, **more: object) -> Pack:
    return make_pack(assistant, Wish(theme, minutes=minutes, parts=parts, **more), DAY)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def pack(assistant: Assistant) -> Pack:
    return made(assistant, "1Gezin1Plan1Regisseur")


def texts(pack: Pack, part: str) -> list[str]:
    return [item.text for item in pack.of(part)]


@pytest.mark.parametrize("theme", THEMES)
def test_every_item_of_every_theme_has_a_source_and_every_quote_stands(assistant: Assistant, theme: str) -> None:
    pack = made(assistant, theme, 120)
    assert all(item.sources for item in (*pack.items, *pack.spare))
    assert check(pack.with_items((*pack.items, *pack.spare)), CORPUS) == ()
    assert len({item.id for item in (*pack.items, *pack.spare)}) == len(pack.items) + len(pack.spare)


@pytest.mark.parametrize("theme", THEMES)
def test_every_statement_is_settled_by_whole_sentences_of_a_report(assistant: Assistant, theme: str) -> None:
    for told in find_theme(assistant, theme).statements:
        quote = run_of(assistant.index.passages, told.quote)
        assert quote and quote.text == told.quote
        assert told.verdict in ("eens", "oneens")


def test_a_theme_is_found_by_its_name_its_id_and_other_words(assistant: Assistant) -> None:
    names = ("informatie delen", "Informatie-delen", "Privacy", " AVG ")
    assert {find_theme(assistant, name).id for name in names} == {"informatie-delen"}
    assert find_theme(assistant, "Wat kost een wijkteam?").id == ""


def test_a_corpus_without_themes_still_takes_free_questions(assistant: Assistant, corpus: Path, index: Path) -> None:
    (corpus / "themes.toml").unlink()
    other = Assistant(index, corpus)
    assert themes(other) == ()
    assert made(other, "Hoe praat een wijkteam met kinderen?").of("valkuil")


def test_the_pack_of_the_sample(pack: Pack) -> None:
    assert Counter(item.part for item in pack.items) == {
        "doel": 3, "boodschap": 5, "goed_voorbeeld": 3, "valkuil": 3, "uitspraak": 3, "casus": 6,
        "gespreksvraag": 3, "stelling": 4, "begrip": 8, "zelfscan": 12,
    }  # fmt: skip
    assert pack.title == "1Gezin1Plan1Regisseur"
    assert pack.note == ""
    assert [item.theme for item in pack.of("boodschap")] == [
        "Waar het om gaat",
        "Wat wordt verwacht",
        "Wat in de praktijk is gezien",
        "Wat beter kan",
        "Wat helpt",
    ]
    assert texts(pack, "boodschap")[1] == (
        "Professionals werken met een plan dat door of in overleg met kinderen en hun ouders is opgesteld."
    )
    assert texts(pack, "stelling")[:2] == [
        "Een eigen plan voor ieder gezinslid past bij 1Gezin1Plan1Regisseur.",
        "Komt een gezin met één vraag, dan vraagt u toch door op alle leefgebieden.",
    ]
    assert [item.answer for item in pack.of("stelling")] == ["oneens", "eens", "oneens", "eens"]


def test_goals_are_a_fixed_form_around_a_quoted_expectation(pack: Pack) -> None:
    for goal in pack.of("doel"):
        (source,) = goal.sources
        assert goal.text.startswith("Na afloop kunt u ")
        assert goal.text.endswith(f": “{source.quote.text}”")
        assert source.quote.passage.kind in ("verwachting", "aanbeveling")


def test_examples_pitfalls_and_family_words_are_passages_quoted_whole(pack: Pack) -> None:
    kinds = {"goed_voorbeeld": "goed_voorbeeld", "valkuil": "verbeterpunt", "uitspraak": "clientstem"}
    for part, kind in kinds.items():
        for item in pack.of(part):
            passage = item.sources[0].quote.passage
            said = [passage.quote(s) for s in passage.sentences if s.block not in ("heading", "title", "note")]
            assert (passage.kind, item.text, item.wording) == (kind, " ".join(said), "rapport")


def test_each_question_for_the_conversation_names_a_pitfall_and_what_is_expected(pack: Pack) -> None:
    for question in (*pack.of("gespreksvraag"), *(item for item in pack.spare if item.part == "gespreksvraag")):
        pitfall, norm = (source.quote.passage for source in question.sources)
        assert (pitfall.kind, norm.kind in ("verwachting", "aanbeveling")) == ("verbeterpunt", True)
        assert question.text.startswith(f"“{pitfall.section[-1]}”: ")


def test_a_case_is_told_in_three_steps_with_a_question_after_each(pack: Pack) -> None:
    steps, questions = pack.of("casus")[::2], pack.of("casus")[1::2]
    passage = steps[0].sources[0].quote.passage
    assert (passage.report, passage.kind) == ("tsd-2017-wijkteam", "casus")
    assert " ".join(step.text for step in steps) == " ".join(passage.quote(s) for s in passage.sentences)
    assert all(question.text.endswith("?") and question.wording == "vraagbaak" for question in questions)
    assert all(question.sources[0].quote.passage.kind in ("verwachting", "aanbeveling") for question in questions)


def test_terms_have_the_reports_own_words(pack: Pack, assistant: Assistant) -> None:
    told = {item.text: item for item in pack.of("begrip")}
    assert told["Opschalen"].answer.startswith(
        "Opschalen wil zeggen dat de regisseur een probleem kan (laten) voorleggen"
    )
    information = {item.text for item in made(assistant, "Informatie delen", 120).of("begrip")}
    assert "AVG (Algemene Verordening Gegevensbescherming)" in information


def test_the_same_wish_gives_the_same_pack_and_json_gives_it_back(pack: Pack, assistant: Assistant) -> None:
    assert made(assistant, "1Gezin1Plan1Regisseur") == pack
    assert Pack.from_json(json.loads(json.dumps(pack.to_json())), assistant.index) == pack


def test_only_the_chosen_reports_are_quoted(assistant: Assistant) -> None:
    nijmegen = made(assistant, "Regie", reports=("tsd-2019-nijmegen",))
    assert {s.report.id for item in (*nijmegen.items, *nijmegen.spare) for s in item.sources} == {"tsd-2019-nijmegen"}
    assert nijmegen.note == "Niets gevonden voor: Wat gezinsleden zeggen, Casus in stappen."


def test_passages_that_concern_the_audience_come_first(assistant: Assistant) -> None:
    def first(audience: str) -> list[str]:
        return [passage.section[-1] for passage in passages_for(assistant, "Informatie delen", (), audience)]

    school, gemeente = first("school_huisarts"), first("gemeente")
    assert school.index("Handle with care") < gemeente.index("Handle with care")


def test_a_theme_that_the_reports_hardly_hold_gives_a_small_pack_that_says_so(assistant: Assistant) -> None:
    pack = made(assistant, "alcohol")
    assert "De rapporten zeggen weinig over dit thema: 1 passage. Dit pakket is daarom klein." in pack.note
    assert [item.part for item in pack.items if item.part != "zelfscan"] == ["casus"] * 6
    assert check(pack, CORPUS) == ()


@pytest.mark.parametrize("theme", ["appeltaart bakken", "quantummechanica", "x" * 5000])
def test_a_theme_that_the_reports_do_not_hold_is_refused(assistant: Assistant, theme: str) -> None:
    with pytest.raises(
        ThemeNotFound, match=r"^the reports hold nothing on '.{1,80}'; see vraagbaak learn themes$"
    ) as told:
        made(assistant, theme)
    assert told.value.dutch.startswith("De rapporten zeggen niets over “")


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        (Wish("Regie", audience="allen"), "'allen' is unknown; choose from wijkteam, veilig_thuis"),
        (Wish("Regie", minutes=45), "45 is unknown; choose from 30, 60, 120"),
        (Wish("Regie", parts=("spel",)), "'spel' is unknown; choose from doel, boodschap"),
        (Wish("Regie", parts=()), "the wish names no part"),
        (Wish("  "), "the wish names no theme"),
        (Wish("Regie", reports=("x",)), "unknown report 'x'"),
    ],
)
def test_a_wrong_wish_is_told_in_one_sentence(assistant: Assistant, wish: Wish, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        make_pack(assistant, wish)


def test_personal_data_goes_into_no_pack(assistant: Assistant, pack: Pack) -> None:
    own = made(assistant, "Hoe praat ik met de kinderen van Jan de Vries, 06-12345678?")
    item = pack.items[0]
    changed = rename(edit(pack, item.id, "Bel 06-12345678"), "Casus 06-12345678")
    for kept in (own, changed):
        assert "12345678" not in json.dumps(kept.to_json())


@pytest.mark.parametrize("minutes", MINUTES)
@pytest.mark.parametrize("left_out", [(), ("uitspraak",), ("casus", "stelling", "doel"), TAUGHT[1:]])
def test_the_running_order_adds_up_exactly(assistant: Assistant, minutes: int, left_out: tuple[str, ...]) -> None:
    pack = made(assistant, "Veiligheid", minutes)
    short = pack.with_items(tuple(item for item in pack.items if item.part not in left_out))
    order = running_order(short)
    assert sum(row[0] for row in order) == minutes
    assert all(row[0] > 0 for row in order)
    assert not {part for _, part, _ in order} & set(left_out)
    assert order[-1][1] == "Afronding"


def test_what_does_not_fit_in_the_time_is_given_for_later(assistant: Assistant) -> None:
    last = running_order(made(assistant, "Veiligheid", 30))[-1][2]
    assert last.endswith("Geef mee voor later: goede voorbeelden, casus in stappen, begrippen en zelfscan.")


def test_swap_puts_the_next_best_in_the_same_place_and_comes_round(pack: Pack) -> None:
    first, second, third = pack.of("valkuil")
    spares = [item for item in pack.spare if item.part == "valkuil"]
    swapped = swap(pack, second.id)
    assert swapped.of("valkuil") == (first, spares[0], third)
    for _ in spares:
        swapped = swap(swapped, swapped.of("valkuil")[1].id)
    assert swapped.of("valkuil") == (first, second, third)
    assert len(swapped.spare) == len(pack.spare)


def test_a_case_is_swapped_whole(pack: Pack) -> None:
    swapped = swap(pack, pack.of("casus")[3].id)
    assert {item.theme for item in swapped.of("casus")} == {next(i.theme for i in pack.spare if i.part == "casus")}
    assert [item.part for item in swapped.items].index("casus") == [item.part for item in pack.items].index("casus")
    assert sorted(item.id for item in (*swapped.items, *swapped.spare)) == sorted(
        item.id for item in (*pack.items, *pack.spare)
    )


def test_swap_without_a_spare_says_so(pack: Pack) -> None:
    with pytest.raises(UsageError, match="there is no other item for the part 'zelfscan'"):
        swap(pack, pack.of("zelfscan")[0].id)


def test_an_edited_quote_becomes_the_trainers_words_and_keeps_its_source(pack: Pack) -> None:
    item = pack.of("valkuil")[0]
    changed = edit(pack, item.id, "  In ons team  ").of("valkuil")[0]
    assert changed == replace(item, text="In ons team", wording="trainer")
    assert edit(pack, item.id, item.text) == pack
    assert check(edit(pack, item.id, "In ons team"), CORPUS) == ()


@pytest.mark.parametrize("text", ["", " \n", "x" * 4001])
def test_an_item_cannot_be_emptied_or_made_endless(pack: Pack, text: str) -> None:
    with pytest.raises(UsageError, match="an item's text has 1 to 4000 characters"):
        edit(pack, pack.items[0].id, text)


def test_move_stays_within_the_part(pack: Pack) -> None:
    first, second, third = pack.of("stelling")[:3]
    assert move(pack, first.id, 1).of("stelling")[:3] == (second, first, third)
    assert move(pack, third.id, -1).of("stelling")[:3] == (first, third, second)
    assert move(pack, first.id, -1) == pack
    assert move(pack, first.id, 99).of("stelling")[-1] == first
    assert move(pack, first.id, 99).of("casus") == pack.of("casus")


def test_drop_takes_one_item_out(pack: Pack) -> None:
    item = pack.of("casus")[1]
    dropped = drop(pack, item.id)
    assert dropped.items == tuple(one for one in pack.items if one != item)
    with pytest.raises(UsageError, match=f"the pack has no item {item.id!r}"):
        drop(dropped, item.id)


def test_a_long_title_is_cut_and_the_note_says_so_once(pack: Pack) -> None:
    named = rename(pack, "a/b\n" + "x" * 5000)
    assert (len(named.title), named.title[:4], named.note) == (120, "a/b ", CUT)
    assert rename(named, "y" * 200).note == CUT
    assert rename(named, "Regie in de wijk").note == ""
    with pytest.raises(UsageError, match="empty title"):
        rename(pack, " \n ")


def test_the_self_scan_has_the_twelve_indicators_with_their_rules(assistant: Assistant) -> None:
    indicators = selfscan(assistant.index)
    assert [one.number for one in indicators] == list(range(1, 13))
    assert {one.text.report.id for one in indicators} == {"tsd-2020-someren"}
    assert all(one.rules and one.rules.quote.text.startswith("Om positief te ") for one in indicators)
    assert all(one.asks for one in indicators)
    fourth = indicators[3]
    assert fourth.theme == "Maatregelen voor herstel directe veiligheid"
    assert fourth.criterion.quote.text == "De zorg en ondersteuning aan jeugdigen en volwassenen is resultaatgericht"
    assert fourth.text.quote.text == "4 De professional stelt doelen gericht op herstel van veiligheid."
    assert fourth.asks and fourth.asks.quote.text.startswith(
        "Doelen De doelen in het veiligheidsplan zijn geprioriteerd"
    )
    assert fourth.rules and fourth.rules.quote.text.startswith(
        "Om positief te beoordelen zijn er door de professional doelen vastgesteld. Deze doelen zijn SMART"
    )
    assert fourth.item().options == SCORES


def test_the_self_scan_of_one_report_says_only_what_that_report_prints(assistant: Assistant) -> None:
    nijmegen = selfscan(assistant.index, ("tsd-2019-nijmegen",))
    assert [one.number for one in nijmegen] == list(range(1, 13))
    assert [one.number for one in nijmegen if one.rules is None] == [4]
    assert selfscan(assistant.index, ("aef-2020-samenwerkingsafspraken",)) == ()


def test_the_summary_counts_the_scores_of_each_theme(assistant: Assistant) -> None:
    filled = {1: Filled(SCORES[0]), 2: Filled(SCORES[1], "geen instrument", "LIRIK invoeren"), 9: Filled(SCORES[0])}
    rows = summary_rows(selfscan(assistant.index), filled)
    assert [(row.theme.split()[0], row.counts, row.steps) for row in rows] == [
        ("Maatregelen", (1, 1, 2), ("LIRIK invoeren",)),
        ("Passende", (0, 0, 4), ()),
        ("Evaluatie", (1, 0, 3), ()),
    ]


def test_packs_are_kept_for_their_user_alone(tmp_path: Path, pack: Pack, assistant: Assistant) -> None:
    clock = iter(datetime(2026, 3, 2, tzinfo=UTC) + timedelta(days=day) for day in range(9))
    packs = Packs(tmp_path / "x.sqlite", lambda: next(clock))
    packs.save("token-1", pack)
    changed = swap(pack, pack.items[0].id)
    other = packs.save_as_new("token-1", changed)
    assert other.id != pack.id
    assert [(saved.id, saved.title, saved.items) for saved in packs.listed("token-1")] == [
        (other.id, pack.title, 50), (pack.id, pack.title, 50)
    ]  # fmt: skip
    assert packs.opened("token-1", other.id, assistant.index) == other
    assert packs.rename("token-1", pack.id, "Dinsdag", assistant.index).title == "Dinsdag"
    assert packs.opened("token-1", pack.id, assistant.index) == replace(pack, title="Dinsdag")
    assert packs.listed("token-2") == ()
    with pytest.raises(UsageError, match="there is no pack"):
        packs.opened("token-2", pack.id, assistant.index)


def test_a_deleted_pack_leaves_no_trace(tmp_path: Path, pack: Pack) -> None:
    file = tmp_path / "x.sqlite"
    packs = Packs(file)
    packs.save("geheim-token", rename(pack, "Herkenbaretitel"))
    held = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"Herkenbaretitel" in held and b"geheim-token" not in held
    packs.delete("geheim-token", pack.id)
    assert b"Herkenbaretitel" not in b"".join(path.read_bytes() for path in tmp_path.iterdir())
    with sqlite3.connect(file) as connection:
        assert connection.execute("SELECT count(*) FROM pack").fetchone() == (0,)


def test_an_edited_sentence_makes_exactly_the_items_stale_that_quote_it(pack: Pack, corpus: Path) -> None:
    sentence = "De professionals kunnen niet alleen de doelen in dit plan lezen"
    file = corpus / "reports" / "tsd-2020-landelijk.txt"
    text = file.read_bytes().decode()
    assert text.count(sentence) == 1
    file.write_bytes(text.replace(sentence, sentence.replace("lezen", "bekijken")).encode())
    faults = check(pack, corpus)
    quoting = {item.id for item in pack.items for s in item.sources if sentence in s.quote.text}
    assert len(quoting) == 1
    assert {fault.item for fault in faults if fault.kind == "stale"} == quoting
    assert {fault.kind for fault in faults} == {"stale", "moved"}  # what stands behind the edit stands elsewhere now


def test_quotes_behind_an_inserted_line_have_moved_and_are_not_stale(pack: Pack, corpus: Path) -> None:
    quoted = {source.report.id for item in pack.items for source in item.sources}
    for report in load_catalogue(corpus):
        file = corpus / report.file
        file.write_bytes(b"Nieuw.\n\n" + file.read_bytes())
    faults = check(pack, corpus)
    assert {fault.kind for fault in faults} == {"moved"}
    assert {fault.report for fault in faults} == quoted
    assert len(faults) == sum(len(item.sources) for item in pack.items)


def test_a_report_that_is_gone_is_told(pack: Pack, corpus: Path) -> None:
    catalogue = corpus / "catalogue.toml"
    entries = catalogue.read_text(encoding="utf-8").split("[[report]]")
    kept = [entry for entry in entries if "tsd-2017-wijkteam" not in entry]
    catalogue.write_text("[[report]]".join(kept), encoding="utf-8")
    faults = check(pack, corpus)
    assert {(fault.kind, fault.report) for fault in faults} == {("missing", "tsd-2017-wijkteam")}


def test_words_that_no_source_holds_are_told_where_they_look_like_a_quote(pack: Pack) -> None:
    def with_text(part: str, **more: str) -> Pack:
        old = pack.of(part)[0]
        return pack.with_items(tuple(replace(item, **more) if item is old else item for item in pack.items))

    for spoiled in (
        with_text("valkuil", text="Dit staat nergens in het rapport."),
        with_text("doel", text="Na afloop weet u: “Dit staat nergens in het rapport.”"),
        with_text("begrip", answer="Dit staat nergens in het rapport."),
        with_text("stelling", feedback="“Dit staat nergens in het rapport.”"),
    ):
        (fault,) = check(spoiled, CORPUS)
        assert (fault.kind, fault.quote) == ("misquoted", "Dit staat nergens in het rapport.")


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        ("De regisseur heeft doorzettingsmacht nodig om de juiste zorg te organiseren.", True),
        ("Hierdoor is onvoldoende zicht op de problemen en behoeften van kinderen.", False),
        ("1 Zorg voor een adequate en volledige overdracht vanuit Veilig Thuis aan het team.", False),
        ("1G1P1R als beleidsambitie beschrijven betekent ook dat de uitvoering zichtbaar moet zijn.", True),
        ("De doelen in het plan.", False),
        ("Voor het delen van informatie verwijzen de inspecties naar www.kiezen-en-delen.nl.", False),
        ("Gezinsleden en professionals komen hierbij in samenwerking tot een gezamenlijk plan.", False),
    ],
)
def test_a_sentence_quoted_alone_means_something_alone(text: str, alone: bool) -> None:
    assert stands_alone(text) is alone
