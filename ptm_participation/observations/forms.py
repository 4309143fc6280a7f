"""The forms of observations: the public one in its steps, and the office's."""

from collections.abc import Collection, Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, MultipleFileField
from wtforms import (
    BooleanField,
    EmailField,
    FieldList,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TelField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Optional

from ptm_participation.core import clock
from ptm_participation.core.forms import (
    DayField,
    EditForm,
    HourField,
    PtmForm,
    at_most,
    email_address,
    labelled,
    options,
)
from ptm_participation.observations.workflow import Capacity, Channel, LinkKind, RequestKind
from ptm_participation.procedure.models import Audience, IdentityLevel, Window
from ptm_participation.stakeholders.forms import subject_types
from ptm_participation.stakeholders.subjects import SubjectFamily, SubjectType, families_of
from ptm_participation.territory.queries import list_municipalities

LONGEST_TEXT = 10_000
OUTSIDE = "outside"


def municipalities() -> list[SelectChoice]:
    """The 133 Comuni, then whoever is from elsewhere."""
    rows = ((str(row.id), row.name) for row in list_municipalities())
    return options(
        [
            ("", _("Choose the Comune")),
            *rows,
            (OUTSIDE, _("Outside Città metropolitana di Milano")),
        ]
    )


# By what right a person writes for somebody else.
CAPACITIES = labelled((Capacity.LEGAL_REPRESENTATIVE, Capacity.DELEGATE))


class RequestForm(PtmForm):
    """One request of the public form. It lives within RequestsForm, which has the token."""

    class Meta(PtmForm.Meta):
        csrf = False

    kind = RadioField(
        _l("What would you do with these words?"),
        [DataRequired(_l("Choose what you would do."))],
        choices=labelled(RequestKind),
    )
    place = StringField(
        _l("Where"),
        [at_most(300)],
        description=_l("Place, sheet and parcels, if you speak of a spot on a map."),
    )
    proposed = TextAreaField(
        _l("How would you write them?"),
        [at_most(LONGEST_TEXT)],
        description=_l("Start from the words of the plan and change them here."),
    )
    reasons = TextAreaField(
        _l("Why?"),
        [DataRequired(_l("Write what you ask, and why.")), at_most(LONGEST_TEXT)],
        description=_l("What happens with today's words, to whom, and what would change."),
    )

    def speak_of_no_words(self) -> None:
        """Put the questions for a map, the whole plan, or a section whose text is not here."""
        self.kind.label.text = _("What do you ask?")
        self.proposed.description = _("Write here the words that you propose.")
        self.reasons.description = _("What happens today, to whom, and what would change.")


class RequestsForm(PtmForm):
    """Step 2: what is asked, request by request."""

    subject = StringField(
        _l("Subject, in one line"),
        [at_most(200)],
        description=_l("It helps to find it again. If you leave it empty, we put the sections."),
    )
    requests = FieldList(FormField(RequestForm), min_entries=1, max_entries=50)
    files = MultipleFileField(_l("Attachments"))


class SubjectTypeForm(PtmForm):
    """Step 3, first: what the submitter is. Five answers, then what exactly where it matters."""

    type = RadioField(
        _l("You write as"),
        [DataRequired(_l("Choose what you write as."))],
        validate_choice=False,
    )

    def __init__(
        self,
        family: SubjectFamily | None = None,
        *args: Any,
        admitted: Collection[SubjectType] = tuple(SubjectType),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.known = {*families_of(admitted), *admitted}
        self.type.choices = labelled(
            [t for t in family.types if t in self.known] if family else families_of(admitted)
        )

    def validate_type(self, field: RadioField) -> None:
        if field.data not in self.known:
            raise ValidationError(_("This is none of those in the list."))


class WindowForm(PtmForm):
    """In which of the open windows somebody writes; the answer stands in the address."""

    class Meta(PtmForm.Meta):
        csrf = False

    finestra = RadioField(
        _l("What do you want to write about?"),
        [InputRequired(_l("Choose what you want to write about."))],
    )

    def __init__(self, windows: Iterable[Window], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.finestra.choices = options((str(w.id), self._named(w)) for w in windows)

    @staticmethod
    def _named(window: Window) -> str:
        title = window.procedure.title
        return {
            Audience.EVERYONE: title,
            Audience.MUNICIPALITIES: _("%(title)s: you are a Comune", title=title),
            Audience.ENVIRONMENTAL_AUTHORITIES: _(
                "%(title)s: you are an environmental authority consulted", title=title
            ),
        }[window.audience]


class PartyForm(PtmForm):
    """Step 3, then: who the submitter is. Fields that do not fit the type are taken away."""

    name = StringField(_l("Name and surname"), [DataRequired(_l("Write the name.")), at_most(200)])
    municipality = SelectField(_l("Comune"), [DataRequired(_l("Choose the Comune from the list."))])
    capacity = RadioField(
        _l("You write"),
        [DataRequired(_l("Say whether you write in your own name."))],
        choices=options(
            [
                (Capacity.OWN_NAME.value, _l("In my own name")),
                (Capacity.DELEGATE.value, _l("On behalf of somebody else")),
            ]
        ),
        default=Capacity.OWN_NAME.value,
    )
    principal_name = StringField(_l("On behalf of whom"), [at_most(200)])
    principal_type = SelectField(_l("What they are"), validate_choice=True)
    representative = StringField(
        _l("Who represents it"),
        [DataRequired(_l("Write who represents it.")), at_most(200)],
        description=_l("Name and surname of the person who writes."),
    )
    representative_capacity = RadioField(
        _l("By what right"),
        [DataRequired(_l("Say by what right this person writes."))],
        choices=CAPACITIES,
        default=Capacity.LEGAL_REPRESENTATIVE.value,
    )
    signatories = TextAreaField(
        _l("Further signatories"),
        [at_most(5000)],
        description=_l("One for each line: name and surname."),
    )
    email = EmailField(
        _l("E-mail"),
        [DataRequired(_l("Write an e-mail address.")), email_address(), at_most(254)],
        description=_l("We send the receipt and the reply here."),
        render_kw={"autocomplete": "email"},
    )
    phone = TelField(_l("Telephone"), [at_most(40)], render_kw={"autocomplete": "tel"})

    def __init__(self, subject_type: SubjectType, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.subject_type = subject_type
        self.municipality.choices = municipalities()
        self.principal_type.choices = subject_types()
        for name in self._unfit(subject_type):
            delattr(self, name)
        if not subject_type.is_private_person:
            if self.name:
                self.name.label.text = _("Name")
            self.municipality.label.text = (
                _("Comune") if subject_type is SubjectType.MUNICIPALITY else _("Comune of the seat")
            )

    @staticmethod
    def _unfit(subject_type: SubjectType) -> list[str]:
        if subject_type.is_private_person:
            unfit = ["representative", "representative_capacity"]
            return unfit if subject_type is SubjectType.CITIZENS else [*unfit, "signatories"]
        unfit = ["capacity", "principal_name", "principal_type", "signatories"]
        return [*unfit, "name"] if subject_type is SubjectType.MUNICIPALITY else unfit

    def validate_municipality(self, field: SelectField) -> None:
        if self.subject_type is SubjectType.MUNICIPALITY and field.data == OUTSIDE:
            raise ValidationError(_("Choose one of the 133 Comuni, or write as another body."))

    def validate_principal_name(self, field: StringField) -> None:
        if self.capacity.data == Capacity.DELEGATE.value and not field.data:
            raise ValidationError(_("Write on behalf of whom you write."))

    def validate_principal_type(self, field: SelectField) -> None:
        if self.capacity.data == Capacity.DELEGATE.value and not field.data:
            raise ValidationError(_("Say what they are."))


class SendForm(PtmForm):
    """Step 4: how the author is identified, the declaration, the sending."""

    revision = HiddenField()
    identity = RadioField(
        _l("How do you make yourself known?"),
        [DataRequired(_l("Choose how you make yourself known."))],
    )
    signed_file = FileField(_l("The signed copy"))
    identity_file = FileField(_l("A copy of your identity document"))
    declaration = BooleanField(
        _l("What I wrote is true, and I may submit it."),
        [InputRequired(_l("Confirm the declaration."))],
    )


class LinkForm(PtmForm):
    """Ask for the draft's address by e-mail."""

    email = EmailField(
        _l("E-mail"),
        [DataRequired(_l("Write an e-mail address.")), email_address(), at_most(254)],
    )


class PaperForm(PtmForm):
    """The office enters an observation that came on paper or by mail."""

    token = HiddenField()
    window = SelectField(_l("Register and term"), [DataRequired(_l("Choose the register."))])
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
    scan = FileField(_l("Scan or message"))
    identity = SelectField(
        _l("How the author is identified"),
        choices=labelled(IdentityLevel),
    )
    protocol_number = StringField(_l("Protocol number"), [at_most(40)])
    protocol_on = DayField(_l("Protocol date"))
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

    def validate_reason(self, field: StringField) -> None:
        if self.counts_on.data and not field.data:
            raise ValidationError(_("Say why another date counts."))


class MessageForm(PtmForm):
    """A message saved as a file."""

    file = FileField(_l("Message (.eml)"))

    def validate_file(self, field: FileField) -> None:
        if not field.data or not field.data.filename:
            raise ValidationError(_("Choose the file of the message."))


class TableForm(PtmForm):
    """The protocol's numbers, as a table."""

    file = FileField(_l("Table (CSV)"))

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


class ProtocolForm(EditForm):
    number = StringField(
        _l("Protocol number"), [DataRequired(_l("Write the number.")), at_most(40)]
    )
    on = DayField(_l("Protocol date"), [InputRequired(_l("Write the date."))])


class RegulariseForm(PtmForm):
    how = StringField(
        _l("How the author was identified"),
        [DataRequired(_l("Say how the author was identified.")), at_most(300)],
        description=_l("For example: signed copy received by PEC on 5 November 2020."),
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


class CodeForm(PtmForm):
    """The tracking code, typed by hand."""

    class Meta(PtmForm.Meta):
        csrf = False

    codice = StringField(_l("Code of the receipt"), [DataRequired(_l("Write the code."))])
