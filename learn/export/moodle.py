"""The quiz of a lesson pack as Moodle XML: one question an item, the passage that bears it as general feedback."""

from html import escape
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from learn.export import common
from learn.records import Item, Pack

TYPES = {
    "open": "essay",
    "meerkeuze": "multichoice",
    "invul": "shortanswer",
    "waar_onwaar": "truefalse",
    "koppel": "matching",
    "volgorde": "matching",  # a step and its place: Moodle has had a type for order since 4.4 only
}
SETTINGS = {
    "essay": {"responseformat": "editor", "responserequired": "1", "responsefieldlines": "10", "attachments": "0"},
    "multichoice": {"single": "true", "shuffleanswers": "true", "answernumbering": "ABCD"},
    "shortanswer": {"usecase": "0"},
    "truefalse": {},
    "matching": {"shuffleanswers": "true"},
}
JUDGEMENTS = {"correctfeedback": "Goed.", "partiallycorrectfeedback": "Deels goed.", "incorrectfeedback": "Niet goed."}
LONGEST_NAME = 80


def as_moodle(pack: Pack) -> bytes:
    """Return the file's bytes: a category with the pack's title, and its quiz items."""
    quiz = Element("quiz")
    category = SubElement(quiz, "question", type="category")
    _text(category, "category", category_path(pack))
    for number, item in enumerate(pack.of("quiz"), 1):
        _add_question(quiz, item, number)
    ElementTree.indent(quiz)
    return bytes(ElementTree.tostring(quiz, encoding="utf-8", xml_declaration=True)) + b"\n"


def category_path(pack: Pack) -> str:
    """Return where in a course's question bank the questions come; a slash in the title is doubled."""
    return f"$course$/top/Vraagbaak/{common.heading(pack).replace('/', '//')}"


def question_name(item: Item, number: int) -> str:
    """Return what a question is called in the bank: its number and the beginning of its text."""
    line = " ".join(item.text.split())
    return f"{number:02}. {line if len(line) <= LONGEST_NAME else line[:LONGEST_NAME].rsplit(' ', 1)[0] + ' …'}"


def _add_question(quiz: Element, item: Item, number: int) -> None:
    kind = TYPES[item.form]
    question = SubElement(quiz, "question", type=kind)
    _text(question, "name", question_name(item, number))
    _html(question, "questiontext", _paragraphs(item.text))
    _html(question, "generalfeedback", explanation(item))
    for name, value in {"defaultgrade": "1", "penalty": "0.3333333", "hidden": "0", "idnumber": item.id}.items():
        SubElement(question, name).text = value
    for name, value in SETTINGS[kind].items():
        SubElement(question, name).text = value
    if kind in ("multichoice", "matching"):
        for name, value in JUDGEMENTS.items():
            _html(question, name, escape(value))
    _add_answers(question, item)
    tags = SubElement(question, "tags")
    for tag in filter(None, ("Vraagbaak", item.theme, item.difficulty)):
        _text(tags, "tag", tag)


def _add_answers(question: Element, item: Item) -> None:
    if item.form == "open":
        _html(question, "graderinfo", _paragraphs(item.answer))
    elif item.form == "meerkeuze":
        for option in item.options:
            _html(question, "answer", escape(option), fraction="100" if option == item.answer else "0")
    elif item.form == "invul":
        # in a short answer a star stands for anything
        _text(question, "answer", item.answer.replace("*", "\\*"), fraction="100", format="plain_text")
    elif item.form == "waar_onwaar":
        for value, answer in (("true", "waar"), ("false", "niet waar")):
            _text(question, "answer", value, fraction="100" if item.answer == answer else "0")
    else:
        for left, right in matches(item):
            _text(_html(question, "subquestion", escape(left)), "answer", right)


def matches(item: Item) -> tuple[tuple[str, str], ...]:
    """Return the halves to be matched: the pairs, or each step of an order with its place."""
    if item.form == "koppel":
        return common.pairs(item)
    return tuple((step, f"stap {number}") for number, step in enumerate(item.options, 1))


def explanation(item: Item) -> str:
    """Return the feedback as HTML with every quote that it lacks, and the sources."""
    answer, feedback = told(item)
    bare = common.hidden(item, f"{answer}\n{feedback}")
    quotes = [f"<blockquote>“{escape(source.quote.text)}”</blockquote>" for source in bare]
    sources = [f"<p>Bron: {escape(text)}</p>" for text in common.distinct_places(item)]
    return "".join([_paragraphs(answer), _paragraphs(feedback), *quotes, *sources])


def told(item: Item) -> tuple[str, str]:
    """Return the answer, of an open question only (of others the learning environment tells it), and the feedback."""
    answer = "\n".join(common.solution(item)) if item.form == "open" else ""
    return answer, common.feedback(item)


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{escape(line.strip())}</p>" for line in text.split("\n") if line.strip())


def _html(parent: Element, name: str, html: str, **attributes: str) -> Element:
    return _text(parent, name, html, format="html", **attributes)


def _text(parent: Element, name: str, text: str, **attributes: str) -> Element:
    element = SubElement(parent, name, attributes)
    SubElement(element, "text").text = text
    return element
