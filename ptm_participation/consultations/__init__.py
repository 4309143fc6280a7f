"""Meetings, tables and hearings: who was heard, on what, and what was said."""
