"""A conversation as a file: Markdown, Word, and a page for printing; ``transcript`` holds what they have in common."""
