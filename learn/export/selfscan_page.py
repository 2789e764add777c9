"""The self-scan as one HTML file to print on A4 and fill in by hand; nothing in it comes from elsewhere or runs.

Its first page is the picture of where the team stands: a row an indicator, a ring an answer; a line drawn through the
filled rings shows the whole at a glance. Then every indicator with its words from the report, evidence and next step.
"""

from collections.abc import Sequence
from html import escape

from assistant.cite import reference
from assistant.writing import long_date
from learn.export import common
from learn.records import Item, Pack

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
STYLE = """
@page{size:A4;margin:1.3cm 1.7cm;@bottom-center{content:counter(page) " / " counter(pages);font:9pt sans-serif}}
body{font:10.5pt/1.4 system-ui,sans-serif;color:#1d2629;background:#fff;max-width:46rem;margin:2rem auto;padding:0 1rem;
 overflow-wrap:anywhere}
h1{font-size:1.4rem;margin:0 0 .3rem}h2{font-size:1.15rem;margin:.9rem 0 .3rem}h3{font-size:1rem;margin:0 0 .3rem}
p{margin:.25rem 0}.velden{display:flex;gap:1.5rem;margin:.8rem 0}.velden span{flex:1;border-bottom:1px solid #1d2629}
table{border-collapse:collapse;width:100%;font-size:9.5pt;line-height:1.25}
th,td{border-bottom:1px solid #8b979b;padding:.22rem .4rem;text-align:left;
 vertical-align:middle}
thead{display:table-header-group}tr{break-inside:avoid}
.keuze{text-align:center;width:3.4rem;font-weight:normal;font-size:9pt}svg{width:1.1rem;height:1.1rem;display:block;
 margin:auto}circle{fill:none;stroke:#1d2629;stroke-width:1.5}
section.indicator{break-inside:avoid;border-top:2px solid #0b5c6b;padding:.6rem 0 .9rem}
tbody th[scope=row]{font-weight:normal}.bron{font-size:9pt}
.vakken{break-inside:avoid;display:grid;grid-template-columns:1fr 1fr;gap:.8rem;margin-top:.5rem}
.vakken div{border:1px solid #8b979b;min-height:4rem;padding:.3rem .5rem;font-size:9pt}
.antwoorden{display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;margin:.4rem 0}.antwoorden span::before{content:"☐ "}
footer{font-size:9pt;margin-top:1.5rem;border-top:1px solid #8b979b;padding-top:.5rem}
.indicatoren{break-before:page}
@media print{body{max-width:none;margin:0;padding:0}}
"""
RING = '<svg viewBox="0 0 20 20" role="img" aria-label="{}"><circle cx="10" cy="10" r="8"/></svg>'
FIELDS = ("Team:", "Datum:", "Ingevuld door:")
WHOLE = (
    "Kleur per indicator één rondje in. Verbind daarna de rondjes van boven naar beneden met een lijn. "
    "Zo ziet u in één beeld waar uw team staat."
)
LONGEST_LABEL = 130


def as_page(pack: Pack) -> str:
    """Return the page of the pack's self-scan items."""
    items = pack.of("zelfscan")
    title = common.heading(pack)
    title = title if title.startswith("Zelfscan") else f"Zelfscan: {title}"
    made = f"Gemaakt op {long_date(common.made_on(pack))} met Vraagbaak. " if pack.made else ""
    sources = "".join(f"<li>{escape(reference(report))}</li>" for report in common.reports(pack.with_items(items)))
    details = "".join(_indicator(item, number) for number, item in enumerate(items, 1))
    fields = "".join(f"<span>{field}</span>" for field in FIELDS)
    return (
        f'<!DOCTYPE html>\n<html lang="nl"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}"><style>{STYLE}</style></head>\n'
        f'<body><main><h1>{escape(title)}</h1><div class="velden">{fields}</div><h2>Waar staat ons team?</h2>'
        f"<p>{WHOLE}</p>{_picture(items)}<h2>Dit pakken wij als eerste op</h2>"
        '<div class="vakken"><div>Wat?</div><div>Wie, en wanneer klaar?</div></div>\n'
        f'<h2 class="indicatoren">De indicatoren</h2>{details}<h2>Bronnen</h2><ul>{sources}</ul></main>'
        f"<footer><p>{made}{common.ABOUT}</p></footer></body></html>\n"
    )


def _picture(items: Sequence[Item]) -> str:
    """Return the table of rings, the themes as rows between; its columns are the answers of the first item."""
    answers = common.scan_answers(items[0])
    heads = "".join(f'<th scope="col" class="keuze">{escape(answer)}</th>' for answer in answers)
    rows, theme = [], ""
    for number, item in enumerate(items, 1):
        if item.theme and item.theme != theme:
            theme = item.theme
            rows.append(f'<tr><th scope="rowgroup" colspan="{len(answers) + 1}">{escape(theme)}</th></tr>')
        rows.append(_row(item, number, answers))
    head = f'<thead><tr><th scope="col">Indicator</th>{heads}</tr></thead>'
    return f"<table>{head}<tbody>{''.join(rows)}</tbody></table>"


def _row(item: Item, number: int, answers: Sequence[str]) -> str:
    rings = "".join(f'<td class="keuze">{RING.format(escape(answer))}</td>' for answer in answers)
    return f'<tr><th scope="row">{escape(_label(item, number))}</th>{rings}</tr>\n'


def _indicator(item: Item, number: int) -> str:
    details = "".join(f"<p>{name}: {escape(text)}</p>" for name, text in common.scan_details(item))
    sources = "".join(f'<p class="bron">Bron: {escape(source)}</p>' for source in common.distinct_places(item))
    answers = "".join(f"<span>{escape(answer)}</span>" for answer in common.scan_answers(item))
    text = escape(common.numbered(item, number)).replace("\n", "<br>")
    return (
        f'<section class="indicator"><h3>{text}</h3>{details}{sources}<div class="antwoorden">{answers}</div>'
        '<div class="vakken"><div>Waaraan zien wij dat?</div><div>Volgende stap</div></div></section>\n'
    )


def _label(item: Item, number: int) -> str:
    """Return the first line of the text, cut between words to stand in one row."""
    line = common.numbered(item, number).strip().split("\n")[0]
    return line if len(line) <= LONGEST_LABEL else line[:LONGEST_LABEL].rsplit(" ", 1)[0] + " …"
