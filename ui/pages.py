"""The pages of the app, for whoever links from one to another."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Pages:
    """The pages (``st.Page``) that others link to."""

    chat: Any
    bronnen: Any
    leermateriaal: Any
    gesprekken: Any
