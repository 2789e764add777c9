"""Who a user is and what that user may open: signed in, named by a cookie, or unknown."""

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from ingest.settings import Settings
from ui import access

User = Callable[..., None]


@pytest.fixture
def user(monkeypatch: pytest.MonkeyPatch) -> User:
    """Say who sits at the screen: the claims of a sign-in (None: nobody signs in here), a cookie, the managers."""

    def set_user(
        claims: Mapping[str, object] | None = None, cookie: str = "", managers: tuple[str, ...] = (), **served: Any
    ) -> None:
        monkeypatch.setattr(access, "sign_in_is_set_up", lambda: claims is not None)
        monkeypatch.setattr(st, "user", {"is_logged_in": claims is not None, **(claims or {})})
        monkeypatch.setattr(st, "context", SimpleNamespace(cookies={access.COOKIE: cookie} if cookie else {}))
        monkeypatch.setattr(st, "session_state", {})
        monkeypatch.setattr(access, "settings", lambda: Settings(managers=managers, **served))

    return set_user


def test_the_account_is_the_user(user: User) -> None:
    user({"iss": "https://login.example", "sub": "42", "email": "a@b.nl"}, cookie="c" * 32)
    assert access.user_id() == "oidc:https://login.example:42"


def test_the_cookie_is_the_user_and_stays_so_for_the_session(user: User) -> None:
    user(cookie="abc_DEF-1234567890")
    assert access.user_id() == "abc_DEF-1234567890"
    st.context.cookies[access.COOKIE] = "another-1234567890"
    assert access.user_id() == "abc_DEF-1234567890"


@pytest.mark.parametrize("cookie", ["", "short", "oidc:https://login.example:42", "a" * 129, "spaced token 1234"])
def test_who_has_no_good_cookie_gets_a_token_of_the_session(user: User, cookie: str) -> None:
    user(cookie=cookie)
    given = access.user_id()
    assert given != cookie and len(given) == 32
    assert access.user_id() == given
    user(cookie=cookie)  # another session
    assert access.user_id() != given


@pytest.mark.parametrize(
    ("claims", "managers", "allowed"),
    [
        (None, (), True),
        ({"email": "a@b.nl"}, (), True),
        ({"email": "A@B.nl"}, ("a@b.nl",), True),
        ({"email": "c@b.nl"}, ("a@b.nl",), False),
        ({"email": "a@b.nl", "email_verified": False}, ("a@b.nl",), False),
        ({}, ("a@b.nl",), False),
        (None, ("a@b.nl",), False),
    ],
)
def test_who_may_manage(
    user: User, claims: Mapping[str, object] | None, managers: tuple[str, ...], allowed: bool
) -> None:
    user(claims, managers=managers)
    assert access.may_manage() is allowed


def _page() -> None:
    import streamlit as st

    from ui.access import require_sign_in

    require_sign_in()
    st.title("Vragen")


def test_without_auth_nobody_is_asked_to_sign_in() -> None:
    assert [title.value for title in AppTest.from_function(_page).run().title] == ["Vragen"]


def test_with_auth_the_page_waits_for_the_sign_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "get_secrets_auth_section", lambda: {"client_id": "x"})
    screen = AppTest.from_function(_page).run()
    assert [title.value for title in screen.title] == ["Meld u aan"]
    assert [button.label for button in screen.button] == ["Aanmelden"]


@pytest.mark.parametrize("served", [{"host": "0.0.0.0"}, {"allowed_hosts": ("vraagbaak.gemeente.nl",)}])
def test_an_app_that_serves_others_is_managed_by_nobody_until_somebody_is_named(
    user: User, served: dict[str, Any]
) -> None:
    user({"email": "a@b.nl"}, **served)
    assert access.may_manage() is False
    user({"email": "a@b.nl"}, managers=("a@b.nl",), **served)
    assert access.may_manage() is True
