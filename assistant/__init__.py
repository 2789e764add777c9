"""From a question to a cited answer: safety, conversation, retrieve, answer, and the engine that is the one door."""
