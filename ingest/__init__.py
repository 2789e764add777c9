"""From report files to an index: read, clean, structure, passages, index; and what every package shares."""
