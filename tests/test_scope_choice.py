"""The choice of where to search, and its place in the page's address."""

from streamlit.testing.v1 import AppTest

from assistant.engine import Assistant
from assistant.records import Filters
from ui.scope import Scope, from_query, in_words, to_query

SOMEREN, NIJMEGEN, NATIONAL = "tsd-2020-someren", "tsd-2019-nijmegen", "tsd-2020-landelijk"


def test_nothing_chosen_searches_everything(assistant: Assistant) -> None:
    reports = assistant.index.reports
    assert Scope().filters(reports) == Filters()
    assert Scope().words(reports) == ""
    assert to_query(Scope()) == {}


def test_years_and_places_narrow_the_reports(assistant: Assistant) -> None:
    reports = assistant.index.reports
    assert Scope(years=("2020",), places=("Someren",)).filters(reports) == Filters((SOMEREN,))
    assert Scope(years=("2019",)).filters(reports) == Filters((NIJMEGEN,))
    assert set(Scope(years=("2019", "2020")).fitting(reports)) == {
        NIJMEGEN,
        SOMEREN,
        NATIONAL,
        "aef-2020-samenwerkingsafspraken",
    }


def test_a_choice_that_nothing_fits_counts_as_none(assistant: Assistant) -> None:
    reports = assistant.index.reports
    impossible = Scope(years=("2017",), places=("Someren",))
    assert impossible.fitting(reports) == ()
    assert impossible.filters(reports) == Filters()


def test_kinds_and_lanes_go_along_and_are_said(assistant: Assistant) -> None:
    reports = assistant.index.reports
    scope = Scope(reports=(SOMEREN, NIJMEGEN), kinds=("clientstem", "goed_voorbeeld"), beside=True)
    filters = scope.filters(reports)
    assert filters == Filters((NIJMEGEN, SOMEREN), ("clientstem", "goed_voorbeeld"), True)
    assert in_words(filters, reports) == (
        "Nijmegen 2019, Someren 2020 · alleen uitspraken van gezinsleden en goede voorbeelden · rapporten naast elkaar"
    )


def test_the_address_keeps_the_choice_and_drops_what_means_nothing(assistant: Assistant) -> None:
    reports = assistant.index.reports
    scope = Scope((SOMEREN,), ("2020",), ("Someren",), ("casus",), True)
    assert to_query(scope) == {
        "rapport": [SOMEREN],
        "jaar": ["2020"],
        "plaats": ["Someren"],
        "soort": ["casus"],
        "naast": ["1"],
    }
    assert from_query(to_query(scope), reports) == scope
    assert from_query({"rapport": ["x", SOMEREN, SOMEREN], "jaar": ["1999"], "naast": ["ja"]}, reports) == Scope(
        (SOMEREN,)
    )


def choice(reports: object, allowed: object) -> None:
    from types import SimpleNamespace

    import streamlit as st

    from ui import scope

    chosen = scope.show(SimpleNamespace(reports=reports, allowed=allowed))
    st.text(str((chosen.reports, chosen.years, chosen.places, chosen.kinds)))


def test_a_chosen_report_that_goes_away_leaves_the_choice(assistant: Assistant) -> None:
    reports = dict(assistant.index.reports)
    given = {"reports": reports, "allowed": assistant.index.allowed}
    screen = AppTest.from_function(choice, kwargs=given, default_timeout=20).run()
    picked = ([SOMEREN, NIJMEGEN], ["2019", "2020"], ["Nijmegen", "Someren"], ["casus"])
    for pills, values in zip(screen.button_group, picked, strict=True):
        pills.set_value(values)
    screen.run()
    assert screen.text[0].value == str(tuple(tuple(values) for values in picked))
    del reports[NIJMEGEN]
    for _ in range(2):
        screen.run()
        assert not screen.exception
        assert screen.text[0].value == str(((SOMEREN,), ("2020",), ("Someren",), ("casus",)))
    assert screen.query_params["rapport"] == SOMEREN
