"""The page of the documentation that says what was measured, how, and what fell short."""

import datetime as dt
import importlib
import inspect
from collections.abc import Sequence

from bench.results import Line, as_markdown, in_sum

MEASURES = (
    ("Pages", "bench.pages"),
    ("The floor of a page", "bench.floor"),
    ("Growth", "bench.growth"),
    ("Counts", "bench.counts"),
    ("Writers", "bench.writers"),
    ("Exports", "bench.exports"),
    ("Made-up registers", "bench.synth"),
    ("Load", "bench.load"),
)


def page(lines: Sequence[Line], facts: Sequence[tuple[str, str]], day: dt.date) -> str:
    """The whole page, in Markdown."""
    parts = [
        "# Performance",
        "Written by `make bench`, which measures all of this again; a change that is meant to make "
        "something faster shows here that it did. Figures depend on the machine, ratios much less: "
        "a goal is nearly always a ratio between two things measured in turn, in the same run. "
        "Compare absolute figures only within one table.",
        f"Measured on {day.isoformat()}.\n\n"
        + "\n".join(f"- {name}: {value}" for name, value in facts),
        in_sum(lines),
        _short(lines),
    ]
    for engine, title in (("sqlite", "SQLite"), ("postgresql", "PostgreSQL"), ("", "Exports")):
        of_engine = [line for line in lines if line.engine == engine]
        if of_engine:
            parts += [f"## {title}", as_markdown(of_engine)]
    parts += ["## How it is measured"]
    for title, module in MEASURES:
        first, *rest = _words(module)
        parts += [f"### {title}", first, *rest]
    return "\n\n".join(part for part in parts if part) + "\n"


def _short(lines: Sequence[Line]) -> str:
    """What misses its goal, as a list."""
    short = [line for line in lines if line.met is False]
    if not short:
        return ""
    items = [
        f"- {', '.join(filter(None, line.cells[:3]))}"
        f"{f', {line.connections} connections' if line.connections else ''}: "
        f"{line.reached} (goal {line.goal})"
        for line in short
    ]
    return "What falls short:\n\n" + "\n".join(items)


def _words(module: str) -> list[str]:
    """What a measure's module says of itself, paragraph by paragraph."""
    text = inspect.getdoc(importlib.import_module(module)) or ""
    return text.split("\n\n")
