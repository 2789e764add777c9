"""The quiz of a lesson pack as GIFT, Moodle's plain text form, which other learning environments read too."""

import re

from learn.export import common
from learn.export.moodle import category_path, matches, question_name, told
from learn.records import Item, Pack

SPECIAL = re.compile(r"[\\~=#{}:]")


def as_gift(pack: Pack) -> str:
    """Return the file's text: a category with the pack's title, and its quiz items, a blank line between them."""
    questions = [_question(item, number) for number, item in enumerate(pack.of("quiz"), 1)]
    return "\n\n".join([f"$CATEGORY: {category_path(pack)}", *questions]) + "\n"


def escaped(text: str) -> str:
    """Return the text on one line, with what GIFT reads as marks written as text.

    An arrow would make any answer a pair, and has no escape: it becomes the sign itself.
    """
    lines = [" ".join(line.split()) for line in text.strip().split("\n")]
    return "\\n".join(SPECIAL.sub(r"\\\g<0>", line.replace("->", "→")) for line in lines)


def _question(item: Item, number: int) -> str:
    tags = "".join(f" [tag:{_tag(tag)}]" for tag in ("Vraagbaak", item.theme, item.difficulty) if tag)
    body = "\n".join(_answers(item))
    return (
        f"// [id:{item.id}]{tags}\n::{escaped(question_name(item, number))}::[plain]{escaped(item.text)} "
        f"{{{body}\n####{escaped(_explanation(item))}}}"
    )


def _tag(text: str) -> str:
    return " ".join(re.sub(r"[\[\]\\]", " ", text).split())


def _answers(item: Item) -> list[str]:
    if item.form == "open":
        return []  # nothing between the braces but feedback makes an essay
    if item.form == "meerkeuze":
        return [f"{'=' if option == item.answer else '~'}{escaped(option)}" for option in item.options]
    if item.form == "invul":
        return [f"={escaped(item.answer)}"]
    if item.form == "waar_onwaar":
        return ["TRUE" if item.answer == "waar" else "FALSE"]
    return [f"={escaped(left)} -> {escaped(right)}" for left, right in matches(item)]


def _explanation(item: Item) -> str:
    answer, feedback = told(item)
    quotes = [f"“{source.quote.text}”" for source in common.hidden(item, f"{answer}\n{feedback}")]
    sources = [f"Bron: {text}" for text in common.distinct_places(item)]
    return "\n".join(filter(None, [answer, feedback, *quotes, *sources]))
