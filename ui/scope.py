"""Where to search: reports, years, places and kinds, chosen on the page and kept in its address."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from assistant.answer import short_name
from assistant.index import Index
from assistant.records import Filters
from ingest.records import Report
from ui.marks import plain_label

# What somebody may search alone, as it is named on the page; the other kinds are no use by themselves.
KINDS = {
    "goed_voorbeeld": "goede voorbeelden",
    "clientstem": "uitspraken van gezinsleden",
    "verbeterpunt": "verbeterpunten",
    "verwachting": "verwachtingen van de inspectie",
    "aanbeveling": "aanbevelingen",
    "casus": "casussen",
    "definitie": "definities",
    "bevinding": "bevindingen",
}
KEYS = {"reports": "rapport", "years": "jaar", "places": "plaats", "kinds": "soort"}
BESIDE = "naast"
ASKED = "vraag"
EMPTY = "Geen enkele passage past bij deze keuze: {words}. Kies iets anders."
NONE_FIT = "Geen enkel rapport past bij deze keuze van rapporten, jaren en plaatsen. Er wordt nu in alles gezocht."


@dataclass(frozen=True)
class Scope:
    """What was chosen; empty means everything. ``beside`` sets the reports side by side."""

    reports: tuple[str, ...] = ()
    years: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    beside: bool = False

    def fitting(self, reports: Mapping[str, Report]) -> tuple[str, ...]:
        """Return the ids of the reports that fit the chosen reports, years and places."""
        return tuple(
            report.id
            for report in reports.values()
            if (not self.reports or report.id in self.reports)
            and (not self.years or str(report.year) in self.years)
            and (not self.places or report.place in self.places)
        )

    def filters(self, reports: Mapping[str, Report]) -> Filters:
        """Return what retrieval may search; a choice that no report fits counts as none."""
        fitting = self.fitting(reports)
        narrowed = fitting if 0 < len(fitting) < len(reports) else ()
        return Filters(narrowed, self.kinds, self.beside)

    def words(self, reports: Mapping[str, Report]) -> str:
        """Return what is on, in words; empty where everything is searched."""
        filters = self.filters(reports)
        return in_words(filters, reports)


def in_words(filters: Filters, reports: Mapping[str, Report]) -> str:
    """Return where filters search, in words; empty where that is everywhere."""
    parts = []
    if filters.reports:
        parts.append(", ".join(short_name(reports[name]) for name in filters.reports if name in reports))
    if filters.kinds:
        parts.append("alleen " + " en ".join(KINDS.get(kind, kind) for kind in filters.kinds))
    if filters.side_by_side:
        parts.append("rapporten naast elkaar")
    return " · ".join(parts)


def from_query(params: Mapping[str, Sequence[str]], reports: Mapping[str, Report]) -> Scope:
    """Return the scope that an address holds; values that mean nothing here are left out."""
    options = _options(reports)
    found = {
        name: tuple(value for value in dict.fromkeys(params.get(key, ())) if value in options[name])
        for name, key in KEYS.items()
    }
    return Scope(**found, beside="1" in params.get(BESIDE, ()))


def to_query(scope: Scope) -> dict[str, list[str]]:
    """Return the address's parameters for a scope."""
    kept = {key: list(getattr(scope, name)) for name, key in KEYS.items() if getattr(scope, name)}
    return {**kept, BESIDE: ["1"]} if scope.beside else kept


def link_to(question: str, filters: Filters) -> str:
    """Return the address, from the chat on, that asks a question again in the same place."""
    scope = Scope(reports=filters.reports, kinds=filters.kinds, beside=filters.side_by_side)
    return "./?" + urlencode({ASKED: question, **to_query(scope)}, doseq=True)


def _options(reports: Mapping[str, Report]) -> dict[str, list[str]]:
    found = reports.values()
    return {
        "reports": list(reports),
        "years": sorted({str(report.year) for report in found}),
        "places": sorted({report.place for report in found if report.place}),
        "kinds": list(KINDS),
    }


def current(reports: Mapping[str, Report]) -> Scope:
    """Return the session's scope; at its start what the address holds, and never what is not there any more."""
    if "scope" not in st.session_state:
        params = {key: st.query_params.get_all(key) for key in (*KEYS.values(), BESIDE)}
        st.session_state["scope"] = from_query(params, reports)
    held: Scope = st.session_state["scope"]
    scope = from_query(to_query(held), reports)
    if scope != held:  # a report went away: with it its controls, which would still hold it
        _start_anew(scope)
    return scope


def show(index: Index) -> Scope:
    """Draw the choice and what is on; return it, with the address brought in line."""
    reports = index.reports
    scope = current(reports)
    options = _options(reports)
    names = {**{report.id: f"{report.title} ({report.year})" for report in reports.values()}, **KINDS}
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="waar"):
        with st.popover("Waar zoeken", icon=":material/tune:"):
            beside = _beside(scope)
            chosen = Scope(
                reports=_pills("Rapporten", options["reports"], scope.reports, "reports", names),
                years=_pills("Jaren", options["years"], scope.years, "years", names),
                places=_pills("Plaatsen", options["places"], scope.places, "places", names),
                kinds=_pills("Alleen dit soort passages", options["kinds"], scope.kinds, "kinds", names),
                beside=beside,
            )
            st.button("Zoek weer overal", on_click=_clear, disabled=chosen == Scope(), key="zoek-overal")
        st.html(_status(chosen, index))
    st.session_state["scope"] = chosen
    _keep_in_address(chosen)
    return chosen


def _pills(label: str, options: list[str], chosen: Iterable[str], name: str, names: Mapping[str, str]) -> Any:
    # A value put into the session's state would be lost: the browser draws what a popover holds when it is opened.
    picked = st.pills(
        label,
        options,
        selection_mode="multi",
        default=list(chosen),
        key=_key(name),
        format_func=lambda value: plain_label(names.get(value, value)),  # a pill's label is Markdown
    )
    return tuple(picked or ())


def _beside(scope: Scope) -> bool:
    help_text = "U krijgt voor elk rapport een eigen kolom."
    return bool(st.toggle("Vergelijk rapporten naast elkaar", value=scope.beside, key=_key("beside"), help=help_text))


def _clear() -> None:
    _start_anew(Scope())


def _start_anew(scope: Scope) -> None:
    st.session_state["scope"] = scope
    st.session_state["scope-times"] = st.session_state.get("scope-times", 0) + 1


def _key(name: str) -> str:
    """Return a control's key: a new one where the scope starts anew, so that the browser draws it with that alone."""
    return f"scope-{name}-{st.session_state.get('scope-times', 0)}"


def _status(scope: Scope, index: Index) -> str:
    reports = index.reports
    if not scope.fitting(reports):
        return f'<p class="vb-waar" role="status">{escape(NONE_FIT)}</p>'
    words = scope.words(reports)
    if not index.allowed(scope.filters(reports)).any():
        return f'<p class="vb-waar" role="status">{escape(EMPTY.format(words=words))}</p>'
    text = f"U zoekt in: <strong>{escape(words)}</strong>" if words else "U zoekt in alle rapporten."
    return f'<p class="vb-waar">{text}</p>'


def _keep_in_address(scope: Scope) -> None:
    wanted = to_query(scope)
    others = {key: st.query_params.get_all(key) for key in st.query_params if key not in (*KEYS.values(), BESIDE)}
    held = {key: st.query_params.get_all(key) for key in st.query_params}
    if held != {**others, **wanted}:
        st.query_params.from_dict({**others, **wanted})
