"""From an empty, old or damaged index to an assistant, shown on the page as it goes; and the screen of a fault."""

import gc
import logging
import secrets
import threading
from pathlib import Path

import streamlit as st

from assistant.engine import Assistant
from ingest.added.renew import renew
from ingest.errors import CorpusError, IndexDamaged, IndexFault, VraagbaakError
from ingest.settings import settings
from ingest.store import IndexFolder, need_current
from ops.metrics import count_fault
from ui.access import may_manage

log = logging.getLogger("vraagbaak")
FIRST_TIME = "Vraagbaak leest de rapporten en maakt de zoekindex. Daarna kunt u vragen stellen."
BROKEN = "De zoekindex is beschadigd. Vraagbaak kan haar opnieuw maken uit de rapporten. Er gaat niets verloren."
NOT_RENEWED = "De zoekindex kon niet worden vernieuwd. Vraagbaak zoekt in de vorige."
UNEXPECTED = "Er ging iets mis. Laad de pagina opnieuw. Blijft het misgaan, geef uw beheerder dan deze code: {code}"
AGAIN = "Probeer het opnieuw"
ANEW = "Maak de zoekindex opnieuw"
STEPS = {  # ingest's own names of its steps, in their order
    "rapporten lezen": "Rapporten lezen",
    "woorden indexeren": "Woorden indexeren",
    "betekenis indexeren (passages)": "Passages indexeren",
    "betekenis indexeren (questions)": "Vragen indexeren",
    "betekenis indexeren (sentences)": "Zinnen indexeren",
    "opslaan": "Opslaan",
    "naar de server": "Naar de Chroma-server sturen",
}


class Builder:
    """Builds the index in a thread of its own, one build at a time; every session of the process sees how far it is.

    ``busy`` tells whether one runs now; ``error`` is what ended the last one, None where that ended well.
    """

    def __init__(self, corpus: Path, index: Path) -> None:
        self.corpus = corpus
        self.index = index
        self.step, self.part = next(iter(STEPS.values())), 0.0
        self.error: Exception | None = None
        self.busy = self._again = False
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    @property
    def begun(self) -> bool:
        """Tell whether a build was ever begun."""
        return self._thread is not None

    def begin(self, anew: bool = False) -> None:
        """Begin a build; where one runs another follows it, for the corpus may have changed since that one read it.

        :param anew: build also where the index that serves looks whole: who asked could not open it.
        """
        with self._lock:
            self._again = self.busy
            if not self.busy:
                self.busy = True
                self._thread = threading.Thread(target=self._build, args=(anew,), name="build-index", daemon=True)
                self._thread.start()

    def _build(self, anew: bool) -> None:
        while True:
            self.error = None
            try:
                if not renew(self.corpus, self.index, settings().embedder, self._tell) and anew:
                    folder = IndexFolder(self.index)
                    (folder.build_path(need_current(folder)) / "manifest.json").unlink(missing_ok=True)
                    renew(self.corpus, self.index, settings().embedder, self._tell)
            except Exception as error:  # the page shows it: a thread has nobody else to tell
                self.error = error
            with self._lock:
                if not self._again:
                    self.busy = False
                    return
                self._again = anew = False

    def _tell(self, step: str, done: int, total: int) -> None:
        number = list(STEPS).index(step)
        self.step, self.part = STEPS[step], (number + (done / total if total else 1.0)) / len(STEPS)


@st.cache_resource(show_spinner=False)
def builder() -> Builder:
    """Return the builder that all sessions of this process share."""
    return Builder(settings().corpus, settings().index_folder)


@st.cache_resource(show_spinner="Vraagbaak start…")
def opened() -> Assistant:
    """Return the assistant that all sessions of this process share.

    :raises IndexFault, CorpusError: there is none that can be opened; nothing of that is kept.
    """
    found = Assistant(settings().index_folder, settings().corpus)
    # What the index holds stays for long: the garbage collector need not walk it again and again. An index that another
    # one replaces goes without it, for nothing in it holds it.
    gc.collect()
    gc.freeze()
    return found


def assistant() -> Assistant:
    """Return the assistant; where there is none yet, draw how far its index is and end the run.

    An index that can be opened serves at once, while it is brought up to date in the background.

    :raises VraagbaakError: the index is damaged or cannot be made; ``show_fault`` then offers to make it anew.
    """
    building = builder()
    try:
        found = opened()
    except IndexFault as fault:
        if settings().chroma_url:
            raise
        if not building.busy:
            if building.error:
                raise building.error from fault
            if isinstance(fault, IndexDamaged):
                raise
            building.begin()
        _wait(building)
    if not building.begun and not settings().chroma_url:  # a server's index is made by vraagbaak ingest
        building.begin()
    elif building.error and may_manage():
        st.warning(f"{NOT_RENEWED} {_dutch(building.error)}")
    return found


def _wait(building: Builder) -> None:
    st.title("Vraagbaak start", anchor=False)
    st.write(FIRST_TIME)
    _show_progress(building)
    st.stop()


@st.fragment(run_every=0.5)
def _show_progress(building: Builder) -> None:
    if not building.busy:
        st.rerun()
    st.progress(building.part, building.step)


def show_fault(error: Exception) -> bool:
    """Draw one Dutch sentence, and a button where one helps; return True: Streamlit need not show the error.

    What nobody foresaw gets a code; the traceback goes with it to standard error.
    """
    if not isinstance(error, VraagbaakError):
        code = secrets.token_hex(3).upper()
        log.error("vraagbaak: unexpected fault %s", code, exc_info=error)
        count_fault()
        st.error(UNEXPECTED.format(code=code))
        return True
    st.error(_dutch(error))
    if isinstance(error, IndexFault | CorpusError) and not settings().chroma_url:
        damaged = isinstance(error, IndexDamaged)
        st.button(ANEW if damaged else AGAIN, on_click=builder().begin, args=(damaged,), type="primary")
    return True


def _dutch(error: Exception) -> str:
    """Return the sentence for a fault, with nothing in it that Markdown would draw."""
    if isinstance(error, IndexDamaged):
        return BROKEN
    text = error.dutch if isinstance(error, VraagbaakError) else str(error)
    return "".join(f"\\{char}" if char in "\\`*_{}[]<>()#+-!|~$:" else char for char in text)
