"""How a report and a quote are cited in a report or an e-mail: plain text, the quote's letters untouched."""

from assistant.records import Citation, Quote
from ingest.records import Report, path_text


def reference(report: Report) -> str:
    """Return publisher, title and year."""
    return f"{report.publisher}, {report.title}, {report.year}"


def place_text(quote: Quote) -> str:
    """Return where in its report a quote stands: the section path, and the page where there is one."""
    page = f"p. {quote.page}" if quote.page is not None else ""
    return ", ".join(part for part in (path_text(quote.passage.section), page) if part)


def source_text(citation: Citation) -> str:
    """Return the report and the place that a quote is from."""
    return f"{reference(citation.report)}, {place_text(citation.quote)}"


def citation_text(citation: Citation) -> str:
    """Return the quote between Dutch quotation marks with its source between brackets."""
    return f"“{citation.quote.text}” ({source_text(citation)})"
