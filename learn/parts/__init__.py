"""The parts of a pack: each gives its candidates, best first, of which the pack takes what the time allows."""
