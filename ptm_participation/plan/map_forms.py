"""Forms of a map's sheets."""

import math
import re

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import FileField, StringField, TextAreaField, ValidationError
from wtforms.validators import InputRequired, Regexp

from ptm_participation.core.db import length_of
from ptm_participation.core.forms import EditForm, PtmForm, at_most
from ptm_participation.plan.georeference import MOST_POINTS, ControlPoint
from ptm_participation.plan.map_models import LegendItem, MapSheet

MOST_ENTRIES = 300


# It stands in the sheet's address.
NUMBERED = Regexp(
    r"\w[\w .-]*$", message=_l("A number has letters, digits, dots and dashes: 1, 2b, 3.1.")
)


class SheetForm(PtmForm):
    """A new sheet."""

    number = StringField(
        _l("Number of the sheet"),
        [
            InputRequired(_l("Write the number of the sheet.")),
            at_most(length_of(MapSheet.number)),
            NUMBERED,
        ],
    )
    title = StringField(_l("Title"), [at_most(length_of(MapSheet.title))])
    file = FileField(_l("Picture or PDF"))


class DescriptionForm(EditForm):
    """What is said of a sheet: its title, its legend, where it lies."""

    title = StringField(_l("Title"), [at_most(length_of(MapSheet.title))])
    legend = TextAreaField(
        _l("Legend"),
        [at_most(MOST_ENTRIES * 100)],
        description=_l("One entry on each line, in the order of the sheet."),
    )
    points = TextAreaField(
        _l("Control points"),
        [at_most(MOST_POINTS * 120)],
        description=_l(
            "One on each line: the pixel from the left, from the top, then latitude and "
            "longitude, as 120 85 45.6031 8.9512. Three at least, far apart."
        ),
    )

    def validate_legend(self, field: TextAreaField) -> None:
        longest = length_of(LegendItem.label)
        entries = self.entries
        if len(entries) > MOST_ENTRIES:
            raise ValidationError(_("At most %(most)d entries.", most=MOST_ENTRIES))
        for entry in entries:
            if len(entry) > longest:
                raise ValidationError(
                    _("«%(entry)s…» is longer than %(most)d signs.", entry=entry[:40], most=longest)
                )

    @property
    def entries(self) -> list[str]:
        lines = (" ".join(line.split()) for line in (self.legend.data or "").splitlines())
        return [line for line in lines if line]

    def validate_points(self, field: TextAreaField) -> None:
        for line in _lines(field.data):
            if _point(line) is None:
                raise ValidationError(
                    _("«%(line)s» is no control point: write four numbers.", line=line[:60])
                )

    @property
    def control_points(self) -> list[ControlPoint]:
        """Those of a form that validates."""
        return [point for line in _lines(self.points.data) if (point := _point(line)) is not None]


def written(points: list[ControlPoint]) -> str:
    """Control points as the form shows them."""
    return "\n".join(" ".join(f"{value:.10g}" for value in point) for point in points)


def _lines(text: str | None) -> list[str]:
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


_NUMBER = re.compile(r"-?\d{1,6}(?:[.,]\d{1,15})?", re.ASCII)


def _point(line: str) -> ControlPoint | None:
    parts = re.split(r"[\s;]+", line.strip(" ;"))
    if len(parts) != 4 or not all(map(_NUMBER.fullmatch, parts)):
        return None
    values = [float(part.replace(",", ".")) for part in parts]
    return ControlPoint(*values) if all(map(math.isfinite, values)) else None
