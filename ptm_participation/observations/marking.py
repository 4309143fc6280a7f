"""Marking the places of a request: on the map, on a map's sheet, by parcels of the land register.

One page for each request; with no script its fields are filled in by hand. The office takes them
into a GIS, and keeps some from the public.
"""

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field

from ptm_participation.accounts.access import Permission, public, requires
from ptm_participation.accounts.reader import signed_in_user
from ptm_participation.core.audit import canonical_json
from ptm_participation.core.errors import ChangedMeanwhile, DomainError, NotFound
from ptm_participation.core.numbers import whole
from ptm_participation.observations import drafting, placing, queries, steps
from ptm_participation.observations.blueprint import bp
from ptm_participation.observations.draft_models import Draft
from ptm_participation.observations.office import here, observation_at, officer
from ptm_participation.observations.place_forms import (
    PUBLIC,
    RESERVED,
    ParcelForm,
    ShapeForm,
    WithholdForm,
)
from ptm_participation.observations.placing import Content
from ptm_participation.observations.views import frame
from ptm_participation.observations.withholding import withhold_places
from ptm_participation.plan import map_queries, sheet_view
from ptm_participation.plan.map_models import MapSheet
from ptm_participation.territory.places import (
    NoSuchSheet,
    PlaceKind,
    PlaceNotGood,
    read_parcels,
    read_shape,
)

MARK, NAME, DROP = "segna", "particelle", "togli"  # the page's buttons


class OffTheSheet(PlaceNotGood):
    message = _l("This place lies outside the sheet: mark it on the picture, or on the map.")


@bp.route("/osserva/<key>/richieste/<int:number>/luoghi", methods=["GET", "POST"])
@public
def places(key: str, number: int) -> Any:
    draft = drafting.find_draft(key)
    if steps.REQUESTS not in steps.path_of(draft.content):
        raise NotFound()
    if not 1 <= number <= len(draft.content["requests"]):
        raise NotFound()
    sheet = _sheet_asked_for(draft)
    shape, parcel = _forms(draft)
    if request.method == "POST" and _done(key, number - 1, sheet, shape, parcel):
        tavola = sheet.id if sheet else None
        here = url_for("observations.places", key=key, number=number, tavola=tavola)
        return redirect(f"{here}#luoghi")
    content = drafting.find_draft(key).content
    return render_template(
        "observations/places.html",
        form=parcel if NAME in request.form else shape,
        shape=shape,
        parcel=parcel,
        number=number,
        marked=placing.of_draft(content)[number - 1],
        sheet=sheet,
        drawn_on=sheet_view.of_sheet(sheet) if sheet else None,
        sheets=_sheets(draft, number - 1),
        **frame(draft, key, ""),
    )


def _forms(draft: Draft) -> tuple[ShapeForm, ParcelForm]:
    """The form whose button was pressed reads what was sent; the other is as at the start.

    What is drawn is shown with the text that it explains, unless its author says otherwise; a
    parcel tells who owns it, so that a private person's stays with the office.
    """
    party = draft.content["party"]
    body = bool(party.get("type")) and not steps.writes_as_private(party)
    shape = ShapeForm(shape_visibility=PUBLIC, **_unless(MARK))
    parcel = ParcelForm(parcel_visibility=PUBLIC if body else RESERVED, **_unless(NAME))
    return shape, parcel


def _unless(button: str) -> dict[str, Any]:
    pressed = request.method == "POST" and button in request.form
    return {} if pressed else {"formdata": None}


def _done(
    key: str, number: int, sheet: MapSheet | None, shape: ShapeForm, parcel: ParcelForm
) -> bool:
    """Whether the button that was pressed did its work; else a sentence stands at its field."""
    dropped = whole(request.form.get(DROP))
    if dropped is not None:
        drafting.change_draft(key, lambda content: placing.drop(content, number, dropped))
        return True
    if MARK in request.form and shape.validate_on_submit():
        return _added(key, number, lambda: [_marked(shape, sheet)], shape.coordinates)
    if NAME in request.form and parcel.validate_on_submit():
        return _added(
            key,
            number,
            lambda: _named(parcel),
            parcel.parcels,
            {NoSuchSheet: parcel.cadastral_sheet},
        )
    return False


def _added(
    key: str,
    number: int,
    read: Callable[[], list[Content]],
    field: Field,
    others: Mapping[type[DomainError], Field] = MappingProxyType({}),
) -> bool:
    """Whether what `read` makes of the form is now in the draft; what is wrong is said at its
    field."""
    try:
        found = read()
        drafting.change_draft(key, lambda content: placing.add(content, number, found))
    except DomainError as error:
        wrong = others.get(type(error), field)
        wrong.errors = [*wrong.errors, str(error)]
        return False
    return True


def _marked(form: ShapeForm, sheet: MapSheet | None) -> Content:
    shape = read_shape(form.coordinates.data or "", PlaceKind(form.kind.data))
    if sheet is not None and not sheet_view.holds(sheet, json.loads(shape.geometry)):
        raise OffTheSheet()
    return placing.shape_marked(shape, public=form.shape_visibility.data == PUBLIC, sheet=sheet)


def _named(form: ParcelForm) -> list[Content]:
    seen_by_all = form.parcel_visibility.data == PUBLIC
    return [
        placing.parcel_named(form.comune.data, sheet, parcel, public=seen_by_all)
        for sheet, parcel in read_parcels(form.cadastral_sheet.data or "", form.parcels.data or "")
    ]


def _sheet_asked_for(draft: Draft) -> MapSheet | None:
    """The sheet that is being marked. Raises NotFound for one of another plan's."""
    number = whole(request.args.get("tavola"))
    if number is None:
        return None
    sheet = map_queries.get_sheet(number, seen_by=signed_in_user())
    if sheet.edition.plan_id != draft.window.procedure.plan_id:
        raise NotFound()
    return sheet if sheet.control_points else None


def _sheets(draft: Draft, number: int) -> list[map_queries.SheetChoice]:
    """The sheets that can be marked, those of the maps that the request speaks of first."""
    chosen = steps.chosen_sections(draft.content)[number]
    spoken_of = {section.row.provision_id for section in chosen}
    return map_queries.sheets_to_mark(draft.window.procedure.edition, spoken_of)


@bp.route("/ufficio/osservazioni/<register>/<int:number>/luoghi", methods=["GET", "POST"])
@requires(Permission.PUBLISH)
def withhold(register: str, number: int) -> Any:
    """Choose which of the places that the sender made public the office keeps to itself."""
    observation = observation_at(register, number)
    form = WithholdForm(placing.places_of(observation.submission.id))
    if form.validate_on_submit():
        try:
            withhold_places(
                officer(), observation, form.chosen, seen=form.shown, reason=form.reason.data
            )
        except ChangedMeanwhile as error:
            form.kept.errors = [str(error)]
        else:
            flash(_("What the public sees of the places is saved."), "success")
            return here(observation)
    return render_template("observations/withhold.html", form=form, observation=observation)


@bp.route("/ufficio/osservazioni/<register>/<int:number>/luoghi.geojson")
@requires(Permission.REGISTER)
def places_file(register: str, number: int) -> Any:
    """The places that an observation names, for a GIS: parcels are features without a geometry."""
    observation = queries.get_observation(register, number, seen_by=signed_in_user())
    located = placing.places_of(observation.submission.id)
    features = [
        {
            "type": "Feature",
            "geometry": json.loads(place.geometry) if place.geometry else None,
            "properties": {
                "number": observation.number,
                "request": asked,
                "place": place.said,
                "comuni": list(place.codes),
                "public": place.seen_by_all,
            },
        }
        for asked, several in located.items()
        for place in several
    ]
    content = canonical_json({"type": "FeatureCollection", "features": features})
    answer = Response(content, content_type="application/geo+json")
    name = f"luoghi-{register}-{number}.geojson"
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer
