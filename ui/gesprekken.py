"""The page of kept conversations: switch keeping on and off, and find, open, rename and delete what is kept."""

from datetime import datetime
from html import escape
from typing import Any

import streamlit as st

from assistant.database import owner
from assistant.feedback import Feedback
from assistant.history import Conversation, History
from learn.store import Packs
from ui import talk
from ui.access import TOKEN
from ui.marks import plain_label

DAYS, USUAL_DAYS = (7, 30, 90, 365), 30
AT_ONCE = 20  # conversations that are listed before the reader asks for more
SHORT = 40  # characters of a title in the label of a button
MONTHS = "januari februari maart april mei juni juli augustus september oktober november december".split()
OFF = (
    "Vraagbaak bewaart uw gesprekken nu niet. Zet bewaren alleen aan op een computer die u niet met anderen deelt: "
    "wie na u deze browser gebruikt, kan uw gesprekken lezen."
)
OFF_SIGNED_IN = (
    "Vraagbaak bewaart uw gesprekken nu niet. Zet u bewaren aan, dan vindt u ze hier terug als u bent aangemeld."
)


def show(history: History, user: str, chat_page: Any) -> None:
    """Draw the page.

    :param user: whose conversations they are: the token of a browser, which a cookie keeps, or the id of a sign-in.
    :param chat_page: the page that opens a conversation, named in its address: ``?gesprek=ID``.
    :raises StoreError: the conversations cannot be read or written.
    """
    st.title("Gesprekken", anchor=False)
    days = history.switched_on(user)
    if _is_browser(user):  # each visit renews the cookie, which kept lesson packs need too
        keeps = days or Packs(history.path).listed(user)
        st.html(f'<span data-koekje="{user if keeps else ""}"></span>')
    if told := st.session_state.pop("gesprekken-melding", ""):
        st.success(told)
    if days is None:
        _switch_on(history, user)
        return
    _conversations(history, user, chat_page)
    _keeping(history, user, days)


def _switch_on(history: History, user: str) -> None:
    on_this_computer = _is_browser(user)
    st.write(OFF if on_this_computer else OFF_SIGNED_IN)
    days = st.selectbox("Hoe lang bewaren", DAYS, DAYS.index(USUAL_DAYS), format_func=_days_text, key="dagen-aan")
    label = "Bewaar mijn gesprekken op deze computer" if on_this_computer else "Bewaar mijn gesprekken"
    if st.button(label, type="primary"):
        history.switch_on(user, days)
        _tell("Bewaren staat aan.")


def _conversations(history: History, user: str, chat_page: Any) -> None:
    search = st.text_input("Zoek in uw gesprekken", key="zoek-gesprek", type="search", placeholder="Typ een woord")
    found = history.listed(user, search)
    if search:
        count = _count(len(found), "gesprek", "gesprekken") + " gevonden"
        st.caption(count)
        st.html(f'<span data-nieuws="{count}" data-keer="{escape(search)}"></span>')
    elif not found:
        st.info("Er is nog geen gesprek bewaard. Stel een vraag. Het gesprek komt dan hier te staan.")
    shown = st.session_state.setdefault("gesprekken-getoond", AT_ONCE)
    for conversation in found[:shown]:
        with st.container(border=True):
            _conversation(history, user, conversation, chat_page)
    if len(found) > shown and st.button("Toon meer gesprekken"):
        st.session_state["gesprekken-getoond"] = shown + AT_ONCE
        st.rerun()


def _conversation(history: History, user: str, kept: Conversation, chat_page: Any) -> None:
    st.page_link(chat_page, label=f"**{plain_label(kept.title)}**", query_params={"gesprek": kept.id})
    st.caption(f"{dutch_time(kept.updated)} · {_count(kept.questions, 'vraag', 'vragen')}")
    short = kept.title if len(kept.title) <= SHORT else kept.title[: SHORT - 1].rstrip() + "…"
    name = f"‘{plain_label(short)}’"
    with st.popover(f"Wijzig of wis {name}"):
        title = st.text_input(f"Nieuwe naam voor {name}", kept.title, key=f"naam-{kept.id}-{kept.title}")
        if st.button(f"Bewaar de naam van {name}", key=f"hernoem-{kept.id}", wrap=True):
            history.rename(user, kept.id, str(title))
            _tell("De naam is gewijzigd.")
        if st.button(f"Wis {name}", key=f"wis-{kept.id}", wrap=True):
            history.delete(user, kept.id)
            if st.session_state.get("conversation") == kept.id:
                talk.begin()  # its next question would keep the conversation again
            _tell("Het gesprek is gewist.")


def _keeping(history: History, user: str, days: int) -> None:
    st.header("Bewaren", anchor=False)
    choices = sorted({*DAYS, days})
    chosen = st.selectbox("Hoe lang bewaren", choices, choices.index(days), format_func=_days_text, key="dagen")
    st.caption("Een gesprek wordt gewist als u er zo lang geen vraag in stelt.")
    if chosen != days:
        history.switch_on(user, chosen)
        _tell(f"Uw gesprekken blijven nu {_days_text(chosen)} bewaard.")
    if _confirmed(
        "wis-alles", "Wis alles", "Alle bewaarde gesprekken en uw oordelen worden gewist. U krijgt ze niet terug."
    ):
        history.delete_all(user)
        Feedback(history.path).forget(owner(user))
        talk.begin()
        _tell("Alle gesprekken zijn gewist.")
    if _confirmed("uit", "Zet bewaren uit", "Vraagbaak bewaart dan niets meer en wist alle bewaarde gesprekken."):
        history.switch_off(user)
        Feedback(history.path).forget(owner(user))
        _tell("Bewaren staat uit. Alle gesprekken zijn gewist.")


def _confirmed(key: str, label: str, question: str) -> bool:
    """Draw a button that asks before it does; tell whether the reader said yes."""
    if st.button(label, key=key):
        st.session_state["gesprekken-vraag"] = key
    if st.session_state.get("gesprekken-vraag") != key:
        return False
    st.warning(question)
    yes = st.button(f"Ja, {label[0].lower()}{label[1:]}", key=f"{key}-ja", type="primary")
    if yes or st.button("Nee, laat alles staan", key=f"{key}-nee"):
        del st.session_state["gesprekken-vraag"]
        if not yes:
            st.rerun()
    return yes


def _is_browser(user: str) -> bool:
    return TOKEN.fullmatch(user) is not None


def _tell(message: str) -> None:
    """Draw the page again with a message above it."""
    st.session_state["gesprekken-melding"] = message
    st.rerun()


def dutch_time(moment: datetime) -> str:
    """Return a moment as Dutch readers write it, in the time of this machine: 25 november 2025, 14.05 uur."""
    here = moment.astimezone()
    return f"{here.day} {MONTHS[here.month - 1]} {here.year}, {here:%H.%M} uur"


def _days_text(days: int) -> str:
    return "1 jaar" if days == 365 else f"{days} dagen"


def _count(number: int, one: str, more: str) -> str:
    return f"{number} {one if number == 1 else more}"
