"""The plan: its documents, editions and sections, and the words that people speak of."""
