"""A case of the reports told in steps, with a question after each that is laid beside what the inspectorate expects.

The items of one case share their ``theme``: a case is swapped whole.
"""

from itertools import pairwise

from assistant.records import Quote
from ingest.records import Passage
from learn.material import Material, make_item, subject, whole
from learn.records import Item

STEPS = 3
QUESTIONS = (
    "Wat weet u nu van dit gezin? Wat wilt u als eerste nog weten, en van wie?",
    "Wat zou u nu doen? Met wie overlegt u, en wat legt u vast?",
    "Wat had hier anders gekund? En wie had dat kunnen doen?",
)


def cases(material: Material) -> tuple[tuple[Item, ...], ...]:
    """Return the cases that fit the theme, the best first, each as its steps and questions in turn."""
    return tuple(_case(material, passage) for passage in _fitting(material))


def _fitting(material: Material) -> list[Passage]:
    """Return the theme's cases; behind them, for a theme of the reports, the others: all are about such families."""
    found = list(material.of("casus"))
    if not material.widely:
        return found
    reports = material.wish.reports
    others = [
        p for p in material.assistant.index.passages if p.kind == "casus" and (not reports or p.report in reports)
    ]
    near = material.nearest(material.theme.queries[0], [whole(passage) for passage in others if passage not in found])
    return found + [quote.passage for quote in near]


def _case(material: Material, passage: Passage) -> tuple[Item, ...]:
    title = subject(passage) or passage.section[-1]
    items = []
    left = list(material.norms)
    steps = _steps(passage)
    questions = (*QUESTIONS[: len(steps) - 1], QUESTIONS[-1])
    for step, question in zip(steps, questions, strict=True):
        beside = next(iter(material.nearest(step.text, left)), step)
        left = [quote for quote in left if quote != beside] or left
        items.append(make_item("casus", step.text, material.cite(step), theme=title))
        asked = make_item("casus", question, material.cite(beside, step), theme=title, wording="vraagbaak")
        items.append(_with_source(asked, material, beside))
    return tuple(items)


def _with_source(item: Item, material: Material, beside: Quote) -> Item:
    """Return the question citing only what it is laid beside; its id still tells the step that it follows."""
    return Item(**{**item.__dict__, "sources": material.cite(beside)})


def _steps(passage: Passage) -> list[Quote]:
    """Return the case in three steps: how it begins, what happens, and how it ends."""
    told = whole(passage).sentences
    ends = [-(-len(told) * step // STEPS) for step in range(STEPS + 1)]
    parts = [told[start:end] for start, end in pairwise(ends) if start < end]
    return [Quote(passage, part, 0.0) for part in parts]
