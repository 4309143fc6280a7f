"""The map of the Comuni: what each counts, its step of colour, and the answer in a sentence."""

import dataclasses
import enum
import functools
import json
import textwrap
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from ptm_participation.core import formats
from ptm_participation.core.db import db
from ptm_participation.observations.lists import Filter
from ptm_participation.reference.loader import FOLDER
from ptm_participation.reporting import geometry, queries
from ptm_participation.reporting.geometry import Outline, Sheet
from ptm_participation.reporting.steps import Number, Scale, Step, scale
from ptm_participation.reporting.tables import Line, Tally
from ptm_participation.stakeholders.models import Stakeholder
from ptm_participation.stakeholders.subjects import SubjectType
from ptm_participation.territory import queries as territory
from ptm_participation.territory.queries import MunicipalityRow

PER = 10_000


class Measure(enum.StrEnum):
    """What a map counts; the values stand in addresses."""

    OBSERVATIONS = "osservazioni"
    RATE = "per-10000-abitanti"
    LATE = "tardive"
    NOT_CONSULTED = "non-consultati"

    @property
    def label(self) -> Any:
        return {
            Measure.OBSERVATIONS: _l("Observations"),
            Measure.RATE: _l("Per 10,000 inhabitants"),
            Measure.LATE: _l("Late ones"),
            Measure.NOT_CONSULTED: _l("Not yet consulted"),
        }[self]

    @property
    def counts(self) -> Any:
        """What the map counts, as the line below its heading says."""
        return {
            Measure.OBSERVATIONS: _l("Counts observations, by the Comune of whoever submits."),
            Measure.RATE: _l("Counts observations for each 10,000 residents of the Comune."),
            Measure.LATE: _l("Counts observations that came after the term."),
            Measure.NOT_CONSULTED: _l(
                "Counts Comuni whose administration attended no consultation."
            ),
        }[self]


class Order(enum.StrEnum):
    """How the table beside the map is sorted; the values stand in addresses."""

    VALUE = "valore"
    NAME = "nome"
    ZONE = "zona-omogenea"


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """A Comune on the map. `value` is None where it cannot be known; `arguments` is the filter
    that opens its list, empty where there is none; `body` is its administration; `left_out` by
    the filter, it stands on the map without a value."""

    row: MunicipalityRow
    count: int
    value: Number | None
    said: str
    step: int | None
    silent: bool
    body: int | None
    arguments: dict[str, str]
    shape: Outline | None
    near: tuple[str, ...]
    left_out: bool

    @property
    def sentence(self) -> str:
        """Name, zone and value, for whoever points at the Comune or walks to it."""
        zone = f"{self.row.zone} ({_('zone to verify')})" if self.row.zone_to_verify else ""
        words = f"{self.row.name}, {zone or self.row.zone}: {self.said}"
        if self.left_out:
            return words
        heard = not self.silent or self.said == _("not yet consulted")
        return words if heard else f"{words}; {_('not yet consulted')}"


# How far from the middle of its zone a name stands, where the middle is not a good place for it.
MOVED = {
    "Alto Milanese": (0, 4),
    "Nord Ovest": (0, 6),
    "Adda Martesana": (-6, 0),
}
LONGEST_NAME = 16  # signs that a zone of the map has room for


@dataclasses.dataclass(frozen=True, slots=True)
class Area:
    """A zone on the map."""

    name: str
    outline: Outline

    @property
    def label(self) -> tuple[float, float]:
        """Where its name stands, below the line of which its letters rise."""
        (x, y), (right, down) = self.outline.centre, MOVED.get(self.name, (0, 0))
        return round(x + right, 1), round(y + down + 4, 1)

    @property
    def lines(self) -> list[str]:
        """Its name in lines short enough for the map."""
        return textwrap.wrap(self.name, LONGEST_NAME)


@dataclasses.dataclass(frozen=True, slots=True)
class TerritoryMap:
    """All that a map shows, for pages and files alike. `drawn` are all the Comuni, `places`
    those that the filter asks about."""

    measure: Measure
    drawn: list[Place]
    places: list[Place]
    areas: list[Area]
    sheet: Sheet
    steps: list[Step]
    answer: str
    rest: str
    inside: int
    outside: int
    total_said: str

    @property
    def empty(self) -> bool:
        """Whether nothing is counted, inside or outside."""
        return not self.inside + self.outside

    @property
    def outside_arguments(self) -> dict[str, str]:
        """The filter that lists what comes from outside."""
        late = {"nei-termini": "no"} if self.measure is Measure.LATE else {}
        return {"comune": "fuori"} | late

    @property
    def foremost(self) -> Place | None:
        """Where walking begins: the Comune that has most."""
        return next(iter(self.sorted_by(Order.VALUE)), None)

    @property
    def silent(self) -> int:
        return sum(place.silent for place in self.places)

    @property
    def unknown(self) -> int:
        return sum(place.value is None for place in self.places)

    @property
    def in_doubt(self) -> int:
        return sum(place.row.zone_to_verify for place in self.places)

    def sorted_by(self, order: Order) -> list[Place]:
        """The places as the table lists them; those alike by name."""
        if order is Order.NAME:
            return self.places
        if order is Order.ZONE:
            position = {area.name: number for number, area in enumerate(self.areas)}
            return sorted(self.places, key=lambda place: position[place.row.zone])
        return sorted(self.places, key=lambda p: (p.value is None, -(p.value or 0)))


def measure_of(text: str) -> tuple[Measure, list[str]]:
    """The measure of an address, and a sentence if it names none that there is."""
    try:
        return Measure(text or Measure.OBSERVATIONS), []
    except ValueError:
        said = _("«%(value)s» is no measure of this map: it shows observations.", value=text[:40])
        return Measure.OBSERVATIONS, [said]


def read(tally: Tally, measure: Measure) -> TerritoryMap:
    """The map of a measure under a filter of observations."""
    lines = _lines(tally)
    bodies, silent = _bodies(tally)
    rows = territory.list_municipalities()
    scale_ = _scale(tally, measure, rows, lines)
    sheet, near = _sheet()
    drawn = []
    for row in rows:
        left_out = str(row.id) not in lines
        line = lines.get(str(row.id), Line("", {}))
        body = bodies.get(row.id)
        value = _value(measure, line, row, body in silent if body else None)
        if left_out:
            value = None
        drawn.append(
            Place(
                row=row,
                count=line.total,
                value=value,
                said=_("left out by the filter") if left_out else _said(measure, value),
                step=None if value is None else _step(scale_, value),
                silent=body in silent and not left_out,
                body=body,
                arguments=_opens(measure, line, row) if value else {},
                shape=sheet.shapes.get(row.istat),
                near=near.get(row.istat, ()),
                left_out=left_out,
            )
        )
    places = [place for place in drawn if not place.left_out]
    outside = lines.get("fuori", Line("", {}))
    late = measure is Measure.LATE
    inside = sum(place.count for place in places)
    if late:
        inside = sum(int(place.value or 0) for place in places)
    return TerritoryMap(
        measure=measure,
        drawn=drawn,
        places=places,
        areas=_areas(rows),
        sheet=sheet,
        steps=scale_.steps if scale_ else _two_steps(),
        answer=_answer(measure, places),
        rest=_rest(measure, places),
        inside=inside,
        outside=outside.late if late else outside.total,
        total_said=_total(measure, places, inside),
    )


def _lines(tally: Tally) -> dict[str, Line]:
    table = queries.by_municipality(tally)
    return {line.arguments["comune"]: line for line in table.lines}


def _bodies(tally: Tally) -> tuple[dict[int, int], set[int]]:
    """The administration of each Comune, and which of them were never heard.

    Other bodies have their seat in some Comune too; they do not speak for it.
    """
    silent = {body.id for body in tally.unheard if body.type is SubjectType.MUNICIPALITY}
    found = db.session.execute(
        sa.select(Stakeholder.municipality_id, Stakeholder.id)
        .where(
            Stakeholder.must_be_consulted,
            Stakeholder.type == SubjectType.MUNICIPALITY,
        )
        .order_by(Stakeholder.id.in_(silent), Stakeholder.id)
    )
    return {place: body for place, body in found if place is not None}, silent


# -- values ------------------------------------------------------------------------------


def _value(
    measure: Measure, line: Line, row: MunicipalityRow, unheard: bool | None
) -> Number | None:
    if measure is Measure.NOT_CONSULTED:
        return None if unheard is None else int(unheard)
    if measure is Measure.LATE:
        return line.late
    if measure is Measure.RATE:
        return _rate(line.total, row.population)
    return line.total


def _rate(count: int, population: int) -> Decimal | None:
    """To the hundredth that is written; None where nobody is known to live."""
    if not population:
        return None
    rate = (Decimal(count * PER) / population).quantize(Decimal("0.01"))
    return max(rate, Decimal("0.01")) if count else Decimal(0)


def _scale(
    tally: Tally,
    measure: Measure,
    rows: list[MunicipalityRow],
    lines: dict[str, Line],
) -> Scale | None:
    """By the largest value without any filter, so that two maps of a process compare."""
    if measure is Measure.NOT_CONSULTED:
        return None
    every = Tally(tally.procedure, Filter())
    if tally.filter != every.filter:
        lines = _lines(every)
    values = (_value(measure, lines[str(row.id)], row, None) for row in rows)
    return scale(
        max((value for value in values if value is not None), default=0),
        whole=measure is not Measure.RATE,
    )


def _step(scale_: Scale | None, value: Number) -> int:
    return int(value) if scale_ is None else scale_.step_of(value)


def _two_steps() -> list[Step]:
    return [Step(0, _("consulted")), Step(1, _("not yet consulted"))]


def _opens(measure: Measure, line: Line, row: MunicipalityRow) -> dict[str, str]:
    if measure is Measure.NOT_CONSULTED:
        return {}
    return line.arguments | ({"nei-termini": "no"} if measure is Measure.LATE else {})


# -- words -------------------------------------------------------------------------------


def _said(measure: Measure, value: Number | None) -> str:
    """A value with its unit."""
    if measure is Measure.NOT_CONSULTED:
        said = {None: _("no administration to consult"), 0: _("consulted")}
        return said.get(None if value is None else int(value), _("not yet consulted"))
    if value is None:
        return _("population not known")
    shown = formats.number(float(value))
    if measure is Measure.RATE:
        return _("%(value)s per 10,000 inhabitants", value=shown)
    if measure is Measure.LATE:
        return ngettext(
            "%(shown)s late observation", "%(shown)s late observations", int(value), shown=shown
        )
    return ngettext("%(shown)s observation", "%(shown)s observations", int(value), shown=shown)


def _answer(measure: Measure, places: list[Place]) -> str:
    """What the map answers, in a sentence: the heading of its page."""
    largest = max((place.value for place in places if place.value is not None), default=0)
    if measure is Measure.NOT_CONSULTED:
        return _not_consulted(sum(place.value == 1 for place in places), len(places))
    if not largest:
        return (
            _("No late observation comes from the Comuni")
            if measure is Measure.LATE
            else _("No observation comes from the Comuni")
        )
    first = [place for place in places if place.value == largest]
    most = _most(measure)
    shown = formats.number(float(largest))
    if len(first) == 1:
        return most[0] % {"name": first[0].row.name, "value": shown}
    if len(first) == 2:
        names = {"name": first[0].row.name, "other": first[1].row.name}
        return most[1] % {**names, "value": shown}
    return most[2] % {"count": formats.number(len(first)), "value": shown}


def _not_consulted(silent: int, all_: int) -> str:
    if not silent:
        return _("No Comune waits to be consulted")
    return ngettext(
        "%(shown)s Comune out of %(all)s is not yet consulted",
        "%(shown)s Comuni out of %(all)s are not yet consulted",
        silent,
        shown=formats.number(silent),
        all=formats.number(all_),
    )


def _most(measure: Measure) -> tuple[str, str, str]:
    """The sentence of one that has most, of two and of many."""
    if measure is Measure.RATE:
        return (
            _("%(name)s has most observations per 10,000 inhabitants: %(value)s"),
            _("%(name)s and %(other)s have most per 10,000 inhabitants: %(value)s each"),
            _("%(count)s Comuni have most per 10,000 inhabitants: %(value)s each"),
        )
    if measure is Measure.LATE:
        return (
            _("%(name)s has most late observations: %(value)s"),
            _("%(name)s and %(other)s have most late observations: %(value)s each"),
            _("%(count)s Comuni have most late observations: %(value)s each"),
        )
    return (
        _("%(name)s has most observations: %(value)s"),
        _("%(name)s and %(other)s have most observations: %(value)s each"),
        _("%(count)s Comuni have most observations: %(value)s each"),
    )


def _rest(measure: Measure, places: list[Place]) -> str:
    """How many have none, and how many are not known."""
    if measure is Measure.NOT_CONSULTED:
        return ""
    none = sum(place.value == 0 for place in places)
    unknown = sum(place.value is None for place in places)
    said = []
    if none:
        shown = formats.number(none)
        said.append(
            ngettext("%(shown)s Comune has none.", "%(shown)s Comuni have none.", none, shown=shown)
        )
    if unknown:
        shown = formats.number(unknown)
        said.append(
            ngettext(
                "Of %(shown)s Comune the population is not known.",
                "Of %(shown)s Comuni the population is not known.",
                unknown,
                shown=shown,
            )
        )
    return " ".join(said)


def _total(measure: Measure, places: list[Place], inside: int) -> str:
    """The last line of the table: of the Comuni together."""
    if measure is Measure.NOT_CONSULTED:
        return formats.number(sum(place.value == 1 for place in places))
    if measure is Measure.RATE:
        known = [place for place in places if place.row.population]
        rate = _rate(sum(p.count for p in known), sum(p.row.population for p in known))
        return formats.number(None if rate is None else float(rate))
    return formats.number(inside)


# -- shapes ------------------------------------------------------------------------------


@functools.cache
def _sheet() -> tuple[Sheet, dict[str, tuple[str, ...]]]:
    """The shapes of the Comuni, and who lies next to whom."""
    boundaries = json.loads((FOLDER / "comuni.geojson").read_text(encoding="utf-8"))
    sheet = geometry.draw(boundaries["features"])
    near = geometry.neighbours({istat: shape.centre for istat, shape in sheet.shapes.items()})
    return sheet, near


def _areas(rows: list[MunicipalityRow]) -> list[Area]:
    """The zones as they stand: a Comune whose zone was corrected moves the outline."""
    sheet, _near = _sheet()
    areas = []
    for zone in territory.list_zones():
        codes = tuple(
            row.istat for row in rows if row.zone == zone.name and row.istat in sheet.shapes
        )
        if codes:
            areas.append(Area(zone.name, _outline(codes)))
    return areas


@functools.lru_cache(maxsize=64)
def _outline(codes: tuple[str, ...]) -> Outline:
    sheet, _near = _sheet()
    return geometry.union(sheet.shapes[code] for code in codes)
