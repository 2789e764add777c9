"""A lesson pack on the screen: its parts one at a time, and per item a swap, an edit, a move and a way out."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from html import escape

import streamlit as st

from assistant.cite import reference
from ingest.errors import VraagbaakError
from learn import edit
from learn.export import common
from learn.order import running_order
from learn.records import PARTS, Item, Pack
from learn.store import Packs
from ui import lesbestanden
from ui.access import TOKEN
from ui.lesitem import card_id, folded, item_html, item_name, order_html
from ui.marks import announce, bring_into_view, plain_label
from ui.model import may_send
from ui.start import assistant

KEY, SAID = "lespakket", "lespakket-gezegd"
BEGIN = "les-begin"  # the element that says what the pack is; a new pack begins there
HERE = (
    "Een bewaard pakket hoort bij deze browser. Bewaar het alleen op een computer die u niet met anderen deelt: wie na "
    "u deze browser gebruikt, kan het lezen."
)
SIGNED_IN = "Een bewaard pakket vindt u hier terug als u bent aangemeld."
KEPT = "Dit pakket is bewaard. Wat u wijzigt, wordt meteen bewaard."
EMPTY = "Er staat niets meer in dit pakket. Maak de laatste wijziging ongedaan of maak een nieuw pakket."


@dataclass(frozen=True)
class Opened:
    """The pack that this session works on.

    ``before`` is the pack as it was before the last change; ``stale`` are ids of items with a quote that does not
    stand any more, ``editing`` is the id of the item whose text is being changed. ``away``: the reader went back to
    the choice of packs.
    """

    pack: Pack
    kept: bool = False
    before: Pack | None = None
    stale: frozenset[str] = frozenset()
    editing: str = ""
    away: bool = False


def current() -> Opened | None:
    """Return the pack that this session works on; None where there is none."""
    found: Opened | None = st.session_state.get(KEY)
    return found


def put(opened: Opened, said: str = "", focus: str = "") -> None:
    """Set what this session works on.

    :param said: what a screen reader says of it.
    :param focus: the id of the element that comes into view.
    """
    st.session_state[KEY] = opened
    st.session_state[SAID] = (said, focus)


@st.fragment
def show(packs: Packs, user: str) -> None:
    """Draw the pack of this session.

    :param user: whose packs they are: the token of a browser, which a cookie keeps, or the id of a sign-in.
    """
    opened = current()
    if opened is None:
        return
    desk = _Desk(packs, user)
    _notes(opened)
    _keeping(opened, desk)
    _overview(opened.pack)
    _parts(opened, desk)
    said, focus = st.session_state.pop(SAID, ("", ""))
    if said:
        announce(said)
    if focus:
        bring_into_view(focus, "start" if focus == BEGIN else "center")


@dataclass(frozen=True)
class _Desk:
    """Where changes are made: in the session, and where the pack is kept in the store."""

    packs: Packs
    user: str

    def change(self, make: Callable[[Pack], Pack], said: str = "", item: Item | None = None) -> None:
        """Change the pack, of which ``item`` or what takes its place comes into view; a fault is shown above it."""
        opened = st.session_state[KEY]
        try:
            pack = make(opened.pack)
            if opened.kept:
                self.packs.save(self.user, pack)
        except VraagbaakError as error:
            st.session_state["lespakket-fout"] = error.dutch
            return
        focus = _next_to(item, opened.pack, pack) if item else ""
        put(replace(opened, pack=pack, before=opened.pack, editing=""), said, focus)

    def reword(self) -> None:
        """Let the model of the settings put goals and questions in plainer words, each checked."""
        from learn.wording import reword  # only who sets a model waits for the check to load

        done = {}

        def make(pack: Pack) -> Pack:
            changed, done["kept"], done["refused"] = reword(pack, assistant())
            return changed

        self.change(make)
        if done:
            told = f"{done['kept']} teksten geherformuleerd, {done['refused']} voorstellen van het model afgewezen."
            st.session_state[SAID] = (told, "")
            st.session_state["lespakket-model"] = told

    def undo(self) -> None:
        """Put the pack back as it was before the last change."""
        before = st.session_state[KEY].before
        self.change(lambda _: before, "De laatste wijziging is ongedaan gemaakt.")
        st.session_state[KEY] = replace(st.session_state[KEY], before=None)

    def keep(self) -> None:
        """Keep the pack for this user, and name it in the address."""
        opened = st.session_state[KEY]
        try:
            pack = self.packs.save_as_new(self.user, opened.pack)
        except VraagbaakError as error:
            st.session_state["lespakket-fout"] = error.dutch
            return
        st.query_params["pakket"] = pack.id
        put(replace(opened, pack=pack, kept=True, before=None), "Het pakket is bewaard.")


def _next_to(item: Item, old: Pack, new: Pack) -> str:
    """Return the id of the item's card, or of the card that now stands in its place."""
    left = new.of(item.part)
    if not left:
        return BEGIN
    place = min([one.id for one in old.of(item.part)].index(item.id), len(left) - 1)
    return card_id(next((one for one in left if one.id == item.id), left[place]))


def _notes(opened: Opened) -> None:
    pack = opened.pack
    about = f"{common.subtitle(pack)}. {len(pack.items)} items."
    st.html(f'<p class="vb-les-begin" id="{BEGIN}" tabindex="-1">{escape(about)}</p>')
    if fault := st.session_state.pop("lespakket-fout", ""):
        st.error(plain_label(fault))
    if pack.note:
        st.info(plain_label(pack.note))
    if stale := [item for item in pack.items if item.id in opened.stale]:
        names = ", ".join(dict.fromkeys(PARTS[item.part] for item in stale))
        st.warning(
            "De rapporten zijn veranderd sinds dit pakket is gemaakt. "
            f"Het citaat staat niet meer zo in het rapport bij {len(stale)} van de items ({names})."
        )


def _keeping(opened: Opened, desk: _Desk) -> None:
    key = f"les-naam-{opened.pack.id}-{opened.pack.title}"
    rename = partial(_rename, desk, key)
    st.text_input("Naam van het pakket", opened.pack.title, key=key, on_change=rename)
    in_browser = TOKEN.fullmatch(desk.user) is not None
    with st.container(horizontal=True, key="les-bewaar"):
        if not opened.kept:
            st.button("Bewaar dit pakket", on_click=desk.keep, type="primary")
        if opened.pack.items:
            lesbestanden.show(opened.pack)
        if opened.pack.items and may_send():
            st.button("Laat het taalmodel doelen en vragen herformuleren", on_click=desk.reword)
        if opened.before:
            st.button("Maak de laatste wijziging ongedaan", on_click=desk.undo)
    if told := st.session_state.pop("lespakket-model", ""):
        st.caption(told)
    st.caption(KEPT if opened.kept else HERE if in_browser else SIGNED_IN)
    if opened.kept and in_browser:  # each visit renews the cookie
        st.html(f'<span data-koekje="{desk.user}"></span>')


def _rename(desk: _Desk, key: str) -> None:
    title = str(st.session_state[key])
    desk.change(lambda pack: edit.rename(pack, title), "De naam is gewijzigd.")


def _overview(pack: Pack) -> None:
    if not pack.items:
        st.info(EMPTY)
        return
    listed = "".join(f"<li>{escape(reference(report))}</li>" for report in common.reports(pack))
    order = folded(f"Draaiboek: {pack.wish.minutes} minuten", order_html(running_order(pack)))
    st.html(f'<div class="vb-les-vooraf">{order}{folded("Bronnen van dit pakket", f"<ul>{listed}</ul>")}</div>')


def _parts(opened: Opened, desk: _Desk) -> None:
    pack = opened.pack
    parts = [part for part in PARTS if pack.of(part)]
    if not parts:
        return
    chosen = st.pills(
        "Onderdeel", parts, required=True, default=parts[0], format_func=PARTS.__getitem__, key=f"les-deel-{pack.id}"
    )
    part = chosen if chosen in parts else parts[0]
    items = pack.of(part)
    st.html(f'<h2 class="vb-les-deel">{PARTS[part]} ({len(items)})</h2>')
    for number, item in enumerate(items, 1):
        if item.id == opened.editing:
            _editor(item, number, desk)
        else:
            st.html(item_html(item, number, item.id in opened.stale))
            _controls(pack, item, number, desk)


def _controls(pack: Pack, item: Item, number: int, desk: _Desk) -> None:
    """Draw the buttons of an item. Each name says which item it is of; leer.css hides what stands in *emphasis*."""
    items, name = pack.of(item.part), item_name(item, number)
    title = name[:1].upper() + name[1:]

    def button(label: str, make: Callable[[Pack, str], Pack], said: str, disabled: bool = False) -> None:
        args = (lambda pack: make(pack, item.id), f"{title} {said}", item)
        key = f"les-{label}-{item.id}"
        st.button(f"{label} *{name}*", key, on_click=desk.change, args=args, disabled=disabled)

    with st.container(horizontal=True, gap="xsmall", key=f"les-knoppen-{item.id}"):
        if _begins_what_is_swapped(items, number):
            button("Vervang", edit.swap, "is vervangen.", not any(one.part == item.part for one in pack.spare))
        st.button(f"Bewerk *{name}*", f"les-Bewerk-{item.id}", on_click=_edit, args=(item,))
        button("Omhoog", partial(edit.move, steps=-1), "staat nu een plaats hoger.", number == 1)
        button("Omlaag", partial(edit.move, steps=1), "staat nu een plaats lager.", number == len(items))
        button("Weg", edit.drop, "is uit het pakket gehaald.")


def _begins_what_is_swapped(items: tuple[Item, ...], number: int) -> bool:
    """Tell whether the item can be swapped: of a case, which is swapped whole, only its first step."""
    item = items[number - 1]
    return item.part != "casus" or item.theme not in (one.theme for one in items[: number - 1])


def _edit(item: Item | None) -> None:
    opened = st.session_state[KEY]
    put(replace(opened, editing=item.id if item else ""), focus=card_id(item) if item else "")


def _editor(item: Item, number: int, desk: _Desk) -> None:
    name, key = item_name(item, number), f"les-tekst-{item.id}"
    st.html(f'<h3 class="vb-les-bewerk" id="{card_id(item)}" tabindex="-1">Bewerk {name}</h3>')
    with st.form(f"les-formulier-{item.id}"):
        st.text_area(f"Tekst van {name}", item.text, 200, key=key)
        st.caption("Wat u wijzigt, is geen citaat meer. De bron blijft erbij staan.")
        with st.container(horizontal=True):
            st.form_submit_button("Bewaar", on_click=_save, args=(desk, item, number, key), type="primary")
            st.form_submit_button("Annuleer", on_click=_edit, args=(None,))


def _save(desk: _Desk, item: Item, number: int, key: str) -> None:
    words, name = str(st.session_state[key]), item_name(item, number)
    desk.change(lambda pack: edit.edit(pack, item.id, words), f"{name[:1].upper()}{name[1:]} is gewijzigd.", item)
