"""The management page: add a report, see which there are, correct their kinds, put them away and remove them."""

from datetime import datetime
from html import escape
from pathlib import Path

import streamlit as st

from assistant.index import Index
from assistant.writing import long_date
from ingest.added.details import Correction, read_corrections
from ingest.added.metadata import Metadata
from ingest.added.reports import correct, describe, put_away, remove, restore
from ingest.added.store import LIVE, Entry, entries, folder_of
from ingest.errors import DocumentError, UsageError, VraagbaakError
from ingest.passages import read_passages
from ingest.records import Passage
from ops.watch import managed
from ui import beheer_nieuw, beheer_soorten
from ui.marks import announce, plain_label
from ui.originals import original_html
from ui.start import Builder

SHORT = 40  # characters of a title in the label of a button
STATES = {"live": "in gebruik", "put_away": "weggezet"}
BUSY = "Vraagbaak werkt de zoekindex bij. Tot dat klaar is, antwoordt Vraagbaak uit de vorige."
FAILED = "De zoekindex kon niet worden bijgewerkt. Vraagbaak antwoordt uit de vorige."
SURE = "Het bestand en alle passages worden gewist. U krijgt ze alleen terug door het rapport opnieuw toe te voegen."
GIVEN = "De rapporten die bij Vraagbaak horen, kunt u hier niet wijzigen."


def show(corpus: Path, index: Index, building: Builder) -> None:
    """Draw the page.

    :raises CorpusError: what is kept of the reports cannot be read.
    """
    st.title("Beheer", anchor=False)
    st.write("Voeg rapporten toe waaruit Vraagbaak antwoordt, en beheer de rapporten die er zijn.")
    with st.container():  # always there, so that what comes and goes in it leaves open what is open below
        _show_news(building)
    with st.container():
        _show_building(building)
    st.header("Rapport toevoegen", anchor=False)
    if added := beheer_nieuw.show(corpus):
        managed("added", added.original_sha256)
        building.begin()
        _tell(f"‘{added.title}’ is toegevoegd. Zodra de zoekindex is bijgewerkt, kunt u er vragen over stellen.")
    st.header("Rapporten", anchor=False)
    _show_given(index)
    there = entries(corpus)
    if not there:
        st.write("Er is nog geen rapport toegevoegd.")
    for entry in there:
        _show_entry(corpus, entry, index, building)


def _show_news(building: Builder) -> None:
    """Draw what was done last, until the index that follows from it is there and the reader goes on."""
    told = st.session_state.get("beheer-melding", "")
    if not told:
        return
    st.success(plain_label(told))
    if st.session_state.get("beheer-gezegd") != told:
        announce(told)
    st.session_state["beheer-gezegd"] = told
    if not building.busy:
        del st.session_state["beheer-melding"], st.session_state["beheer-gezegd"]


def _show_building(building: Builder) -> None:
    if building.busy:
        st.write(BUSY)
        _show_progress(building)
    elif building.error:
        reason = building.error.dutch if isinstance(building.error, VraagbaakError) else ""
        st.error(plain_label(f"{FAILED} {reason}".strip()))
        st.button("Probeer het opnieuw", on_click=building.begin)


@st.fragment(run_every=0.5)
def _show_progress(building: Builder) -> None:
    if not building.busy:
        st.rerun()
    st.progress(building.part, building.step)


def _show_given(index: Index) -> None:
    rows = "".join(
        f"<tr><th scope='row'>{escape(report.title)}</th><td>{escape(report.publisher)}</td><td>{report.year}</td></tr>"
        for report in index.reports.values()
        if not report.original
    )
    head = "".join(f'<th scope="col">{name}</th>' for name in ("Titel", "Uitgever", "Jaar"))
    with st.expander("Rapporten die bij Vraagbaak horen"):
        st.write(GIVEN)
        st.html(
            '<div class="vb-tabel" role="region" tabindex="0" aria-label="Rapporten die bij Vraagbaak horen">'
            f'<table class="vb-gegevens"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
        )


def _state(entry: Entry, index: Index) -> str:
    """Return a report's state in words, also where the index does not follow it yet."""
    served = index.reports.get(entry.id)
    if entry.state == LIVE and (served is None or served.file != entry.report().file):
        return "nog niet in de zoekindex"
    return STATES[entry.state]


def _show_entry(corpus: Path, entry: Entry, index: Index, building: Builder) -> None:
    corrections = read_corrections(folder_of(corpus, entry.id))
    passages = _passages(corpus, entry, corrections)
    short = entry.title if len(entry.title) <= SHORT else entry.title[: SHORT - 1].rstrip() + "…"
    name = f"‘{plain_label(short)}’"
    with st.expander(f"{plain_label(entry.title)} ({entry.year}), {_state(entry, index)}", key=f"rapport-{entry.id}"):
        st.html(_facts_html(entry, len(passages)))
        with st.container(horizontal=True):
            live = entry.state == LIVE
            if st.button(f"Zet {name} {'weg' if live else 'terug'}", key=f"stand-{entry.id}", wrap=True):
                (put_away if live else restore)(corpus, entry.id)
                managed("put_away" if live else "restored", entry.original_sha256)
                building.begin()
                _tell(f"‘{entry.title}’ is {'weggezet. Er komt geen antwoord meer uit' if live else 'teruggezet'}.")
            if st.button(f"Verwijder {name}", key=f"weg-{entry.id}", wrap=True):
                st.session_state["beheer-vraag"] = entry.id
        if st.session_state.get("beheer-vraag") == entry.id:
            _ask_to_remove(corpus, entry, building)
        if st.toggle(f"Wijzig de gegevens van {name}", key=f"gegevens-{entry.id}"):
            _describe(corpus, entry, building)
        if st.toggle(f"Wijzig de soorten van {name}", key=f"soorten-{entry.id}"):
            _correct_kinds(corpus, entry, passages, corrections, building)


@st.cache_data(max_entries=1000, show_spinner=False, hash_funcs={Entry: lambda entry: entry.report().__dict__})
def _passages(corpus: Path, entry: Entry, corrections: tuple[Correction, ...]) -> tuple[Passage, ...]:
    return read_passages(corpus, entry.report())[1]


def _facts_html(entry: Entry, passages: int) -> str:
    facts = {
        "Uitgever": entry.publisher,
        "Datum": entry.date,
        "Plaats": entry.place,
        "Regio": entry.region,
        "Bestand": entry.original_name,
        "Bladzijden": str(entry.page_count or ""),
        "Passages": str(passages),
        "Toegevoegd op": long_date(datetime.fromisoformat(entry.added).date()),
        "Controlegetal (sha256)": entry.original_sha256[:12],
    }
    rows = "".join(f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in facts.items() if value)
    link = f'<p class="vb-knoppen">{original_html(entry.report())}</p>' if entry.state == LIVE else ""
    return f'<dl class="vb-feiten">{rows}</dl>{link}'


def _ask_to_remove(corpus: Path, entry: Entry, building: Builder) -> None:
    st.warning(SURE)
    with st.container(horizontal=True):
        yes = st.button("Ja, verwijder dit rapport", key=f"ja-{entry.id}", type="primary")
        no = st.button("Nee, laat het staan", key=f"nee-{entry.id}")
    if yes or no:
        del st.session_state["beheer-vraag"]
    if yes:
        remove(corpus, entry.id)
        managed("removed", entry.original_sha256)
        building.begin()
        _tell(f"‘{entry.title}’ is verwijderd.")
    if no:
        st.rerun()


def _describe(corpus: Path, entry: Entry, building: Builder) -> None:
    date = "" if entry.date == str(entry.year) else entry.date
    with st.form(f"gegevens-van-{entry.id}"):
        known = Metadata(entry.title, entry.publisher, entry.year, entry.place, entry.region, date)
        filled = beheer_nieuw.ask_metadata(known)
        if not st.form_submit_button("Bewaar de gegevens"):
            return
    try:
        described = describe(corpus, entry.id, filled)
    except (UsageError, DocumentError) as error:
        st.error(plain_label(error.dutch))
        return
    managed("changed", entry.original_sha256)
    building.begin()
    _tell(f"De gegevens van ‘{described.title}’ zijn gewijzigd.")


def _correct_kinds(
    corpus: Path, entry: Entry, passages: tuple[Passage, ...], corrections: tuple[Correction, ...], building: Builder
) -> None:
    changed = beheer_soorten.show(passages, corrections, entry.id)
    if changed != corrections:
        correct(corpus, entry.id, changed)
        managed("kinds", entry.original_sha256)
        building.begin()
        _tell("De soort is gewijzigd.")


def _tell(message: str) -> None:
    """Draw the page again with a message above it."""
    st.session_state["beheer-melding"] = message
    st.rerun()
