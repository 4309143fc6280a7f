"""The places of a request: in a draft, as received, and as they are read.

A draft keeps them as plain values under `places`, each already found good; what is received
keeps them as rows that are never altered.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from ptm_participation.core import clock
from ptm_participation.core.db import ask, db
from ptm_participation.core.errors import DomainError
from ptm_participation.observations.models import Request
from ptm_participation.observations.place_models import RequestPlace
from ptm_participation.observations.received import Asked, Located, Received, SheetMarked
from ptm_participation.plan import map_queries
from ptm_participation.plan.map_models import MapSheet
from ptm_participation.plan.map_queries import SheetName
from ptm_participation.plan.models import Edition
from ptm_participation.procedure.models import Window
from ptm_participation.territory.places import PlaceKind, Shape, named_comuni

MOST_PLACES = 20


class TooManyPlaces(DomainError):
    message = _l("At most %(most)d places for each request: attach a file for more.")


class SheetChanged(DomainError):
    message = _l("A map's sheet has changed since you marked it: mark it again.")


# -- in a draft --------------------------------------------------------------------------

Content = dict[str, Any]


def shape_marked(shape: Shape, *, public: bool, sheet: MapSheet | None = None) -> Content:
    """A drawn place as a draft keeps it."""
    kept = {
        "kind": shape.kind.value,
        "public": public,
        "comuni": list(shape.comuni),
        "geometry": shape.geometry,
    }
    return kept | ({"sheet": {"id": sheet.id, "mark": sheet.mark}} if sheet else {})


def parcel_named(istat: str, sheet: int, parcel: int, *, public: bool) -> Content:
    """A parcel as a draft keeps it."""
    return {
        "kind": PlaceKind.PARCEL.value,
        "public": public,
        "comuni": [istat],
        "cadastral_sheet": sheet,
        "parcel": parcel,
    }


def add(content: Content, number: int, places: Sequence[Content]) -> Content:
    """The draft with more places in a request; one that is there already stays once. Raises
    TooManyPlaces."""

    def more(asked: Content) -> Content:
        here = list(asked.get("places", []))
        there = [_without_public(place) for place in here]
        here += [place for place in places if _without_public(place) not in there]
        if len(here) > MOST_PLACES:
            raise TooManyPlaces(most=MOST_PLACES)
        return {**asked, "places": here}

    return _with_request(content, number, more)


def drop(content: Content, number: int, place: int) -> Content:
    """The draft without a place of a request."""

    def fewer(asked: Content) -> Content:
        kept = [known for at, known in enumerate(asked.get("places", [])) if at != place]
        return {**asked, "places": kept}

    return _with_request(content, number, fewer)


def _without_public(place: Content) -> Content:
    return {name: value for name, value in place.items() if name != "public"}


def _with_request(content: Content, number: int, change: Any) -> Content:
    asked = [
        change(asked) if at == number else asked for at, asked in enumerate(content["requests"])
    ]
    return {**content, "requests": asked}


def of_draft(content: Content) -> list[list[Located]]:
    """For each request of a draft, its places; at most two queries for all."""
    several = [asked.get("places", []) for asked in content["requests"]]
    places = [place for asked in several for place in asked]
    names = _names(code for place in places for code in place["comuni"])
    sheets = map_queries.sheet_names(_sheets_in(places))
    return [[_of_draft(place, names, sheets) for place in asked] for asked in several]


def _sheets_in(places: Iterable[Content]) -> set[int]:
    return {place["sheet"]["id"] for place in places if "sheet" in place}


def _of_draft(place: Content, names: dict[str, str], sheets: dict[int, SheetName]) -> Located:
    drawn_on = place.get("sheet")
    sheet = None
    if drawn_on:
        known = sheets.get(drawn_on["id"])
        sheet = SheetMarked(drawn_on["id"], known.name if known else "–", drawn_on["mark"])
    return Located(
        kind=PlaceKind(place["kind"]),
        codes=tuple(place["comuni"]),
        comuni=tuple(names.get(code, code) for code in place["comuni"]),
        public=place["public"],
        geometry=place.get("geometry", ""),
        sheet=sheet,
        cadastral_sheet=place.get("cadastral_sheet"),
        parcel=place.get("parcel"),
    )


def marked_on_other_sheets(content: Content) -> list[int]:
    """The requests with a place on a sheet that is gone, or is no longer the one marked."""
    several = [asked.get("places", []) for asked in content["requests"]]
    sheets = map_queries.sheet_names(_sheets_in(place for asked in several for place in asked))
    return [
        number
        for number, asked in enumerate(several)
        if any(
            place["sheet"]["id"] not in sheets
            or sheets[place["sheet"]["id"]].mark != place["sheet"]["mark"]
            for place in asked
            if "sheet" in place
        )
    ]


def _names(codes: Iterable[str]) -> dict[str, str]:
    known = set(codes)
    return named_comuni(known) if known else {}


# -- as received -------------------------------------------------------------------------


def make_places(request: Request, asked: Asked) -> Iterator[RequestPlace]:
    """The places of one of the things asked."""
    for position, place in enumerate(asked.places, 1):
        yield RequestPlace(
            request_id=request.id,
            position=position,
            kind=place.kind,
            public=place.public,
            comuni=list(place.codes),
            geometry=place.geometry or None,
            sheet_id=place.sheet.id if place.sheet else None,
            cadastral_sheet=place.cadastral_sheet,
            parcel=place.parcel,
        )


def hold_sheets(window: Window, several: Sequence[Received]) -> None:
    """Within a use case: from now on the sheets that are marked change no more.

    Raises SheetChanged for one that is gone, of another plan, or no longer as it was marked, and
    TooManyPlaces.
    """
    requests = [asked for received in several for asked in received.requests]
    if any(len(asked.places) > MOST_PLACES for asked in requests):
        raise TooManyPlaces(most=MOST_PLACES)
    marked = {
        (place.sheet.id, place.sheet.mark)
        for asked in requests
        for place in asked.places
        if place.sheet
    }
    if not marked:
        return
    held = db.session.scalars(
        sa.select(MapSheet)
        .join(Edition, Edition.id == MapSheet.edition_id)
        .where(
            MapSheet.id.in_({number for number, _mark in marked}),
            Edition.plan_id == window.procedure.plan_id,
        )
        .order_by(MapSheet.id)
        .with_for_update(of=MapSheet)
        .execution_options(populate_existing=True)  # as the lock found them, not as read before
    ).all()
    if marked - {(sheet.id, sheet.mark) for sheet in held}:
        raise SheetChanged()
    for sheet in held:
        sheet.marked_at = sheet.marked_at or clock.now()


_PLACES = (
    sa.select(
        Request.position.label("request"),
        *RequestPlace.__table__.columns,
        RequestPlace.withheld.label("withheld"),
    )
    .join_from(Request, RequestPlace, Request.id == RequestPlace.request_id)
    .where(Request.submission_id == sa.bindparam("submission"))
    .order_by(Request.position, RequestPlace.position)
)


def places_of(submission_id: int, *, public_only: bool = False) -> dict[int, list[Located]]:
    """The places of a submission by the positions of its requests."""
    rows = [
        row
        for row in ask(_PLACES, submission=submission_id)
        if (row.public and not row.withheld) or not public_only
    ]
    if not rows:
        return {}
    names = _names(code for row in rows for code in row.comuni)
    sheets = map_queries.sheet_names({row.sheet_id for row in rows if row.sheet_id is not None})
    found: dict[int, list[Located]] = {}
    for row in rows:
        found.setdefault(row.request, []).append(as_located(row, names, sheets))
    return found


def as_located(row: Any, names: dict[str, str], sheets: dict[int, SheetName]) -> Located:
    """A received place, of a row with the columns of RequestPlace; `names` are those of the Comuni
    by their codes."""
    sheet = sheets.get(row.sheet_id) if row.sheet_id is not None else None
    return Located(
        kind=row.kind,
        codes=tuple(row.comuni),
        comuni=tuple(names.get(code, code) for code in row.comuni),
        public=row.public,
        geometry=row.geometry or "",
        sheet=SheetMarked(*sheet) if sheet else None,
        cadastral_sheet=row.cadastral_sheet,
        parcel=row.parcel,
        withheld=row.withheld or "",
    )


def names_of_sheets() -> dict[int, SheetName]:
    """The sheets that some observation has marked."""
    marked = sa.select(MapSheet.id).where(MapSheet.marked_at.is_not(None))
    return map_queries.sheet_names(db.session.scalars(marked).all())


def taken_over(places: Sequence[Located]) -> list[Content]:
    """Received places as a draft that replaces them begins with."""
    return [
        {
            "kind": place.kind.value,
            "public": place.public,
            "comuni": list(place.codes),
            **({"geometry": place.geometry} if place.geometry else {}),
            **({"sheet": {"id": place.sheet.id, "mark": place.sheet.mark}} if place.sheet else {}),
            **(
                {"cadastral_sheet": place.cadastral_sheet, "parcel": place.parcel}
                if place.kind is PlaceKind.PARCEL
                else {}
            ),
        }
        for place in places
    ]
