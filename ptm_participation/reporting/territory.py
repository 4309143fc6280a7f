"""The page of the map, and the map as a file."""

import dataclasses
import textwrap
from collections.abc import Mapping
from typing import Any

from flask import Response, render_template, request

from ptm_participation.accounts.access import Permission, requires
from ptm_participation.accounts.reader import signed_in_user
from ptm_participation.core import clock, pictures
from ptm_participation.core.chips import without_paging
from ptm_participation.core.errors import NotFound
from ptm_participation.observations import filters
from ptm_participation.procedure.choice import chosen_procedure, of_procedure
from ptm_participation.procedure.models import Procedure
from ptm_participation.reporting import service, territory_map
from ptm_participation.reporting.tables import Tally
from ptm_participation.reporting.territory_map import Measure, Order, TerritoryMap
from ptm_participation.reporting.views import bp

FORMATS = {"svg": "image/svg+xml", "png": "image/png"}
OWN = ("misura", "ordine")  # arguments of the map alone, that no list knows
# Signs of a line of the file: of its title, and of its filter in words.
TITLE, LINE = 58, 96


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """A map as its address asks for it, with what of the address could not be used."""

    procedure: Procedure
    map: TerritoryMap
    order: Order
    filter: dict[str, str]
    problems: list[str]


def _asked(arguments: Mapping[str, str]) -> Asked:
    procedure = chosen_procedure()
    filter_, problems = filters.read(arguments, signed_in_user())
    measure, unknown = territory_map.measure_of(arguments.get("misura", ""))
    order = arguments.get("ordine", "")
    return Asked(
        procedure,
        territory_map.read(Tally(procedure, filter_), measure),
        Order(order) if order in set(Order) else Order.VALUE,
        {name: value for name, value in without_paging(arguments).items() if name not in OWN},
        unknown + problems,
    )


@bp.route("/ufficio/sintesi/mappa")
@requires(Permission.SUMMARISE)
@of_procedure
def territory() -> Any:
    asked = _asked(request.args)
    return render_template(
        "reporting/territory.html",
        asked=asked,
        map=asked.map,
        measures=list(Measure),
        orders=Order,
        chips=filters.chips(asked.procedure, request.args, signed_in_user()),
        choices=filters.choices(asked.procedure),
        address=without_paging(request.args),
        now=clock.now(),
    )


@bp.route("/ufficio/sintesi/mappa.<format>")
@requires(Permission.EXPORT)
@of_procedure
def territory_file(format: str) -> Any:
    if format not in FORMATS:
        raise NotFound()
    asked = _asked(request.args)
    said = filters.in_words(asked.procedure, asked.filter, signed_in_user())
    service.note_export(
        signed_in_user(), asked.procedure, name="map", format=format, filter=_named(asked, said)
    )
    drawing = render_template(
        "reporting/territory.svg",
        procedure=asked.procedure,
        map=asked.map,
        titles=textwrap.wrap(pictures.printable(asked.map.answer), TITLE),
        filter=textwrap.wrap(pictures.printable(said), LINE),
        now=clock.now(),
    )
    content = drawing.encode() if format == "svg" else pictures.png(drawing)
    answer = Response(content, content_type=FORMATS[format])
    name = f"{asked.procedure.code}-mappa-{asked.map.measure}-{clock.today().isoformat()}.{format}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _named(asked: Asked, filter_: str) -> str:
    return f"{asked.map.measure.label}; {filter_}"
