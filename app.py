"""The chat in a browser: navigation, and the one place where a fault becomes a sentence on the screen."""

import streamlit as st

from assistant.engine import Assistant
from ingest.errors import VraagbaakError
from ingest.settings import settings
from ui import bronnen, chat
from ui.dutch import speak_dutch


@st.cache_resource(show_spinner="Vraagbaak start…")
def assistant() -> Assistant:
    """Return the assistant that all sessions of this process share."""
    return Assistant(settings().index_folder, settings().corpus)


def show_evaluation() -> None:
    """Draw the evaluation page; only who opens it waits for the evals to load."""
    from ui import evaluatie

    evaluatie.show()


def main() -> None:
    """Draw the page that the address names."""
    st.set_page_config(page_title="Vraagbaak", page_icon="💬", layout="centered")
    speak_dutch()
    reading = st.Page(
        lambda: bronnen.show(assistant()), title="Bronnen", url_path="bronnen", icon=":material/menu_book:"
    )
    chatting = st.Page(lambda: chat.show(assistant(), reading), title="Vragen", default=True, icon=":material/chat:")
    measuring = st.Page(show_evaluation, title="Evaluatie", url_path="evaluatie", icon=":material/monitoring:")
    page = st.navigation([chatting, reading, measuring], position="top")
    try:
        if page is chatting and "report" in st.query_params:  # a shared link opens the report
            st.switch_page(reading, query_params=st.query_params.to_dict())
        page.run()
    except VraagbaakError as error:
        st.error(error.dutch)


main()
