"""The form of a consultation."""

import datetime as dt
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import (
    FieldList,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, Optional

from ptm_participation.consultations.models import AttendanceRole, ConsultationKind
from ptm_participation.core import clock
from ptm_participation.core.forms import DayField, HourField, PtmForm, at_most, labelled, options
from ptm_participation.procedure.models import StepKind
from ptm_participation.territory.queries import list_municipalities, list_zones


class ConsultationForm(PtmForm):
    """One minute to fill in: kind, when, where, who, on what. Minutes may follow."""

    token = HiddenField()
    base_version = HiddenField()
    kind = RadioField(
        _l("Kind"),
        [DataRequired(_l("Choose the kind."))],
        choices=labelled(ConsultationKind),
        default=ConsultationKind.MEETING.value,
    )
    phase = SelectField(
        _l("Phase of the procedure"),
        [DataRequired(_l("Choose the phase."))],
        choices=labelled(StepKind),
        default=StepKind.LISTENING.value,
    )
    title = StringField(_l("Title"), [DataRequired(_l("Write a title.")), at_most(200)])
    day = DayField(_l("Day"), [InputRequired(_l("Write the day."))])
    starts = HourField(_l("From"), [Optional()], description=_l("Leave it empty if not known."))
    ends = HourField(_l("To"), [Optional()])
    place = StringField(_l("Place"), [at_most(200)])
    municipality = SelectField(_l("Comune"))
    zone = SelectField(_l("Homogeneous zone"))
    agenda = TextAreaField(_l("Agenda"), [at_most(10_000)], description=_l("A line for each item."))
    stakeholders = SelectMultipleField(_l("Who attended"), validate_choice=False)
    sections = StringField(
        _l("Articles and maps discussed"),
        [at_most(500)],
        description=_l("For example: 18; 41; Tav. 6."),
    )
    minutes = TextAreaField(_l("Minutes"), [at_most(200_000)])
    file = FileField(_l("A file: signed minutes, slides, attendance sheet"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        municipalities = ((str(row.id), row.name) for row in list_municipalities())
        zones = ((str(zone.id), zone.name) for zone in list_zones())
        self.municipality.choices = options([("0", "–"), *municipalities])
        self.zone.choices = options([("0", "–"), *zones])

    def validate_ends(self, field: HourField) -> None:
        if field.data and not self.starts.data:
            raise ValidationError(_("Write also when it began."))
        if not field.data or not self.day.data:
            return
        # In the hour that the clocks skip in spring, a later hour may be an earlier instant.
        if self.instant_of(field.data) < self.instant_of(self.starts.data):
            raise ValidationError(_("It cannot end before it begins."))

    def instant_of(self, hour: dt.time) -> dt.datetime:
        """An hour of the form's day on the clocks of Rome, in UTC."""
        return dt.datetime.combine(self.day.data, hour, clock.ROME).astimezone(dt.UTC)


class AttendeeForm(PtmForm):
    """How one stakeholder attended. It lives within AttendanceForm, which has the token."""

    class Meta(PtmForm.Meta):
        csrf = False

    stakeholder = HiddenField()
    role = SelectField(_l("Attendance"), choices=labelled(AttendanceRole))
    represented_by = StringField(_l("Who spoke for it"), [at_most(120)])


class AttendanceForm(PtmForm):
    """Who came, who excused itself, who spoke for each."""

    base_version = HiddenField()
    attendees = FieldList(FormField(AttendeeForm), max_entries=2000)
