"""The choice between the reports' own sentences and a language model's, and the answer as the model writes it."""

from collections.abc import Callable
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from assistant.engine import Assistant
from assistant.index import Index
from assistant.records import Answer
from ingest.errors import UsageError
from ingest.remote.fetch import corpus_of
from ingest.settings import settings
from ops.watch import writing
from ui.marks import plain_label, text_html

if TYPE_CHECKING:
    from assistant.writer import Writer

LITERAL, WRITTEN = "Letterlijke passages", "Samengevat door een model"
WRITING = "Het taalmodel schrijft een samenvatting. Elke zin wordt getoetst voordat u hem ziet."
GOES_OUT = (
    "Uw vraag, zonder de persoonsgegevens die Vraagbaak herkent, en passages uit de rapporten gaan dan naar {where}. "
    "Dit geldt voor deze sessie."
)


def writer(assistant: Assistant) -> "Writer | None":
    """Return what lets the model of the settings write; None where none is set, with a sentence where it cannot."""
    if not settings().model:
        return None
    try:
        return _writer(assistant.index)
    except UsageError as error:
        st.html(text_html(f"{error.dutch} U krijgt de letterlijke passages.", "vb-gezocht"))
        return None


@st.cache_resource(show_spinner=False, hash_funcs={Index: lambda index: index.name})
def _writer(index: Index) -> "Writer":
    from assistant.ground import Ground  # only who sets a model waits for all this to load
    from assistant.writer import Writer

    return Writer(settings(), Ground(index, corpus_of(index.path, settings().corpus)).check)


def chosen(able: "Writer | None") -> bool:
    """Draw the choice, where there is one; tell whether the model may write."""
    if able is None:
        return False
    name = f"{WRITTEN}: {able.name}, {able.where}"
    picked = st.segmented_control(
        "Antwoorden",
        [LITERAL, WRITTEN],
        default=st.session_state.get("antwoorden", LITERAL),
        required=True,
        key="antwoordkeuze",
        format_func=lambda way: way if way == LITERAL else plain_label(name),
        label_visibility="collapsed",
    )
    st.session_state["antwoorden"] = picked
    if picked != WRITTEN:
        return False
    if not able.asks_first or st.session_state.get("model-mag"):
        return True
    st.html(text_html(GOES_OUT.format(where=able.where), "vb-gezocht"))
    st.button("Akkoord", key="model-akkoord", on_click=partial(st.session_state.__setitem__, "model-mag", True))
    return False


def may_send() -> bool:
    """Tell whether texts may go to the model of the settings without asking first: it is here, or the user agreed."""
    if not settings().model:
        return False
    from ingest.chat_model import is_local

    allowed = settings().model_remote == "allow" or bool(st.session_state.get("model-mag"))
    return is_local(settings()) or (settings().model_remote != "forbid" and allowed)


def write(
    able: "Writer", answer: Answer, index: Index, keep: Callable[[Answer], None], draw: Callable[[], str]
) -> None:
    """Draw the answer as it grows; every form of it is kept first, so that a reader who stops loses nothing.

    :param keep: takes the answer that stands now; ``draw`` returns its HTML.
    """
    place: Any = st.empty()
    shown = answer
    place.html(draw() + text_html(WRITING, "vb-gezocht"))
    with closing(writing(able.write(answer, index))) as growing:
        for found in growing:
            if found != shown:
                shown = found
                keep(found)
                place.html(draw())
    place.html(draw())
