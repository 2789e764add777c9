"""``vraagbaak ingest --write-questions``: a chat model writes bank questions for passages that have too few.

Machine-written questions are marked as such (``writer = "machine:…"``) and checked for form; each passage's are kept as
soon as they are written, so that an interrupted run loses nothing.
"""

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from ingest.analysis import STOP_WORDS, letters, words
from ingest.bank import STYLES, BankQuestion, attach, load_bank
from ingest.catalogue import load_catalogue
from ingest.chat_model import ChatModel
from ingest.passages import read_passages
from ingest.prompts import load_prompt
from ingest.records import Passage, path_text

WANTED = 12
SHORTEST, LONGEST = 6, 300
LINE = re.compile(r"^\W*(\d+)\s*\|\s*(\w+)\s*\|\s*(\S.*?)\s*$")
NOT_A_QUESTION = re.compile(r"https?://|[<>{}\[\]|]|\*\*|^\W*$")
Progress = Callable[[str, int, int], None]


def write_questions(corpus: Path, model: ChatModel, progress: Progress = lambda *_: None) -> tuple[int, int]:
    """Add questions to the bank for every passage with fewer than 12; return how many were kept and how many refused.

    :raises CorpusError: the corpus or the prompt cannot be read.
    :raises ModelError: the model does not answer; what was written before is kept.
    """
    prompt = load_prompt("bank_questions")
    bank = list(load_bank(corpus))
    reports = {report.id: report for report in load_catalogue(corpus)}
    passages = [p for report in reports.values() for p in read_passages(corpus, report)[1]]
    attached, _ = attach(bank, passages)
    todo = [p for p in passages if p.kind != "administratief" and len(attached.get(p.id, ())) < WANTED]
    kept = refused = 0
    for done, passage in enumerate(todo):
        progress("vragen schrijven", done, len(todo))
        asked = prompt.filled(
            count=str(WANTED),
            report=reports[passage.report].title,
            section=path_text(passage.section),
            sentences="\n".join(f"{number}. {text}" for number, text in _sentences(passage)),
        )
        before = [question.question for question in attached.get(passage.id, ())]
        new, wrong = read_reply(model.reply(asked), passage, before, f"machine:{model.name}")
        _append(corpus, new)
        kept, refused = kept + len(new), refused + wrong
    progress("vragen schrijven", len(todo), len(todo))
    return kept, refused


def _sentences(passage: Passage) -> list[tuple[int, str]]:
    return [
        (number, passage.quote(sentence).replace("\n", " ")) for number, sentence in enumerate(passage.sentences, 1)
    ]


def read_reply(reply: str, passage: Passage, before: Sequence[str], writer: str) -> tuple[list[BankQuestion], int]:
    """Return the questions of a model's reply that are fit for the bank, and how many lines were not."""
    sentences = dict(_sentences(passage))
    seen = {letters(question) for question in before}
    kept: list[BankQuestion] = []
    lines = [line for line in reply.splitlines() if line.strip()]
    for line in lines:
        match = LINE.match(line)
        if not match or int(match[1]) not in sentences or match[2] not in STYLES or not _fit(match[3], passage, seen):
            continue
        seen.add(letters(match[3]))
        kept.append(BankQuestion(passage.id, sentences[int(match[1])], match[3], match[2], writer))
    return kept, len(lines) - len(kept)


def _fit(question: str, passage: Passage, seen: set[str]) -> bool:
    """Tell whether a line is a question of its own: of a fair length, Dutch, new, not markup or the passage's words."""
    found = words(question)
    dutch = len(found) < 5 or any(word in STOP_WORDS for word in found)
    plain = SHORTEST <= len(question) <= LONGEST and not NOT_A_QUESTION.search(question)
    copied = len(found) > 5 and letters(question) in letters(passage.text)
    return plain and dutch and not copied and letters(question) not in seen


def _append(corpus: Path, questions: Sequence[BankQuestion]) -> None:
    with open(corpus / "questions.jsonl", "a", encoding="utf-8") as file:
        file.writelines(json.dumps(question.__dict__, ensure_ascii=False) + "\n" for question in questions)
