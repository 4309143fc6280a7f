"""What was measured, as lines of one table: on the screen, and in docs/performance.md."""

import dataclasses
from collections.abc import Iterable, Sequence

HEADINGS = ("what", "engine", "observations", "connections", "measured", "goal", "reached", "met")


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """One thing measured. Without a goal it is there to be known, and cannot fall short."""

    what: str
    engine: str = ""
    observations: int | None = None
    connections: int | None = None
    measured: str = ""
    goal: str = ""
    reached: str = ""
    met: bool | None = None

    @property
    def cells(self) -> tuple[str, ...]:
        count = "" if self.observations is None else f"{self.observations:,}"
        at_once = "" if self.connections is None else str(self.connections)
        met = "" if self.met is None else ("yes" if self.met else "NO")
        return (
            self.what,
            self.engine,
            count,
            at_once,
            self.measured,
            self.goal,
            self.reached,
            met,
        )


def at_least(goal: float, reached: float, unit: str = " ×") -> dict[str, object]:
    """The columns of a goal that is a least value."""
    return _goal("≥", goal, reached, unit, reached >= goal)


def at_most(goal: float, reached: float, unit: str = " ×") -> dict[str, object]:
    """The columns of a goal that is a greatest value."""
    return _goal("≤", goal, reached, unit, reached <= goal)


def _goal(sign: str, goal: float, reached: float, unit: str, met: bool) -> dict[str, object]:
    return {"goal": f"{sign} {goal:g}{unit}", "reached": f"{reached:.2f}{unit}", "met": met}


def as_table(lines: Sequence[Line]) -> str:
    """The lines in columns, to be read on a screen."""
    rows = [HEADINGS, *(line.cells for line in lines)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEADINGS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def as_markdown(lines: Iterable[Line]) -> str:
    """The same in Markdown, without the engine's column."""
    places = [place for place, heading in enumerate(HEADINGS) if heading != "engine"]

    def row(cells: Sequence[str]) -> str:
        return "| " + " | ".join(cells[place] for place in places) + " |"

    return "\n".join(
        [row(HEADINGS), "|" + "---|" * len(places), *(row(line.cells) for line in lines)]
    )


def in_sum(lines: Sequence[Line]) -> str:
    """How many goals are met, and which are not."""
    judged = [line for line in lines if line.met is not None]
    short = [line for line in judged if not line.met]
    return f"{len(judged) - len(short)} of {len(judged)} goals are met."
