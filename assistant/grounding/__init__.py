"""The parts of ``assistant.ground``: what a sentence claims, and how far passages bear it out."""
