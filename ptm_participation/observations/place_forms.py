"""Naming a place: a shape on the ground, or parcels of the land register."""

import re
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, ValidationError

from ptm_participation.core.forms import ChecksField, EditForm, PtmForm, at_most, labelled, options
from ptm_participation.core.reference import fold
from ptm_participation.observations.placing import MOST_PLACES, TooManyPlaces
from ptm_participation.observations.received import Located
from ptm_participation.territory.places import DRAWN, PlaceKind, PlaceNotGood, read_parcels
from ptm_participation.territory.queries import list_municipalities

PUBLIC, RESERVED = "public", "reserved"


def _visibility() -> Any:
    return RadioField(
        _l("Who reads it"),
        [InputRequired(_l("Say who may read it."))],
        choices=options(
            [
                (PUBLIC, _l("Will be public")),
                (RESERVED, _l("Stays reserved")),
            ]
        ),
    )


class ShapeForm(PtmForm):
    """A point, a line or an area, by its vertices; the map fills in the same fields."""

    kind = RadioField(
        _l("What you mark"),
        [InputRequired(_l("Say whether it is a point, a line or an area."))],
        choices=labelled(DRAWN),
        default=PlaceKind.AREA.value,
    )
    coordinates = TextAreaField(
        _l("Coordinates"),
        description=_l(
            "Latitude and longitude in degrees (WGS 84), a point on each line: 45.5297 9.0402. "
            "A GeoJSON geometry is taken too."
        ),
    )
    shape_visibility = _visibility()
    sheet = HiddenField()


class ParcelForm(PtmForm):
    """Parcels on one sheet of the land register."""

    comune = SelectField(
        _l("Comune"), [DataRequired(_l("Choose the Comune from the list."))], choices=[]
    )
    cadastral_sheet = StringField(
        _l("Sheet"),
        [DataRequired(_l("Write the number of the sheet.")), at_most(40)],
        render_kw={"inputmode": "numeric"},
    )
    parcels = StringField(
        _l("Parcels"),
        [DataRequired(_l("Write the number of the parcel.")), at_most(200)],
        description=_l("Several of the same sheet with commas: 34, 35, 112."),
    )
    parcel_visibility = _visibility()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = [(row.istat, row.name) for row in list_municipalities()]
        self.comune.choices = options([("", _("Choose the Comune")), *rows])


_LINE = re.compile(
    r"(?P<comune>\D+?)[\s,;:]+(?:f(?:oglio|og|g)?\b\.?\s*)?(?P<sheet>\d+)[\s,;:]+"
    r"(?:(?:m(?:appal[ei]|app|apps)?|part(?:icell[ae])?|n)\b\.?\s*)*(?P<parcels>\d[\d\s,;]*)",
    re.IGNORECASE,
)


def read_parcel_lines(text: str, *, public: bool) -> tuple[Located, ...]:
    """The parcels that a letter names, a sheet of the land register on each line: «Rho, foglio 12,
    mappali 34, 35». Raises ValidationError, which names the line."""
    names = {fold(row.name): row for row in list_municipalities()}
    found: list[Located] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        read = _LINE.fullmatch(line.strip())
        comune = names.get(fold(read["comune"]).strip()) if read else None
        if read is None or comune is None:
            raise ValidationError(
                _(
                    "Line %(number)d: write a Comune of the list, the sheet and the parcels: "
                    "Rho, foglio 12, mappali 34, 35.",
                    number=number,
                )
            )
        try:
            parcels = read_parcels(read["sheet"], read["parcels"].strip(" ,;"))
        except PlaceNotGood as error:
            raise ValidationError(
                _("Line %(number)d: %(why)s", number=number, why=error)
            ) from error
        found += [
            Located(
                PlaceKind.PARCEL,
                (comune.istat,),
                (comune.name,),
                public,
                cadastral_sheet=sheet,
                parcel=parcel,
            )
            for sheet, parcel in parcels
        ]
    found = list(dict.fromkeys(found))
    if len(found) > MOST_PLACES:
        raise ValidationError(str(TooManyPlaces(most=MOST_PLACES)))
    return tuple(found)


class WithholdForm(EditForm):
    """Which of the public places the office keeps to itself."""

    kept = ChecksField(
        _l("Places that the public does not see"),
        description=_l("Leave all empty to let everybody see them again."),
    )
    reason = StringField(
        _l("Why"),
        [DataRequired(_l("Say why.")), at_most(300)],
        description=_l("Who sent the observation reads it."),
    )

    def __init__(self, located: dict[int, list[Located]]) -> None:
        """Offers the places that their sender made public; those withheld by now are ticked."""
        places = {
            f"{number}-{position}": place
            for number, several in located.items()
            for position, place in enumerate(several, 1)
            if place.public
        }
        super().__init__(kept=[key for key, place in places.items() if place.withheld])
        self.kept.choices = options((key, place.said) for key, place in places.items())
        self.guard()

    @property
    def chosen(self) -> set[tuple[int, int]]:
        """What was chosen: positions of requests, and of the places in them."""
        return _keys(self.kept.data or [])

    @property
    def shown(self) -> set[tuple[int, int]]:
        """What was kept when the form was made."""
        return _keys(self.kept.object_data)


def _keys(chosen: list[str]) -> set[tuple[int, int]]:
    pairs = (key.split("-") for key in chosen)
    return {(int(number), int(position)) for number, position in pairs}
