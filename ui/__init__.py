"""The screens: one file a page, formatting functions that return HTML, and the start of the server."""
