"""The public form in its steps, and the code that follows a case."""

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
    StringField,
    TelField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired

from ptm_participation.core.forms import (
    PtmForm,
    at_most,
    email_address,
    labelled,
    options,
)
from ptm_participation.core.numbers import whole
from ptm_participation.core.reference import fold
from ptm_participation.observations.intake import NotABody
from ptm_participation.observations.workflow import Capacity, RequestKind
from ptm_participation.procedure.models import Audience, Window
from ptm_participation.stakeholders.forms import subject_types
from ptm_participation.stakeholders.subjects import SubjectFamily, SubjectType, families_of
from ptm_participation.territory.queries import MunicipalityRow, list_municipalities

LONGEST_TEXT = 10_000
LONGEST_NAME = 200
MOST_SIGNATORIES = 200
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


def names_of(text: str) -> list[str]:
    """The names of a list with one on each line."""
    names = (" ".join(line.split()) for line in text.splitlines())
    return [name for name in names if name]


def municipalities_named(names: Iterable[str]) -> dict[str, MunicipalityRow]:
    """The Comuni that these names mean, with or without «Comune di» before them; by the name."""
    known = {fold(row.name): row for row in list_municipalities()}
    bare = ((name, fold(name).removeprefix("comune di ")) for name in names)
    return {name: known[key] for name, key in bare if key in known}


def check_signatories(text: str, first: str, subject_type: SubjectType) -> None:
    """Whether these may sign together with the first. Raises ValidationError with a sentence."""
    names = names_of(text)
    if len(names) > MOST_SIGNATORIES:
        raise ValidationError(
            _("At most %(most)d further signatories: attach the whole list.", most=MOST_SIGNATORIES)
        )
    comuni = subject_type is SubjectType.MUNICIPALITY
    known = municipalities_named(names) if comuni else {}
    seen = set()
    for name in names:
        if len(name) > LONGEST_NAME:
            raise ValidationError(_("«%(name)s…» is too long for a name.", name=name[:40]))
        if comuni and name not in known:
            raise ValidationError(_("«%(name)s» is none of the 133 Comuni.", name=name))
        key = fold(municipality_name(known[name].name) if comuni else name)
        if key == fold(first):
            raise ValidationError(
                _("«%(name)s» is the first signatory already: take it off the list.", name=name)
            )
        if key in seen:
            raise ValidationError(_("«%(name)s» is on the list twice.", name=name))
        seen.add(key)


def municipality_name(name: str) -> str:
    """A Comune as one that submits is named."""
    return f"Comune di {name}"


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


class ReasonsForm(PtmForm):
    """The first step of a withdrawal: why, if its author cares to say so."""

    because = TextAreaField(
        _l("Why you withdraw it"),
        [at_most(LONGEST_TEXT)],
        description=_l("You need not say it. What you write goes into the register."),
    )


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
        bodies_only: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.bodies_only = bodies_only
        self.known = {*families_of(admitted), *admitted}
        self.type.choices = labelled(
            [t for t in family.types if t in self.known] if family else families_of(admitted)
        )

    def validate_type(self, field: RadioField) -> None:
        chosen = field.data if field.data in set(SubjectType) else None
        if self.bodies_only and chosen and SubjectType(chosen).is_private_person:
            raise ValidationError(str(NotABody()))
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
    mandate = FileField(_l("The mandate"))
    signatories = TextAreaField(_l("Further signatories"), [at_most(50_000)])
    protocol = StringField(
        _l("Your protocol number"),
        [at_most(40)],
        description=_l("If you have given it one already: the reply will quote it."),
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
        self.signatories.description = (
            _("One for each line: name and surname.")
            if subject_type.is_private_person
            else _("One for each line, by its name. They are taken to be what you are.")
        )
        if not subject_type.is_private_person:
            if self.name:
                self.name.label.text = _("Name")
            self.municipality.label.text = (
                _("Comune") if subject_type is SubjectType.MUNICIPALITY else _("Comune of the seat")
            )

    @staticmethod
    def _unfit(subject_type: SubjectType) -> list[str]:
        if subject_type.is_private_person:
            return ["representative", "representative_capacity", "protocol"]
        unfit = ["capacity", "principal_name", "principal_type"]
        return [*unfit, "name"] if subject_type is SubjectType.MUNICIPALITY else unfit

    def validate_municipality(self, field: SelectField) -> None:
        if self.subject_type is SubjectType.MUNICIPALITY and field.data == OUTSIDE:
            raise ValidationError(_("Choose one of the 133 Comuni, or write as another body."))

    def validate_signatories(self, field: TextAreaField) -> None:
        check_signatories(field.data or "", self._first_signatory(), self.subject_type)

    def _first_signatory(self) -> str:
        """The name under which the first signatory submits."""
        if self.subject_type is SubjectType.MUNICIPALITY:
            number = whole(self.municipality.data)
            rows = (row for row in list_municipalities() if row.id == number)
            return next((municipality_name(row.name) for row in rows), "")
        for_another = self.capacity and self.capacity.data == Capacity.DELEGATE.value
        return (self.principal_name.data if for_another else self.name.data) or ""

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


class SupplyForm(PtmForm):
    """What makes the author known after all."""

    token = HiddenField()
    signed_file = FileField(_l("The signed copy"))
    identity_file = FileField(_l("A copy of your identity document"))
    mandate = FileField(_l("The mandate"))


class LinkForm(PtmForm):
    """Ask for the draft's address by e-mail."""

    email = EmailField(
        _l("E-mail"),
        [DataRequired(_l("Write an e-mail address.")), email_address(), at_most(254)],
    )


class CodeForm(PtmForm):
    """The tracking code, typed by hand."""

    class Meta(PtmForm.Meta):
        csrf = False

    codice = StringField(_l("Code of the receipt"), [DataRequired(_l("Write the code."))])
