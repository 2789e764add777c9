"""Who uses this screen: signed in with the organisation's account where that is set up, else an unnamed browser."""

import re
import secrets

import streamlit as st
from streamlit.auth_util import get_secrets_auth_section

from ingest.settings import settings

COOKIE = "vraagbaak_gebruiker"
LOCAL = ("127.0.0.1", "localhost", "::1")
TOKEN = re.compile(r"[A-Za-z0-9_-]{16,128}")


def sign_in_is_set_up() -> bool:
    """Tell whether the secrets have an ``[auth]`` section; docs/aanmelden.md says how."""
    return bool(get_secrets_auth_section())


def _signed_in() -> bool:
    return sign_in_is_set_up() and bool(st.user.get("is_logged_in"))


def require_sign_in() -> None:
    """Draw the sign-in screen and end the run, where signing in is set up and this user has not done so."""
    if not sign_in_is_set_up() or _signed_in():
        return
    st.title("Meld u aan", anchor=False)
    st.write("Vraagbaak is alleen voor medewerkers van uw organisatie. U meldt zich aan met uw eigen account.")
    st.button("Aanmelden", on_click=st.login, type="primary")
    st.stop()


def show_account() -> None:
    """Draw who is signed in, with a button to sign out; nothing where nobody is."""
    if not _signed_in():
        return
    with st.sidebar:
        st.text(f"Aangemeld: {st.user.get('name') or st.user.get('email') or 'onbekend'}")
        st.button("Afmelden", on_click=st.logout)


def user_id() -> str:
    """Return what this user's own things are kept under: the account, else the browser's token, else a new one."""
    if _signed_in():
        return f"oidc:{st.user.get('iss', '')}:{st.user.get('sub') or st.user.get('email')}"
    cookie = str(st.context.cookies.get(COOKIE, ""))
    token = cookie if TOKEN.fullmatch(cookie) else secrets.token_urlsafe(24)
    kept: str = st.session_state.setdefault("user_token", token)
    return kept


def may_manage() -> bool:
    """Tell whether this user may open the evaluation and the management: whom ``managers`` names.

    Where nobody is named, everybody may as long as the app is of this machine alone, and nobody once it serves others:
    whoever may manage can remove a report.
    """
    managers = {name.casefold() for name in settings().managers}
    if not managers:
        return settings().host in LOCAL and not settings().allowed_hosts
    if not _signed_in() or st.user.get("email_verified") is False:
        return False
    return str(st.user.get("email", "")).casefold() in managers
