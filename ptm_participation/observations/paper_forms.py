"""The form in which the office enters what came on paper or by mail."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    EmailField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TelField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, Optional

from ptm_participation.core import clock
from ptm_participation.core.forms import (
    DayField,
    HourField,
    PtmForm,
    at_most,
    email_address,
    labelled,
)
from ptm_participation.core.numbers import whole
from ptm_participation.observations.forms import (
    CAPACITIES,
    LONGEST_TEXT,
    check_signatories,
    municipalities,
)
from ptm_participation.observations.office_forms import sender_number_field
from ptm_participation.observations.place_forms import read_parcel_lines
from ptm_participation.observations.received import Located
from ptm_participation.observations.workflow import Channel, Purpose
from ptm_participation.procedure.models import IdentityLevel
from ptm_participation.stakeholders.forms import subject_types
from ptm_participation.stakeholders.subjects import SubjectType


class PaperForm(PtmForm):
    """The office enters an observation that came on paper or by mail."""

    token = HiddenField()
    window = SelectField(_l("Register and term"), [DataRequired(_l("Choose the register."))])
    purpose = RadioField(
        _l("What it is"), choices=labelled(Purpose), default=Purpose.OBSERVATION.value
    )
    withdraws = StringField(
        _l("Number of the one withdrawn"),
        [at_most(10)],
        description=_l("Only for a withdrawal."),
    )
    channel = RadioField(
        _l("How it came"),
        [DataRequired(_l("Choose how it came."))],
        choices=labelled(c for c in Channel if c is not Channel.WEB),
        default=Channel.REGISTERED_MAIL.value,
    )
    sent_on = DayField(
        _l("Postmark"),
        description=_l("Only for a registered letter: its day counts."),
    )
    arrived_on = DayField(_l("Arrived on"), [InputRequired(_l("Write the day of arrival."))])
    arrived_at = HourField(
        _l("At"),
        [Optional()],
        description=_l("For PEC: hour of acceptance by the sender's provider."),
    )
    type = SelectField(_l("Type of subject"), [DataRequired(_l("Choose the type of subject."))])
    name = StringField(_l("Name"), [DataRequired(_l("The name is missing.")), at_most(200)])
    municipality = SelectField(_l("Comune"), [DataRequired(_l("The Comune is one of the list."))])
    representative = StringField(_l("Who represents it"), [at_most(200)])
    representative_capacity = SelectField(_l("By what right"), choices=CAPACITIES)
    signatories = TextAreaField(
        _l("Further signatories"),
        [at_most(50_000)],
        description=_l("One for each line. Of bodies, each is taken to be what the first is."),
    )
    email = EmailField(_l("E-mail or PEC"), [Optional(), email_address(), at_most(254)])
    phone = TelField(_l("Telephone"), [at_most(40)])
    title = StringField(_l("Subject"), [DataRequired(_l("Write the subject.")), at_most(200)])
    sections = StringField(
        _l("Articles and maps"),
        [at_most(500)],
        description=_l("For example: 18; 41; Tav. 6. Empty means the whole plan."),
    )
    text = TextAreaField(
        _l("Text"),
        [DataRequired(_l("Write the text, or a summary if it is in the scan.")), at_most(100_000)],
    )
    parcels = TextAreaField(
        _l("Cadastral parcels that it names"),
        [at_most(2000)],
        description=_l("A sheet on each line: Rho, foglio 12, mappali 34, 35."),
    )
    parcels_public = BooleanField(_l("Everybody may see these parcels"))
    scan = FileField(_l("Scan or message"))
    cannot_be_read = BooleanField(_l("The text or an attachment cannot be read"))
    what_cannot = StringField(
        _l("What cannot be read"),
        [at_most(300)],
        description=_l("For example: page 2 of the scan; the attached drawing."),
    )
    identity = SelectField(
        _l("How the author is identified"),
        choices=labelled(IdentityLevel),
    )
    protocol_number = StringField(_l("Protocol number"), [at_most(40)])
    protocol_on = DayField(_l("Protocol date"))
    sender_number = sender_number_field()
    sender_on = DayField(_l("Date of the sender’s protocol"))
    sender_registry = StringField(_l("Registry of the sender"), [at_most(80)])
    counts_on = DayField(
        _l("Another day counts"),
        [Optional()],
        description=_l("Only if the rule of the channel does not hold; say why."),
    )
    reason = StringField(_l("Why"), [at_most(500)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.municipality.choices = municipalities()
        self.type.choices = subject_types()
        if self.purpose.data != Purpose.OBSERVATION.value:
            # It says what it is by itself; more words are welcome, and none are needed.
            self.title.validators = [at_most(200)]
            self.text.validators = [at_most(LONGEST_TEXT)]

    def validate_withdraws(self, field: StringField) -> None:
        if self.purpose.data == Purpose.WITHDRAWAL.value and whole(field.data) is None:
            raise ValidationError(_("Write the number of the one withdrawn."))

    def validate_signatories(self, field: TextAreaField) -> None:
        if self.type.data in set(SubjectType):
            check_signatories(field.data or "", self.name.data or "", SubjectType(self.type.data))

    def validate_parcels(self, field: TextAreaField) -> None:
        self.named_parcels()

    def named_parcels(self) -> tuple[Located, ...]:
        """The parcels as places of what is asked. Raises ValidationError."""
        return read_parcel_lines(self.parcels.data or "", public=bool(self.parcels_public.data))

    @property
    def unreadable(self) -> str:
        """What cannot be read, where the box says that something cannot."""
        return (self.what_cannot.data or "") if self.cannot_be_read.data else ""

    def validate_what_cannot(self, field: StringField) -> None:
        if self.cannot_be_read.data and not (field.data or "").strip():
            raise ValidationError(_("Say what cannot be read."))

    def validate_sent_on(self, field: DayField) -> None:
        if self.channel.data == Channel.REGISTERED_MAIL.value and field.data is None:
            raise ValidationError(_("Write the day of the postmark."))
        if field.data and self.arrived_on.data and field.data > self.arrived_on.data:
            raise ValidationError(_("It cannot have been sent after it arrived."))

    def validate_arrived_on(self, field: DayField) -> None:
        if field.data and field.data > clock.today():
            raise ValidationError(_("This date is still to come."))

    def validate_protocol_on(self, field: DayField) -> None:
        if bool(field.data) != bool(self.protocol_number.data):
            raise ValidationError(_("Write both the number and the date of the protocol."))
        if field.data and field.data > clock.today():
            raise ValidationError(_("This date is still to come."))

    def validate_sender_on(self, field: DayField) -> None:
        if field.data and self.arrived_on.data and field.data > self.arrived_on.data:
            raise ValidationError(_("It cannot have been sent after it arrived."))
        if (field.data or self.sender_registry.data) and not self.sender_number.data:
            raise ValidationError(_("Write the number of the sender’s protocol too."))

    def validate_reason(self, field: StringField) -> None:
        if self.counts_on.data and not field.data:
            raise ValidationError(_("Say why another date counts."))
