"""A lesson pack as Markdown, for the trainer: with answers and sources. Everything is escaped."""

from collections.abc import Sequence

from assistant.cite import reference, source_text
from assistant.writing import escaped, long_date
from learn.export import common
from learn.export.common import Order
from learn.records import PARTS, Item, Pack


def as_markdown(pack: Pack, order: Order) -> str:
    """Return the pack; ``order`` is the running order."""
    blocks = [f"# {escaped(common.heading(pack))}", escaped(common.subtitle(pack))]
    if pack.made:
        blocks.append(f"Gemaakt op {long_date(common.made_on(pack))} met Vraagbaak.")
    blocks += _lines(pack.note)
    if order:
        blocks += ["## Draaiboek", _table(order)]
    for part, name in PARTS.items():
        items = pack.of(part)
        blocks += [f"## {name}"] if items else []
        for number, item in enumerate(items, 1):
            blocks += _item(item, number)
    sources = [f"{number}. {escaped(reference(report))}" for number, report in enumerate(common.reports(pack), 1)]
    return "\n\n".join([*blocks, "## Bronnen", "\n".join(sources), "---", escaped(common.ABOUT)]) + "\n"


def _table(order: Order) -> str:
    rows = [f"| {minutes} | {_cell(common.part_name(part))} | {_cell(what)} |" for minutes, part, what in order]
    total = f"| {sum(minutes for minutes, _, _ in order)} | Totaal | |"
    return "\n".join(["| Minuten | Onderdeel | Wat u doet |", "| --- | --- | --- |", *rows, total])


def _cell(text: str) -> str:
    return escaped(" ".join(text.split()))


def _item(item: Item, number: int) -> list[str]:
    if item.part == "zelfscan":
        return _indicator(item, number)
    blocks = [f"### {escaped(common.label(item, number))}"]
    blocks += [f"> “{escaped(item.text)}”"] if common.is_quote(item) else _lines(item.text)
    blocks += _list(common.choices(item))
    solution, feedback = common.solution(item), common.feedback(item)
    if solution and common.to_fill_in(item):
        blocks.append("**Antwoord**")
    blocks += [block for text in (*solution, feedback) for block in _lines(text)]
    bare = common.hidden(item, "\n".join((*solution, feedback)))
    for source in item.sources:
        blocks += [f"> “{escaped(source.quote.text)}”"] if source in bare else []
        blocks.append(f"*Bron: {escaped(source_text(source))}*")
    return blocks


def _indicator(item: Item, number: int) -> list[str]:
    blocks = [f"### {escaped(common.numbered(item, number))}"]
    blocks += [f"{name}: {escaped(text)}" for name, text in common.scan_details(item)]
    blocks += _list([f"☐ {answer}" for answer in common.scan_answers(item)])
    return blocks + [f"*Bron: {escaped(source)}*" for source in common.distinct_places(item)]


def _list(lines: Sequence[str]) -> list[str]:
    return ["\n".join(f"- {escaped(line)}" for line in lines)] if lines else []


def _lines(text: str) -> list[str]:
    return [escaped(line.strip()) for line in text.split("\n") if line.strip()]
