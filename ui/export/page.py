"""A conversation as one HTML file for printing or keeping as PDF: nothing in it comes from elsewhere or runs."""

from collections.abc import Sequence
from datetime import date
from html import escape

from assistant.records import Answer
from assistant.writing import long_date
from ui.export.transcript import TITLE, Entry, Line, Run, Source, closing, entries

STYLE = """
@page{size:A4;margin:2cm;@bottom-center{content:counter(page) " / " counter(pages);font:9pt sans-serif}}
body{font:11pt/1.5 system-ui,sans-serif;color:#1d2629;background:#fff;max-width:42rem;margin:2rem auto;padding:0 1rem;
 overflow-wrap:anywhere}
h1{font-size:1.6rem}h2{font-size:1.25rem;margin-top:2.2rem;border-top:1px solid #8b979b;padding-top:1rem}
h3{font-size:1rem;margin:1.1rem 0 .2rem}
h2,h3{break-after:avoid}
p{margin:.3rem 0;orphans:3;widows:3}
.status{font-style:italic}.vraag{font-weight:600}
.melding{border-left:.3rem solid #a11d15;padding:.3rem .8rem;margin:.6rem 0}
ol{list-style:none;padding:0}ol>li{break-inside:avoid;margin:.8rem 0;padding-left:2.2rem;position:relative}
ol>li>b:first-child{position:absolute;left:0}
blockquote{margin:.3rem 0;padding-left:.8rem;border-left:.2rem solid #8b979b}
.plaats,footer{font-size:.9rem}footer{margin-top:2.5rem;border-top:1px solid #8b979b;padding-top:.6rem}
@media print{body{max-width:none;margin:0;padding:0}a{color:inherit;text-decoration:none}}
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def as_page(answers: Sequence[Answer], when: date) -> str:
    """Return the page; ``when`` is the day that the conversation is kept."""
    body = "".join(_entry(number, entry) for number, entry in enumerate(entries(answers), 1))
    foot = "".join(f"<p>{escape(line)}</p>" for line in closing(when))
    day = long_date(when)
    return (
        f'<!DOCTYPE html>\n<html lang="nl"><head><meta charset="utf-8"><title>{TITLE}, {day}</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}"><style>{STYLE}</style></head>\n'
        f"<body><main><h1>{TITLE}</h1><p>{day}</p>{body}</main><footer>{foot}</footer></body></html>\n"
    )


def _entry(number: int, entry: Entry) -> str:
    parts = [f"<section><h2>{escape(entry.heading)}</h2>"]
    parts += [f'<p class="vraag">{escape(line)}</p>' for line in entry.question]
    parts += [f'<p class="melding"><b>Let op.</b> {_inline(notice.runs, number)}</p>' for notice in entry.notices]
    parts += [f'<p class="status">{escape(line)}</p>' for line in (entry.searched, entry.status) if line]
    parts.append(_answer(entry.answer, number))
    if entry.sources:
        sources = "".join(_source(source, number) for source in entry.sources)
        parts.append(f"<h3>{entry.sources_title}</h3><ol>{sources}</ol>")
    return "".join([*parts, "</section>\n"])


def _answer(lines: Sequence[Line], number: int) -> str:
    html, before = [], ""
    for line in [*lines, Line("end", ())]:
        if before == "item" != line.style:
            html.append("</ul>")
        elif line.style == "item" != before:
            html.append("<ul>")
        if tag := {"heading": "h3", "item": "li", "text": "p"}.get(line.style):
            html.append(f"<{tag}>{_inline(line.runs, number)}</{tag}>")
        before = line.style
    return "".join(html)


def _inline(runs: Sequence[Run], number: int) -> str:
    form = {"plain": "{0}", "bold": "<b>{0}</b>", "marker": f'<a href="#bron-{number}-{{0}}">[{{0}}]</a>'}
    return "".join(form[run.style].format(escape(run.text)) for run in runs)


def _source(source: Source, number: int) -> str:
    return (
        f'<li id="bron-{number}-{source.n}"><b>[{source.n}]</b> {escape(source.reference)}<p>{escape(source.where)}</p>'
        f'<blockquote>{escape(source.quote)}</blockquote><p class="plaats">{escape(source.place)}</p></li>'
    )
