"""A model as judge of whether passages bear a sentence out: reported beside the string check, never instead of it."""

import re
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from assistant.grounding.claim import take_apart
from assistant.writer_cache import Reply, cost_of, keep_reply, kept_reply, key_of
from assistant.writer_request import fenced
from assistant.writer_text import THINKING
from evals.said import FAILED, JUDGED, UNREADABLE
from ingest.chat_model import ChatModel, Messages
from ingest.errors import ModelError
from ingest.prompts import load_prompt
from ingest.records import Passage
from ingest.settings import Settings

WORD = re.compile(rf"\W*({'|'.join(JUDGED)})\b", re.IGNORECASE)


class Judge:
    """Asks the model of the settings; a whole reply is kept in ``cache`` and found again.

    :param fingerprint: the index's, part of what a reply is kept under.
    :raises UsageError: the model cannot be used: see ``ChatModel``.
    :raises CorpusError: the prompt cannot be read.
    """

    def __init__(self, settings: Settings, fingerprint: str, cache: Path) -> None:
        self.prompt, self.model = load_prompt("judge_support"), ChatModel(settings)
        self._seconds, self._fingerprint, self._cache = settings.model_seconds, fingerprint, cache

    def __call__(self, sentence: str, passages: Sequence[Passage]) -> str:
        """Return ``ja``, ``deels`` or ``nee``, ``UNREADABLE`` for other words, ``FAILED`` where no reply came.

        :raises UsageError: the cache holds a file that is no reply.
        """
        texts = "\n\n".join(fenced(passage.text) for passage in passages)
        messages = self.prompt.filled(passage=texts, sentence=fenced(take_apart(sentence).body))
        key = key_of(self._fingerprint, self.prompt.digest, self.model.name, messages)
        reply = kept_reply(self._cache, key)
        if reply is None:
            try:
                reply = self._asked(messages)
            except ModelError:
                return FAILED
            keep_reply(self._cache, key, reply)
        return verdict_of(reply.text)

    def _asked(self, messages: Messages) -> Reply:
        begun = time.perf_counter()
        with closing(self.model.stream(messages, self._seconds)) as stream:
            pieces = list(stream)
        text = "".join(piece.text for piece in pieces)
        tokens = next((piece.tokens for piece in reversed(pieces) if piece.tokens), None)
        return Reply(text, cost_of(messages, text, tokens, time.perf_counter() - begun))


def verdict_of(reply: str) -> str:
    """Return the word that a judge's reply begins with, what it thought aloud left out; or ``UNREADABLE``."""
    found = WORD.match(THINKING.sub("", reply, count=1))
    return found[1].lower() if found else UNREADABLE
