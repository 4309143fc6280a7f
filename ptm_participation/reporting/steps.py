"""The steps of colour of a map: which values each holds, chosen so that maps compare.

Bounds are numbers that people count by (1, 2, 5, 10, …), taken from a ladder by the largest value
of the whole process, so that no filter moves them.
"""

import dataclasses
from bisect import bisect_left
from decimal import Decimal

from flask_babel import gettext as _

from ptm_participation.core import formats

# The last step holds what lies beyond a fifth of the largest value: the few that stand out.
STANDING_OUT = 5
LOWEST_RATE = -6  # in the ladder: 0.01, as fine as rates are written

Number = int | Decimal


@dataclasses.dataclass(frozen=True, slots=True)
class Step:
    """A step of colour, 0 to 4, and the values that it holds in words."""

    index: int
    label: str


@dataclasses.dataclass(frozen=True, slots=True)
class Scale:
    """Bounds between steps, each the last value of its step: nothing, three rungs, the rest."""

    bounds: tuple[Number, ...]
    whole: bool

    def step_of(self, value: Number) -> int:
        return bisect_left(self.bounds, value)

    @property
    def steps(self) -> list[Step]:
        """Every step with its label, in order."""
        labels = [formats.number(0)]
        for below, bound in zip(self.bounds, self.bounds[1:], strict=False):
            labels.append(self._between(below, bound))
        last = self.bounds[-1]
        labels.append(
            _("%(number)s and more", number=formats.number(float(last + 1)))
            if self.whole
            else _("over %(number)s", number=formats.number(float(last)))
        )
        return [Step(index, label) for index, label in enumerate(labels)]

    def _between(self, below: Number, bound: Number) -> str:
        if not self.whole:
            return _("up to %(number)s", number=formats.number(float(bound)))
        first, last = formats.number(float(below + 1)), formats.number(float(bound))
        return last if first == last else f"{first}–{last}"


def scale(largest: Number, *, whole: bool) -> Scale:
    """The scale of a process whose largest value is this."""
    rung = 0 if whole or not largest else LOWEST_RATE
    while _rung(rung + 2) * STANDING_OUT < largest:
        rung += 1
    bounds = [_rung(rung + more) for more in range(3)]
    return Scale((0, *(int(bound) if whole else bound for bound in bounds)), whole)


def _rung(number: int) -> Decimal:
    """The ladder: 1, 2, 5, 10, 20, 50, …; below 0, its fractions."""
    power, place = divmod(number, 3)
    return Decimal((1, 2, 5)[place]).scaleb(power)
