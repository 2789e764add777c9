"""A language model as an option: it writes the answer over the passages, and code decides which sentences are shown."""

import time
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from assistant.hygiene import tidy
from assistant.index import Index
from assistant.privacy import mask_personal_data
from assistant.records import Answer, Notice, Turn
from assistant.writer_cache import Cost, Reply, cost_of, keep_reply, kept_reply, key_of
from assistant.writer_draft import Check, Checked, Draft
from assistant.writer_request import Request, fenced, request_for
from assistant.writer_rest import Rest
from assistant.writer_text import Sentences, plain
from ingest.analysis import stems
from ingest.chat_model import ChatModel, Messages, Piece, is_local, place
from ingest.errors import ModelError
from ingest.prompts import load_prompt
from ingest.settings import Settings

MOST_LETTERS = 8000  # of a reply; an answer has some 1000
LAST_TURNS, TURN_LETTERS, QUESTION_LETTERS = 4, 600, 300
REST = Rest()  # one for the process: all its conversations ask the same model


@dataclass(frozen=True)
class Written:
    """What came of asking the model: the answer that stays, each sentence as it was judged, the cost, the fault.

    ``cost`` is None where the model was not asked or did not finish, ``fault`` one of ``ModelError.CAUSES`` or empty.
    """

    answer: Answer
    checked: tuple[Checked, ...] = ()
    cost: Cost | None = None
    fault: str = ""


@dataclass
class _Heard:
    """A reply as far as it has come; ``whole`` once the model ended it itself."""

    begun: float = field(default_factory=time.perf_counter)
    text: str = ""
    tokens: tuple[int, int] | None = None
    whole: Reply | None = None

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self.begun

    @property
    def cost(self) -> Cost | None:
        return self.whole.cost if self.whole else None


class Writer:
    """Lets the model of the settings write answers; safe to share between threads.

    :param check: judges a sentence by the passages that it cites: ``assistant.ground.Ground.check``.
    :param cache: a folder in which whole replies are kept and found again (evals).
    :raises UsageError: the model cannot be used: see ``ChatModel``.
    :raises CorpusError: a prompt cannot be read.
    """

    def __init__(self, settings: Settings, check: Check, cache: Path | None = None, rest: Rest = REST) -> None:
        self.settings, self.check, self.cache, self.rest = settings, check, cache, rest
        self.prompt, self.rewriting = load_prompt("answer_passages"), load_prompt("standalone_question")
        self.model = ChatModel(settings, retries=0)

    @property
    def name(self) -> str:
        """Return the model's name, ``PROVIDER:NAME``."""
        return self.model.name

    @property
    def where(self) -> str:
        """Return where the model runs, in words: ``op deze computer``, or the name of the host or the provider."""
        return "op deze computer" if is_local(self.settings) else place(self.settings)

    @property
    def asks_first(self) -> bool:
        """Tell whether a user must agree before questions go to this model: it runs elsewhere."""
        return self.settings.model_remote == "ask" and not is_local(self.settings)

    @property
    def prompt_digest(self) -> str:
        """Return the sha256 of the prompt that answers are written with."""
        return self.prompt.digest

    def write(self, extractive: Answer, index: Index) -> Generator[Answer, None, Written]:
        """Yield the answer as it grows, the last one with its notices; return what came of it.

        Every answer that is yielded has been checked and may stay, also when the reader stops. Until a first sentence
        is borne out it is the extractive one, again and again while the model is waited for. A refusal, or an answer
        in danger, comes back as it is: the model is not asked. Whatever the model does, an answer follows in time.

        :raises UsageError: the cache holds a file that is no reply.
        """
        if not writable(extractive):
            yield extractive
            return Written(extractive)
        if self.rest.resting:
            error = ModelError(f"the model {self.name!r} failed just now", "resting")
            told = (*extractive.notices, Notice("model_unavailable", error.dutch))
            yield replace(extractive, notices=told)
            return Written(replace(extractive, notices=told), fault=error.reason)
        request, heard = request_for(extractive, self.prompt), _Heard()
        draft = Draft(extractive, request, index.reports, self.check, self.name)
        fault: ModelError | None = None
        try:
            with closing(self._sentences(request, index, heard)) as sentences:
                for found in sentences:
                    for sentence in found:
                        draft.add(sentence)
                    yield draft.answer()
            fault = self._wrong_as_a_whole(draft)
        except ModelError as error:
            fault = error
        if fault:
            self.rest.failed()
        else:
            self.rest.worked()
        answer = _timed(draft.settled(fault), heard.seconds)
        yield answer
        return Written(answer, tuple(draft.checked), heard.cost, fault.reason if fault else "")

    def written(self, extractive: Answer, index: Index) -> Written:
        """Return what comes of asking the model, when it is done: see ``write``."""
        growing = self.write(extractive, index)
        while True:
            try:
                next(growing)
            except StopIteration as done:
                result: Written = done.value
                return result

    def standalone(self, question: str, history: Sequence[Turn], index: Index) -> str | None:
        """Return a follow-up as a question that stands alone, in words of the conversation; None where that fails.

        Personal data is masked before anything is sent.
        """
        if not history or self.rest.resting:
            return None
        masked = mask_personal_data(tidy(question), index.common)[0]
        turns = _turns(history[-LAST_TURNS:], index)
        messages = self.rewriting.filled(history=fenced(turns), question=fenced(masked))
        try:
            said = self.model.whole(messages, self.settings.model_seconds)
        except ModelError:
            self.rest.failed()
            return None
        self.rest.worked()
        rewritten = plain(said)
        known = set(stems(f"{turns} {masked}"))
        fit = "\n" not in said and len(rewritten) <= QUESTION_LETTERS
        return rewritten if fit and stems(rewritten) and known.issuperset(stems(rewritten)) else None

    def _sentences(self, request: Request, index: Index, heard: _Heard) -> Generator[list[str], None, None]:
        """Yield the reply's sentences as they become whole; none, now and then, while the model is waited for."""
        sentences = Sentences()
        with closing(self._pieces(request.messages, index, heard)) as pieces:
            for piece in pieces:
                heard.text += piece.text
                if len(heard.text) > MOST_LETTERS:
                    raise ModelError(f"the model {self.name!r} wrote more than {MOST_LETTERS} letters", "endless")
                found = sentences.feed(piece.text)
                if found or not piece.text:
                    yield found
        yield sentences.close()

    def _pieces(self, messages: Messages, index: Index, heard: _Heard) -> Generator[Piece, None, None]:
        """Yield the reply in pieces: the kept one, or the model's own, which is kept when it is whole."""
        key = key_of(index.manifest["fingerprint"], self.prompt_digest, self.name, messages) if self.cache else ""
        heard.whole = kept_reply(self.cache, key) if self.cache else None
        if heard.whole:
            yield Piece(heard.whole.text)
            return
        with closing(self.model.stream(messages, self.settings.model_seconds)) as pieces:
            for piece in pieces:
                heard.tokens = piece.tokens or heard.tokens
                if piece.ended == "length":
                    raise ModelError(f"the model {self.name!r} was cut off: its reply is too long", "endless")
                yield piece
        heard.whole = Reply(heard.text, cost_of(messages, heard.text, heard.tokens, heard.seconds))
        if self.cache and heard.text.strip():
            keep_reply(self.cache, key, heard.whole)

    def _wrong_as_a_whole(self, draft: Draft) -> ModelError | None:
        """Return what is wrong with a reply that came in whole, where so little of it stands that it explains that."""
        if not draft.checked:
            return ModelError(f"the model {self.name!r} wrote no sentence", "empty")
        if not draft.enough and draft.foreign:
            return ModelError(f"the model {self.name!r} did not write Dutch", "language")
        return None


def writable(answer: Answer) -> bool:
    """Tell whether a model may write over this answer: it answers from passages, and nobody is in danger."""
    return answer.found and bool(answer.citations) and not answer.in_danger


def _timed(answer: Answer, seconds: float) -> Answer:
    times = answer.timings_ms
    total = times.get("total", 0.0) + seconds * 1000
    return replace(answer, timings_ms={**times, "model": seconds * 1000, "total": total})


def _turns(history: Sequence[Turn], index: Index) -> str:
    """Return the turns as lines, masked."""
    said = [(turn.role, mask_personal_data(tidy(turn.content), index.common)[0]) for turn in history]
    return "\n".join(f"{'Vraag' if role == 'user' else 'Antwoord'}: {text[:TURN_LETTERS]}" for role, text in said)
