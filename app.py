"""The chat in a browser: navigation, and the one place where a fault becomes a sentence on the screen."""

import streamlit as st

from assistant.database import FILE
from assistant.feedback import Feedback
from assistant.history import History
from ingest.settings import settings
from ui import bronnen, chat, gesprekken
from ui.access import may_manage, require_sign_in, show_account, user_id
from ui.pages import Pages
from ui.server import STATIC_FILES
from ui.start import assistant, builder, show_fault

MARK = str(STATIC_FILES / "merk.svg")


def main() -> None:
    """Draw the page that the address names."""
    st.set_page_config(page_title="Vraagbaak", page_icon=MARK, layout="centered")
    st.logo(MARK, size="large")
    require_sign_in()
    pages = Pages(
        chat=st.Page(_chat, title="Vragen", url_path="vragen", default=True),
        bronnen=st.Page(_reports, title="Bronnen", url_path="bronnen"),
        leermateriaal=st.Page(_learning, title="Leermateriaal", url_path="leermateriaal"),
        gesprekken=st.Page(_conversations, title="Gesprekken", url_path="gesprekken"),
    )
    managing = [
        st.Page(_evaluation, title="Evaluatie", url_path="evaluatie"),
        st.Page(_management, title="Beheer", url_path="beheer"),
    ]
    shown = [pages.chat, pages.bronnen, pages.leermateriaal, pages.gesprekken, *(managing if may_manage() else [])]
    page = st.navigation(shown, position="top")
    st.set_page_config(page_title=f"{page.title} · Vraagbaak", page_icon=MARK)
    st.session_state["pages"] = pages
    page.run()
    show_account()


def _pages() -> Pages:
    found: Pages = st.session_state["pages"]
    return found


def _chat() -> None:
    if "report" in st.query_params:  # a shared link opens the report
        st.switch_page(_pages().bronnen, query_params=st.query_params.to_dict())
    kept = settings().data / FILE
    chat.show(assistant(), History(kept), Feedback(kept), user_id())


def _reports() -> None:
    bronnen.show(assistant(), _pages().chat)


def _learning() -> None:
    """Draw the page of learning material; only who opens it waits for its makers to load."""
    from ui import leermateriaal

    leermateriaal.show(assistant(), settings().data / FILE, user_id())


def _conversations() -> None:
    gesprekken.show(History(settings().data / FILE), user_id(), _pages().chat)


def _evaluation() -> None:
    """Draw the evaluation page; only who opens it waits for the evals to load."""
    from ui import evaluatie

    evaluatie.show()


def _management() -> None:
    """Draw the management page; only who opens it waits for the readers of files to load."""
    from ui import beheer

    beheer.show(settings().corpus, assistant().index, builder())


try:
    main()
except Exception as error:
    show_fault(error)
