"""The office's forms of observations."""

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, Optional

from ptm_participation.accounts.queries import Officer
from ptm_participation.core.forms import (
    DayField,
    EditForm,
    HourField,
    PtmForm,
    WholeNumberField,
    at_most,
    labelled,
    options,
)
from ptm_participation.core.numbers import whole
from ptm_participation.observations.forms import (
    municipalities,
)
from ptm_participation.observations.models import Protocol
from ptm_participation.observations.workflow import LinkKind
from ptm_participation.stakeholders.forms import subject_types


def sender_number_field() -> StringField:
    return StringField(
        _l("Protocol number of the sender"),
        [at_most(40)],
        description=_l("As the document bears it, if it comes from a body."),
    )


class MessageForm(PtmForm):
    """A message saved as a file."""

    file = FileField(_l("Message (.eml)"))

    def validate_file(self, field: FileField) -> None:
        if not field.data or not field.data.filename:
            raise ValidationError(_("Choose the file of the message."))


class TableForm(PtmForm):
    """The protocol's numbers, as a table."""

    file = FileField(_l("Table (CSV)"))
    change = BooleanField(_l("Change the numbers that were given already, too"))

    def validate_file(self, field: FileField) -> None:
        if not field.data or not field.data.filename:
            raise ValidationError(_("Choose the file of the table."))


class SetAsideForm(PtmForm):
    reason = StringField(
        _l("Why it is no observation"), [DataRequired(_l("Say why.")), at_most(300)]
    )


class LinkKindForm(PtmForm):
    """What an observation is to an earlier one."""

    kind = RadioField(
        _l("This observation"),
        [DataRequired(_l("Choose what it is to the other."))],
        choices=labelled(LinkKind),
    )
    number = StringField(
        _l("Number of the earlier one"),
        [DataRequired(_l("Write the number.")), at_most(10)],
    )
    because = StringField(_l("Why"), [at_most(300)])


class UndoForm(PtmForm):
    because = StringField(_l("Why"), [DataRequired(_l("Say why.")), at_most(300)])


class AnnulForm(PtmForm):
    because = StringField(
        _l("Why it is annulled"),
        [DataRequired(_l("Say why.")), at_most(300)],
        description=_l("For example: registered twice, see n. 12."),
    )


def _act() -> StringField:
    return StringField(
        _l("Act"),
        [DataRequired(_l("Name the act.")), at_most(200)],
        description=_l("For example: DCM 16/2021."),
    )


def _day_of_act() -> DayField:
    return DayField(_l("Day of the act"), [InputRequired(_l("Write the day."))])


class DecisionForm(EditForm):
    """The act by which the council decided."""

    act, on = _act(), _day_of_act()


class DecideManyForm(PtmForm):
    """The same for many; `chosen` are the keys of the observations."""

    act, on = _act(), _day_of_act()
    chosen = SelectMultipleField(
        _l("Observations decided on"),
        [InputRequired(_l("Choose at least one observation."))],
        validate_choice=False,
    )


class ProtocolForm(EditForm):
    number = StringField(
        _l("Protocol number"), [DataRequired(_l("Write the number.")), at_most(40)]
    )
    on = DayField(_l("Protocol date"), [InputRequired(_l("Write the date."))])
    registry = StringField(
        _l("Registry"),
        [at_most(80)],
        description=_l("Only if the body has more than one."),
    )
    case_file = StringField(_l("Case file"), [at_most(80)])
    sender_number = sender_number_field()
    sender_on = DayField(_l("Date of the sender’s protocol"), [Optional()])
    sender_registry = StringField(_l("Registry of the sender"), [at_most(80)])

    def protocol(self) -> Protocol:
        """What the body gave."""
        registry, case_file = self.registry.data or "", self.case_file.data or ""
        return Protocol(self.number.data, self.on.data, registry, case_file)

    def sender_protocol(self) -> Protocol:
        """What the sender's document bears."""
        registry = self.sender_registry.data or ""
        return Protocol(self.sender_number.data or "", self.sender_on.data, registry)


class RegulariseForm(PtmForm):
    how = StringField(
        _l("How the author was identified"),
        [DataRequired(_l("Say how the author was identified.")), at_most(300)],
        description=_l("For example: signed copy received by PEC on 5 November 2020."),
    )


class AskToRegulariseForm(PtmForm):
    days = WholeNumberField(_l("Days to do it"), most=3650)
    words = TextAreaField(
        _l("Words to the sender"),
        [at_most(2000)],
        description=_l("What is missing, and anything that helps. They go into the message."),
    )


class AssignForm(EditForm):
    """Who works on an observation; the select offers the open accounts of the office."""

    officer = SelectField(_l("Who works on it"))

    def offer(self, officers: Iterable[Officer], present: int | None = None) -> None:
        """Offer nobody, the accounts that are open, and the one that has it at present."""
        offered = [
            (str(officer.id), officer.name)
            for officer in officers
            if officer.active or officer.id == present
        ]
        self.officer.choices = options([("", _l("nobody")), *offered])


class SelectionForm(PtmForm):
    """The boxes of a page of the worklist: those ticked now, those that were, those shown.

    What changed is the difference: another window's changes of the same rows stay.
    """

    pick = SelectMultipleField(validate_choice=False)
    was = SelectMultipleField(validate_choice=False)
    shown = SelectMultipleField(validate_choice=False)
    whole_page = BooleanField()
    act = StringField(name="azione")

    def keys(self, name: str) -> set[int]:
        """The observations that a field names."""
        return {key for text in self[name].data if (key := whole(text)) is not None}


class AssignSelectedForm(PtmForm):
    """Who is to work on all that is selected; `seen` is the mark of what that was."""

    seen = HiddenField()
    officer = SelectField(_l("Who works on them"))

    def offer(self, officers: Iterable[Officer]) -> None:
        """Offer nobody, and the accounts that are open."""
        offered = [(str(officer.id), officer.name) for officer in officers if officer.active]
        self.officer.choices = options([("", _l("nobody")), *offered])


class CheckSelectedForm(PtmForm):
    """All that is selected is checked; `seen` is the mark of what that was."""

    seen = HiddenField()


class SavedFilterForm(PtmForm):
    """The name of a saved filter, and who sees it."""

    name = StringField(_l("Name"), [DataRequired(_l("The name is missing.")), at_most(60)])
    shared = BooleanField(_l("The whole office sees it"))


class UnreadableForm(EditForm):
    """What of an observation cannot be read."""

    what = StringField(
        _l("What cannot be read"),
        [DataRequired(_l("Say what cannot be read.")), at_most(300)],
        description=_l("For example: page 2 of the scan; the attached drawing."),
    )


class DateForm(EditForm):
    counts_on = DayField(_l("The day that counts"), [InputRequired(_l("Write the day."))])
    hour = HourField(_l("At"), [Optional()])
    reason = StringField(
        _l("Why"), [DataRequired(_l("Say why another date counts.")), at_most(500)]
    )


class WorkingTextForm(PtmForm):
    base_version = HiddenField()
    text = TextAreaField(
        _l("Working text"), [DataRequired(_l("The text cannot be empty.")), at_most(200_000)]
    )


class ClassifyForm(EditForm):
    title = StringField(_l("Subject"), [DataRequired(_l("Write the subject.")), at_most(200)])
    type = SelectField(_l("Type of subject"), [DataRequired(_l("Choose the type of subject."))])
    municipality = SelectField(_l("Comune"), [DataRequired(_l("The Comune is one of the list."))])
    sections = StringField(
        _l("Articles and maps"),
        [at_most(1000)],
        description=_l("For example: 18; 41; Tav. 6."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.municipality.choices = municipalities()
        self.type.choices = subject_types()


class TieForm(PtmForm):
    """The stakeholder is chosen by its number, from the list that the page shows."""

    stakeholder = RadioField(
        _l("It is"),
        [DataRequired(_l("Choose one of the stakeholders, or make a new one."))],
        validate_choice=False,
    )


class PublishForm(PtmForm):
    """What to publish, each with the mark of what was read before deciding."""

    seen = SelectMultipleField(
        _l("Observations to publish"),
        [InputRequired(_l("Choose at least one observation."))],
        validate_choice=False,
    )


class UnpublishForm(PtmForm):
    reason = StringField(_l("Why"), [DataRequired(_l("Say why it is taken back.")), at_most(300)])
