"""What Streamlit itself says in English, in Dutch, and the page's language, as far as it lets one."""

import json

import streamlit as st

LABELS = {
    "Send message": "Verstuur de vraag",
    "Stop script": "Stop",
    "Open sidebar": "Open het zijpaneel",
    "Close sidebar": "Sluit het zijpaneel",
    "Expand sidebar": "Open het zijpaneel",
    "Collapse sidebar": "Sluit het zijpaneel",
    "Main menu": "Menu",
}


def speak_dutch() -> None:
    """Set the page's language and give Streamlit's own buttons Dutch names, now and when they change."""
    script = f"""
    const names = {json.dumps(LABELS)};
    document.documentElement.lang = 'nl';
    const rename = () => document.querySelectorAll('[aria-label],[title]').forEach(e => {{
      for (const a of ['aria-label', 'title']) {{
        const dutch = names[e.getAttribute(a)];
        if (dutch) e.setAttribute(a, dutch);
      }}
    }});
    rename();
    if (!window.vraagbaakDutch) {{
      window.vraagbaakDutch = new MutationObserver(rename);
      window.vraagbaakDutch.observe(document.body, {{childList: true, subtree: true}});
    }}"""
    st.html(f"<script>{script}</script>", unsafe_allow_javascript=True)


def scroll_to(element_id: str, block: str = "center") -> None:
    """Bring an element of the page into view, also after Streamlit has scrolled to the end of a chat."""
    script = f"document.getElementById({json.dumps(element_id)})?.scrollIntoView({{block: {json.dumps(block)}}});"
    times = "for (const ms of [100, 400, 900, 1700])"
    st.html(f"<script>{times} setTimeout(() => {{ {script} }}, ms);</script>", unsafe_allow_javascript=True)
