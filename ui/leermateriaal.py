"""The page of learning material: choose a theme and for whom, get a lesson pack, and find the packs that are kept."""

from dataclasses import replace
from pathlib import Path

import streamlit as st

from assistant.answer import short_name
from assistant.engine import Assistant
from ingest.errors import UsageError
from learn.check import check
from learn.export.common import subtitle
from learn.pack import make_pack
from learn.records import AUDIENCES, MINUTES, PARTS, Wish
from learn.store import Packs, Saved
from learn.themes import ThemeNotFound, themes
from ui import lespakket
from ui.gesprekken import dutch_time
from ui.lespakket import Opened
from ui.marks import plain_label

OWN = "Een eigen vraag"
ABOUT = (
    "Vraagbaak maakt een lespakket uit de rapporten. Elk onderdeel heeft een bron die u kunt nalezen. "
    "U kunt alles vervangen, bewerken en weglaten."
)
NONE = "Er is nog geen pakket bewaard."


def show(assistant: Assistant, file: Path, user: str) -> None:
    """Draw the pack that this session works on, or that the address names (``?pakket=ID``); else the choice of one.

    :param file: the database that keeps packs.
    :param user: whose packs they are: the token of a browser, which a cookie keeps, or the id of a sign-in.
    :raises StoreError: the kept packs cannot be read or written.
    :raises CorpusError: a report of an older pack cannot be read.
    """
    packs = Packs(file)
    st.title("Leermateriaal", anchor=False)
    _open_linked(assistant, packs, user)
    opened = lespakket.current()
    if opened and not opened.away:
        st.button("← Alle pakketten", on_click=_leave)
        lespakket.show(packs, user)
        return
    st.write(ABOUT)
    if opened and not opened.kept:
        label = f"Ga verder met {_short(opened.pack.title)} (nog niet bewaard)"
        st.button(label, on_click=lespakket.put, args=(replace(opened, away=False), "", lespakket.BEGIN))
    _choice(assistant, opened.pack.wish if opened else None)
    _kept(assistant, packs, user)


def _open_linked(assistant: Assistant, packs: Packs, user: str) -> None:
    asked, opened = st.query_params.get("pakket"), lespakket.current()
    if not asked or (opened and opened.pack.id == asked and not opened.away):
        return
    try:
        _open(assistant, packs, user, asked)
    except UsageError as error:
        del st.query_params["pakket"]
        st.warning(error.dutch)


def _open(assistant: Assistant, packs: Packs, user: str, pack_id: str) -> None:
    """Open a kept pack; where the reports have changed since, find out which of its quotes do not stand any more."""
    pack = packs.opened(user, pack_id, assistant.index)
    changed = pack.index != assistant.index.manifest["fingerprint"]
    faults = check(pack, assistant.corpus) if changed else ()
    stale = frozenset(fault.item for fault in faults if fault.kind != "moved")
    lespakket.put(Opened(pack, kept=True, stale=stale), f"{pack.title}. {subtitle(pack)}.", lespakket.BEGIN)
    st.query_params["pakket"] = pack.id


def _leave() -> None:
    opened = lespakket.current()
    st.query_params.clear()
    if opened:
        lespakket.put(replace(opened, away=True, editing=""))


def _choice(assistant: Assistant, last: Wish | None) -> None:
    """Draw what to choose, the last wish filled in, and make the pack when asked to."""
    st.header("Maak een lespakket", anchor=False)
    wish = _wish(assistant, last)
    if not st.button("Maak een voorstel", type="primary"):
        return
    try:
        with st.spinner("Vraagbaak maakt een voorstel…"):
            pack = make_pack(assistant, wish)
    except (ThemeNotFound, UsageError) as error:
        st.warning(plain_label(error.dutch))
        return
    said = f"Het voorstel staat klaar: {len(pack.items)} items."
    lespakket.put(Opened(pack), said, lespakket.BEGIN)
    st.rerun()


def _wish(assistant: Assistant, last: Wish | None) -> Wish:
    names, reports = [theme.name for theme in themes(assistant)], assistant.index.reports
    before = last or Wish(names[0] if names else "")
    options = [*names, OWN]
    chosen = st.selectbox("Thema", options, options.index(before.theme) if before.theme in names else len(names))
    theme = chosen
    if chosen == OWN:
        typed = "" if before.theme in names else before.theme
        theme = st.text_input("Uw vraag of onderwerp", typed, max_chars=300, placeholder="Bijvoorbeeld: huisverbod")
    known = list(AUDIENCES)
    audience = st.selectbox("Voor wie", known, known.index(before.audience), format_func=AUDIENCES.__getitem__)
    minutes = st.radio(
        "Tijd", MINUTES, MINUTES.index(before.minutes), format_func=lambda many: f"{many} minuten", horizontal=True
    )
    wanted = st.pills(
        "Rapporten (kiest u niets, dan alle)",
        list(reports),
        selection_mode="multi",
        default=[name for name in before.reports if name in reports],
        format_func=lambda name: short_name(reports[name]),
    )
    parts = st.pills(
        "Wat erin komt", list(PARTS), selection_mode="multi", default=before.parts, format_func=PARTS.__getitem__
    )
    return Wish(theme, audience, minutes, tuple(wanted), tuple(part for part in PARTS if part in parts))


def _kept(assistant: Assistant, packs: Packs, user: str) -> None:
    st.header("Uw bewaarde pakketten", anchor=False)
    saved = packs.listed(user)
    if not saved:
        st.caption(NONE)
    for one in saved:
        with st.container(border=True):
            _saved(assistant, packs, user, one)


def _saved(assistant: Assistant, packs: Packs, user: str, saved: Saved) -> None:
    name = _short(saved.title)
    st.markdown(f"**{plain_label(saved.title)}**")
    st.caption(f"{dutch_time(saved.updated)} · {saved.items} items")
    with st.container(horizontal=True):
        if st.button(f"Open {name}", key=f"les-open-{saved.id}"):
            _open(assistant, packs, user, saved.id)
            st.rerun()
        with st.popover(f"Wis {name}", key=f"les-wis-{saved.id}"):
            st.write("U krijgt het pakket niet terug.")
            if st.button(f"Ja, wis {name}", key=f"les-wis-ja-{saved.id}"):
                packs.delete(user, saved.id)
                st.rerun()


def _short(title: str) -> str:
    return f"‘{plain_label(title if len(title) <= 40 else title[:39].rstrip() + '…')}’"
