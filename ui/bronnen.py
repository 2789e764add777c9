"""The reading page: a report whole, with the passage that a link names marked and in view."""

import streamlit as st

from assistant.engine import Assistant
from ui.dutch import scroll_to
from ui.html import STYLE, anchor, contents_html, report_html, report_line


def show(assistant: Assistant) -> None:
    """Draw the report and passage that the address names: ``?report=…&passage=…``."""
    st.html(STYLE)
    index = assistant.index
    ids = list(index.reports)
    asked, found = st.query_params.get("report"), st.query_params.get("passage")
    if asked and asked not in ids:
        st.warning(f"Het rapport '{asked}' is hier niet. Kies hieronder een ander rapport.")
    chosen = st.sidebar.radio(
        "Rapport",
        ids,
        index=ids.index(asked) if asked in ids else 0,
        format_func=lambda name: f"{index.reports[name].title} ({index.reports[name].year})",
    )
    if chosen != asked:
        st.query_params.from_dict({"report": chosen})
        found = None
    passages = [passage for passage in index.passages if passage.report == chosen]
    known = found in {passage.id for passage in passages}
    if found and not known:
        st.warning("De passage uit deze link staat niet meer in het rapport. U ziet het rapport vanaf het begin.")
    report, headings = index.reports[chosen], index.headings[chosen]
    st.title(report.title)
    st.caption(f"{report_line(report)}. Datum: {report.date}.")
    st.sidebar.html(contents_html(headings))
    st.html(report_html(headings, passages, found if known else None))
    if found and known:
        scroll_to(anchor(found))
