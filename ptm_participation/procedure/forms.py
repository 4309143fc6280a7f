"""The forms of windows, of what moves their terms, and of notices."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Optional

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
from ptm_participation.core.reference import slugify
from ptm_participation.plan.models import Edition
from ptm_participation.procedure.deadline import MOST_DAYS, Extension, Suspension
from ptm_participation.procedure.models import (
    Audience,
    Procedure,
    Register,
    TermSuspension,
    Window,
)
from ptm_participation.procedure.patterns import ForeseenWindow, patterns
from ptm_participation.procedure.service import LONGEST_CODE, Opening
from ptm_participation.procedure.terms import Term

ACT = _l("Name the act: only an act moves a term.")
WRITE_DAY = _l("Write the day.")
COUNTED, NAMED = "counted", "named"


def _act(label: Any = None) -> StringField:
    return StringField(label or _l("Act"), [DataRequired(ACT), at_most(200)])


class PatternForm(PtmForm):
    """Of which pattern a procedure is opened; its answer stands in the address."""

    class Meta(PtmForm.Meta):
        csrf = False

    modello = RadioField(
        _l("What procedure is it?"), [InputRequired(_l("Choose what procedure it is."))]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = patterns().values()
        self.modello.choices = options((pattern.code, pattern.title) for pattern in known)

    @property
    def hints(self) -> dict[str, str]:
        """What each is for, in a line."""
        return {code: pattern.purpose for code, pattern in patterns().items()}


class ProcedureForm(PtmForm):
    """A procedure that is about to be opened."""

    token = HiddenField()
    title = StringField(_l("Title"), [DataRequired(_l("Write the title.")), at_most(200)])
    code = StringField(
        _l("Code, for addresses"),
        [at_most(LONGEST_CODE)],
        description=_l("Small letters, digits, dashes. If empty, it is made from the title."),
    )
    edition = SelectField(
        _l("Plan, and edition under observation"), [DataRequired(_l("Choose the edition."))]
    )
    body = StringField(_l("Body"), [DataRequired(_l("Write the body.")), at_most(200)])
    office = StringField(_l("Office"), [at_most(200)])
    office_address = StringField(_l("Address"), [at_most(200)])
    office_pec = StringField(_l("PEC"), [at_most(200)])
    case_file = StringField(_l("Case file"), [at_most(80)])

    def __init__(self, *args: Any, editions: Sequence[Edition], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.editions = {str(edition.id): edition for edition in editions}
        self.edition.choices = [
            choice
            for number, edition in self.editions.items()
            for choice in options([(number, edition.title)], group=edition.plan.name)
        ]

    def opening(self) -> Opening:
        """What the form says, once it is valid."""
        proposed = slugify(self.title.data)[:LONGEST_CODE].strip("-")
        return Opening(
            title=self.title.data,
            code=self.code.data or proposed,
            edition=self.editions[self.edition.data],
            body=self.body.data,
            office=self.office.data or "",
            office_address=self.office_address.data or "",
            office_pec=self.office_pec.data or "",
            case_file=self.case_file.data or "",
        )


def proposed(lead: Procedure) -> dict[str, Any]:
    """What a new procedure has in common with the one that leads."""
    names = ("body", "office", "office_address", "office_pec")
    return {"edition": str(lead.edition_id)} | {name: getattr(lead, name) for name in names}


class TermForm(EditForm):
    """A window's term: so many days from a notice, or a day that an act names."""

    token = HiddenField()
    register = SelectField(_l("Register"), [DataRequired(_l("Choose the register."))])
    audience = RadioField(
        _l("For whom"),
        [DataRequired(_l("Choose for whom."))],
        choices=labelled(Audience),
        default=Audience.EVERYONE.value,
    )
    how = RadioField(
        _l("How the end is set"),
        [DataRequired(_l("Choose how the end is set."))],
        choices=options(
            [(COUNTED, _l("Days from a notice")), (NAMED, _l("A day that an act names"))]
        ),
        default=COUNTED,
    )
    notice_on = DayField(
        _l("Day of the notice"),
        [Optional()],
        description=_l("Of the BURL, or of the site: it is not counted."),
    )
    days = WholeNumberField(_l("Days of the term"), MOST_DAYS, optional=True)
    last_day = DayField(_l("Last day"), [Optional()])
    opens_on = DayField(
        _l("Opens on"), [Optional()], description=_l("If empty, on the day of the notice.")
    )
    hour = HourField(
        _l("Hour of the term"),
        [Optional()],
        description=_l("In time until 24:00 of the last day, unless an hour is set."),
    )
    act = _act()

    def __init__(
        self,
        *args: Any,
        registers: Sequence[Register] = (),
        foreseen: ForeseenWindow | None = None,
        **kwargs: Any,
    ) -> None:
        if foreseen is not None:
            own = next((r for r in registers if r.kind is foreseen.register), None)
            kwargs |= {
                "register": str(own.id) if own else None,
                "audience": foreseen.audience.value,
                "how": NAMED if foreseen.days is None else COUNTED,
                "days": foreseen.days,
            }
        super().__init__(*args, **kwargs)
        if self.register is not None:
            self.register.choices = options((str(r.id), r.kind.label) for r in registers)

    def validate(self, extra_validators: Any = None) -> bool:
        good = super().validate(extra_validators)
        needed = (self.notice_on,) if self.how.data == COUNTED else (self.last_day, self.opens_on)
        for field in needed:
            if field.data is None and not field.errors:
                field.errors = [WRITE_DAY]
                good = False
        if self.how.data == COUNTED and not self.days.data and not self.days.errors:
            self.days.errors = [_("Write how many days.")]
            good = False
        return good

    def term(self) -> Term:
        """What the form says, once it is valid."""
        if self.how.data == COUNTED:
            opens_on: dt.date = self.opens_on.data or self.notice_on.data
            return Term(opens_on, self.notice_on.data, self.days.data, hour=self.hour.data)
        return Term(self.opens_on.data, last_day=self.last_day.data, hour=self.hour.data)


def shown(window: Window, opens_on: dt.date) -> dict[str, Any]:
    """The window's term as the form shows it."""
    return {
        "how": NAMED if window.notice_on is None else COUNTED,
        "notice_on": window.notice_on,
        "days": window.term_days,
        "last_day": window.last_day,
        "opens_on": opens_on,
        "hour": window.closing_hour,
        "act": window.act,
    }


class ExtensionForm(PtmForm):
    """More time for a window."""

    how = RadioField(
        _l("How the term is extended"),
        [DataRequired(_l("Choose how the end is set."))],
        choices=options([(COUNTED, _l("By so many days")), (NAMED, _l("Until a day"))]),
        default=COUNTED,
    )
    days = WholeNumberField(_l("Days more"), MOST_DAYS, optional=True)
    until = DayField(_l("Until"), [Optional()])
    act = _act()

    def validate(self, extra_validators: Any = None) -> bool:
        good = super().validate(extra_validators)
        if self.how.data == COUNTED and not self.days.data and not self.days.errors:
            self.days.errors = [_("Write how many days.")]
            good = False
        if self.how.data == NAMED and self.until.data is None and not self.until.errors:
            self.until.errors = [WRITE_DAY]
            good = False
        return good

    def extension(self) -> Extension:
        """What the form says, once it is valid."""
        if self.how.data == COUNTED:
            return Extension(self.act.data, days=self.days.data or 0)
        return Extension(self.act.data, until=self.until.data)


class SuspensionForm(PtmForm):
    """Days that terms do not count."""

    token = HiddenField()
    first_day = DayField(_l("First day"), [InputRequired(WRITE_DAY)])
    last_day = DayField(_l("Last day"), [InputRequired(WRITE_DAY)])
    act = StringField(
        _l("Act"),
        [DataRequired(ACT), at_most(200)],
        description=_l("For example: DL 18/2020, art. 103."),
    )

    def suspension(self) -> Suspension:
        """What the form says, once it is valid. Raises SuspensionReversed."""
        return Suspension(self.first_day.data, self.last_day.data, self.act.data)


def shown_suspension(row: TermSuspension | None) -> dict[str, Any]:
    if row is None:
        return {}
    return {"first_day": row.first_day, "last_day": row.last_day, "act": row.act}


class FeastsForm(PtmForm):
    """The feast days of the place."""

    feasts = TextAreaField(
        _l("Local feast days"),
        [at_most(2000)],
        description=_l("One a line, day and month before the name: 07-12 Sant’Ambrogio."),
    )


class LateForm(PtmForm):
    """What was decided on late observations."""

    examined = RadioField(
        _l("Late observations"),
        [DataRequired(_l("Choose what was decided."))],
        choices=options(
            [("yes", _l("They are examined all the same")), ("no", _l("They are not examined"))]
        ),
    )
    act = _act(_l("Act that decided it"))


class ShutForm(PtmForm):
    act = StringField(
        _l("Act that closes the window"),
        [DataRequired(ACT), at_most(200)],
        description=_l("For example: DCM 16/2021 of 11 May 2021."),
    )


class NoticeForm(PtmForm):
    text = TextAreaField(
        _l("Text in Italian"), [DataRequired(_l("Write the notice.")), at_most(50_000)]
    )
    text_en = TextAreaField(
        _l("Text in English"), [DataRequired(_l("Write the notice.")), at_most(50_000)]
    )
