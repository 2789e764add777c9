"""The question bank: questions that people would ask, each written for one passage. Searched, never cited.

Practitioners type what happened, not what it is called. A question written for a passage in such words brings it up for
the next one who types them (doc2query; Nogueira et al. 2019; kept in an index of its own as in Doc2Query++ 2025).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.analysis import letters
from ingest.errors import CorpusError
from ingest.jsonl import read_rows
from ingest.records import Passage

STYLES = ("everyday", "situation", "professional", "keywords", "noisy", "why", "trainer", "policy", "family")
FIELDS = ("passage", "quote", "question", "style", "writer")


@dataclass(frozen=True)
class BankQuestion:
    """A question and the passage that it was written for; ``quote`` finds that passage again when it is cut anew."""

    passage: str
    quote: str
    question: str
    style: str
    writer: str

    @property
    def report(self) -> str:
        """Return the id of the passage's report."""
        return self.passage.rsplit(":", 1)[0]


def load_bank(corpus: Path) -> tuple[BankQuestion, ...]:
    """Return the questions of ``corpus/questions.jsonl`` in its order; a corpus without that file has none.

    :raises CorpusError: a line cannot be read, lacks a field, has an unknown one or an unknown style; the message names
        file, line and field.
    """
    rows = read_rows(corpus / "questions.jsonl", FIELDS)
    for where, row in rows:
        if row["style"] not in STYLES:
            raise CorpusError(f"{where}: field 'style' is {row['style']!r}; known are {', '.join(STYLES)}")
    return tuple(BankQuestion(**row) for _, row in rows)


def answer_sentence(question: BankQuestion, passage: Passage) -> int | None:
    """Return the number of the passage's sentence that is the question's quote; None where it quotes more than one."""
    quote = letters(question.quote)
    found = [number for number, s in enumerate(passage.sentences) if letters(passage.quote(s)) == quote]
    return found[0] if found else None


def attach(
    bank: Sequence[BankQuestion], passages: Sequence[Passage]
) -> tuple[dict[str, list[BankQuestion]], list[BankQuestion]]:
    """Return each passage's questions by its id, and the questions whose quote stands in no passage any more.

    A question goes to the passage that it names when the quote still stands there, else to the first that holds it.
    """
    texts = {passage.id: letters(passage.text) for passage in passages}
    of_report: dict[str, list[str]] = {}
    for passage in passages:
        of_report.setdefault(passage.report, []).append(passage.id)
    found: dict[str, list[BankQuestion]] = {}
    orphans = []
    for question in bank:
        quote = letters(question.quote)
        candidates = [question.passage, *of_report.get(question.report, ())]
        place = next((name for name in candidates if quote in texts.get(name, "")), None)
        if place is None:
            orphans.append(question)
        else:
            found.setdefault(place, []).append(question)
    return found, orphans
