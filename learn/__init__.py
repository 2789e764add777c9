"""Learning material from the reports, every item tied to the passage that bears it."""
