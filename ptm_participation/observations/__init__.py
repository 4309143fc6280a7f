"""Observations: as they were received, and as the office works on them."""
