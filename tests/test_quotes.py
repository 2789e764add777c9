"""Every quote and every passage that 200 questions bring up stands letter for letter at its recorded place."""

import re
from pathlib import Path

import pytest

from assistant.engine import Assistant
from ingest.catalogue import load_catalogue
from ingest.read import read_report
from tests.conftest import CORPUS

QUESTIONS = (Path(__file__).parent / "data" / "questions.txt").read_text().splitlines()
RAW = {report.id: read_report(CORPUS, report) for report in load_catalogue(CORPUS)}


def in_file(report: str, spans: list[list[int]]) -> str:
    """The file's characters, less what a quote may lack: tags, footnote and Markdown marks, line-end hyphens, list marks."""
    text = "\n".join(RAW[report][start:end] for start, end in spans)
    text = re.sub(r"\^?\[\d\]|<sup>\d</sup>|[¹²³]", "", text)
    text = re.sub(r"</?[a-z][^>]*>", "", text)
    text = re.sub(r"\]\([^)]*\)|[\[\]*\\]", "", text)
    text = re.sub(r"(?m)^\s*[•–-]\s+", "", text)
    text = re.sub(r"-\s*\n\s*(?=[a-zà-ÿ])(?!(?:en|of)\b)", "", text)
    return re.sub(r"\s+", "", text)


def without_space(text: str) -> str:
    return re.sub(r"\s+", "", text)


def test_two_hundred_different_questions() -> None:
    assert len({re.sub(r"\W", "", question.lower()) for question in QUESTIONS}) == 200


@pytest.mark.parametrize("start", range(0, 200, 50))
def test_letter_for_letter(assistant: Assistant, start: int) -> None:
    shown = 0
    for question in QUESTIONS[start : start + 50]:
        answer = assistant.ask(question).to_json()
        for item in answer["citations"]:
            assert without_space(item["quote"]) == in_file(item["report"], item["spans"])
            assert (item["start"], item["end"]) == (min(s for s, _ in item["spans"]), max(e for _, e in item["spans"]))
        for item in answer["passages"]:
            assert without_space(item["text"]) == in_file(item["report"], item["spans"])
            assert item["id"] == f"{item['report']}:{item['start']}-{item['end']}"
        shown += len(answer["citations"]) + len(answer["passages"])
    assert shown > 500


def test_every_passage_of_the_index(assistant: Assistant) -> None:
    for passage in assistant.index.passages:
        assert without_space(passage.text) == in_file(passage.report, [list(span) for span in passage.spans])
        for sentence in passage.sentences:
            assert without_space(passage.quote(sentence)) == in_file(passage.report, [list(s) for s in sentence.spans])
