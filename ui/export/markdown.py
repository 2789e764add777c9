"""A conversation as Markdown. Everything is escaped: no viewer makes a link, an image or HTML of what was asked."""

from collections.abc import Sequence
from datetime import date

from assistant.records import Answer
from assistant.writing import escaped, long_date
from ui.export.transcript import TITLE, Entry, Line, Run, Source, closing, entries


def as_markdown(answers: Sequence[Answer], when: date) -> str:
    """Return the conversation; ``when`` is the day that it is kept."""
    blocks = [f"# {TITLE}", long_date(when)]
    for entry in entries(answers):
        blocks += _entry(entry)
    return "\n\n".join([*blocks, "---", *map(escaped, closing(when))]) + "\n"


def _entry(entry: Entry) -> list[str]:
    blocks = [f"## {escaped(entry.heading)}", *(f"> {escaped(line)}" for line in entry.question)]
    blocks += [f"> **Let op.** {_inline(notice.runs)}" for notice in entry.notices]
    blocks += [f"*{escaped(line)}*" for line in (entry.searched, entry.status) if line]
    blocks += _answer(entry.answer)
    if entry.sources:
        blocks += [f"### {entry.sources_title}", *map(_source, entry.sources)]
    return blocks


def _answer(lines: Sequence[Line]) -> list[str]:
    """Return the answer's blocks; items that follow each other make one list."""
    blocks: list[str] = []
    before = ""
    for line in lines:
        text = {"heading": "### ", "item": "- "}.get(line.style, "") + _inline(line.runs)
        if line.style == before == "item":
            blocks[-1] += f"\n{text}"
        else:
            blocks.append(text)
        before = line.style
    return blocks


def _inline(runs: Sequence[Run]) -> str:
    form = {"plain": "{}", "bold": "**{}**", "marker": "[{}]"}
    return "".join(form[run.style].format(escaped(run.text) if run.style != "marker" else run.text) for run in runs)


def _source(source: Source) -> str:
    number = f"{source.n}. "
    paragraphs = [escaped(source.reference), escaped(source.where), f"> {escaped(source.quote)}", escaped(source.place)]
    return number + f"\n\n{' ' * len(number)}".join(paragraphs)
