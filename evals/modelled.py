"""``vraagbaak eval run --model``: a language model writes over the extractive answers, and each sentence is judged."""

import argparse
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.ground import Ground
from assistant.grounding.claim import take_apart
from assistant.index import Index
from assistant.records import Answer
from assistant.writer import Writer, writable
from assistant.writer_draft import Check, Checked
from assistant.writer_request import request_for
from assistant.writer_rest import Rest
from evals.judge import Judge
from evals.said import INVENTED, REMOVED, Line, Said, answer_json
from ingest.errors import UsageError
from ingest.records import Passage
from ingest.settings import Settings

MARKER = re.compile(r"\s*\[(\d+)\]")  # as ``Request.numbered`` writes them


@dataclass(frozen=True)
class Choice:
    """The names of a run's models; ``judge`` is empty where none is asked."""

    model: str
    judge: str = ""

    @property
    def arguments(self) -> str:
        """Return the words on the command line that choose the same."""
        return f" --model {self.model}" + (f" --judge-model {self.judge}" if self.judge else "")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add ``--model``, ``--judge`` and ``--judge-model``."""
    given = "let a language model write over the answers (the one of VRAAGBAAK_MODEL)"
    parser.add_argument("--model", nargs="?", const="", metavar="NAME", help=given)
    parser.add_argument("--judge", action="store_true", help="let the same model judge each sentence as well")
    parser.add_argument("--judge-model", default="", metavar="NAME", help="let this model judge, on the same server")


def choice_of(given: argparse.Namespace, settings: Settings) -> Choice | None:
    """Return what the options choose; None without ``--model``.

    :raises UsageError: a judge without a model, or no name.
    """
    if given.model is None:
        if given.judge or given.judge_model:
            raise UsageError("--judge judges what a model writes: use it with --model")
        return None
    name = given.model or settings.model
    if not name:
        raise UsageError("--model needs a name, here or in VRAAGBAAK_MODEL, as in ollama:NAME or openai:NAME")
    return Choice(name, given.judge_model or (name if given.judge else ""))


class Tireless(Rest):
    """No pause after a failure: else the questions that follow would get extractive answers that count as its own."""

    @property
    def resting(self) -> bool:
        """Tell that the model may be asked."""
        return False


class Modelled:
    """Lets a model write over extractive answers and judges each of its sentences.

    :param cache: the folder of whole replies, by index, prompt, model and messages; what is there is not asked again.
    :raises UsageError: a model cannot be used: see ``ChatModel``.
    :raises CorpusError, IndexFault: a prompt, the check's files or the index cannot be read.
    """

    def __init__(self, settings: Settings, choice: Choice, cache: Path) -> None:
        self.index = Index(settings.index_folder)
        self.check: Check = Ground(self.index, settings.corpus).check
        self.writer = Writer(settings.model_copy(update={"model": choice.model}), self.check, cache, Tireless())
        self.judge = None
        if choice.judge:
            judging = settings.model_copy(update={"model": choice.judge})
            self.judge = Judge(judging, self.index.manifest["fingerprint"], cache)

    @property
    def manifest(self) -> dict[str, str]:
        """Return what makes runs comparable: names of the models and sha256 of their prompts."""
        found = {"name": self.writer.name, "prompt": self.writer.prompt_digest}
        if self.judge:
            found |= {"judge": self.judge.model.name, "judge_prompt": self.judge.prompt.digest}
        return found

    def __call__(self, extractive: Answer) -> Said:
        """Return what comes of asking the model; a failure of the server's is part of that.

        :raises UsageError: the cache holds a file that is no reply.
        """
        if not writable(extractive):
            return Said(asked=False)
        written = self.writer.written(extractive, self.index)
        given = request_for(extractive, self.writer.prompt).given
        lines = tuple(self._line(checked, given) for checked in written.checked)
        own = written.answer.engine == self.writer.name
        return Said(True, answer_json(written.answer) if own else None, lines, written.fault, written.cost)

    def _line(self, checked: Checked, given: Sequence[Passage]) -> Line:
        numbers = take_apart(checked.sentence).cited
        cited = [given[n - 1] for n in numbers if 1 <= n <= len(given)]
        return Line(
            checked.sentence,
            checked.verdict.status,
            checked.verdict.reason,
            tuple(given[n - 1].id if 1 <= n <= len(given) else INVENTED for n in numbers),
            right_citations(checked.sentence, given, self.check),
            self.judge(checked.sentence, cited) if self.judge and cited else "",
        )


def right_citations(sentence: str, given: Sequence[Passage], check: Check) -> tuple[bool, ...]:
    """Return of each passage that a sentence cites whether the citation is right: see ``evals.said.alce_precision``.

    Markers that are left out leave the others where they stand: the check lays a part beside the marker that closes it.
    """
    cited = take_apart(sentence).cited

    def borne_out(numbers: Sequence[int]) -> bool:
        marked = MARKER.sub(lambda marker: marker[0] if int(marker[1]) in numbers else "", sentence)
        return bool(numbers) and check(marked, given).status != REMOVED

    if not borne_out(cited):
        return (False,) * len(cited)
    return tuple(borne_out([n]) or not borne_out([m for m in cited if m != n]) for n in cited)
