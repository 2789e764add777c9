"""Questions for the conversation, one for each pitfall, and statements to agree or disagree with."""

from collections.abc import Sequence

from assistant.records import Quote
from learn.material import NORMS, Material, distinct, make_item, run_of, subject
from learn.parts.sentences import OURS
from learn.records import Item
from learn.themes import Statement, themes

# A pitfall's own heading tells what the question is about.
QUESTIONS = (
    "“{subject}”: waar herkent u dit in {ours}? Vertel een voorbeeld. Wat maakte het moeilijk om het anders te doen?",
    "“{subject}”: wie merkt het als dit misgaat, en hoe hoort u dat?",
    "“{subject}”: wat gaat in {ours} al goed? Wat is de kleinste stap die het beter maakt, en wie zet die?",
    "“{subject}”: wat spreekt u hierover af met uw partners, en waar legt u dat vast?",
    "“{subject}”: stel dat u dit over een jaar hebt verbeterd. Waaraan merkt een gezin dat?",
)
STATEMENT = "“{quote}” Eens of oneens? Vertel wat u hiervan in {ours} ziet."


def questions(material: Material, pitfalls: Sequence[Item]) -> tuple[Item, ...]:
    """Return a question for each pitfall, with the pitfall and what is expected beside it."""
    items = []
    about = {subject(item.sources[0].quote.passage): item for item in reversed(pitfalls)}
    about.pop("", None)
    for number, (named, pitfall) in enumerate(reversed(about.items())):
        quote = pitfall.sources[0].quote
        beside = material.nearest(quote.text, material.norms)[:1]
        text = QUESTIONS[number % len(QUESTIONS)].format(subject=named, ours=OURS[material.wish.audience])
        sources = material.cite(quote, *beside)
        items.append(make_item("gespreksvraag", text, sources, theme=pitfall.theme, wording="vraagbaak"))
    return tuple(items)


def statements(material: Material) -> tuple[Item, ...]:
    """Return statements that a passage settles: those written for the theme, verdicts in turn, then expectations."""
    written = _in_turns([item for told in _written(material) if (item := _settled(material, told))])
    quotes = [item.sources[0].quote for item in written]
    more = distinct((quote for quote in material.core if quote.passage.kind in NORMS), quotes)
    return (*written, *(_quoted(material, quote) for quote in more))


def _written(material: Material) -> tuple[Statement, ...]:
    """Return the theme's statements; of a free question those of all themes whose passage it found."""
    if material.theme.sections:
        return material.theme.statements
    return tuple(told for theme in themes(material.assistant) for told in theme.statements)


def _settled(material: Material, told: Statement) -> Item | None:
    reports = material.wish.reports
    found = [hit.passage for hit in material.hits]
    if material.theme.sections:
        found += [p for p in material.assistant.index.passages if not reports or p.report in reports]
    quote = run_of(found, told.quote)
    if not quote:
        return None
    feedback = f"Zo staat het in het rapport: “{quote.text}”"
    more = {"answer": told.verdict, "feedback": feedback, "theme": material.theme.name, "wording": "vraagbaak"}
    return make_item("stelling", told.text, material.cite(quote), **more)


def _quoted(material: Material, quote: Quote) -> Item:
    text = STATEMENT.format(quote=quote.text, ours=OURS[material.wish.audience])
    more = {"answer": "eens", "feedback": "Deze zin staat zo in het rapport.", "theme": material.theme.name}
    return make_item("stelling", text, material.cite(quote), **more, wording="vraagbaak")


def _in_turns(items: Sequence[Item]) -> list[Item]:
    """Return the items so that the verdicts take turns, as far as they go."""
    queues = {verdict: [item for item in items if item.answer == verdict] for verdict in ("oneens", "eens")}
    order: list[Item] = []
    while any(queues.values()):
        order += [queue.pop(0) for queue in queues.values() if queue]
    return order
