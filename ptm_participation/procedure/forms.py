"""The forms of windows and notices."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Optional

from ptm_participation.core.forms import (
    DayField,
    EditForm,
    HourField,
    PtmForm,
    at_most,
    labelled,
    options,
)
from ptm_participation.procedure.models import Audience

ACT = _l("Name the act: only an act moves a term.")


class TermForm(EditForm):
    token = HiddenField()
    register = SelectField(_l("Register"), [DataRequired(_l("Choose the register."))])
    audience = RadioField(
        _l("For whom"),
        [DataRequired(_l("Choose for whom."))],
        choices=labelled(Audience),
        default=Audience.EVERYONE.value,
    )
    opens_on = DayField(_l("Opens on"), [InputRequired(_l("Write the day."))])
    last_day = DayField(
        _l("Last day"),
        [InputRequired(_l("Write the day."))],
        description=_l("In time until 24:00 of this day, unless an hour is set."),
    )
    hour = HourField(_l("Hour of the term"), [Optional()])
    act = StringField(_l("Act"), [DataRequired(ACT), at_most(200)])

    def __init__(self, *args: Any, registers: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.register.choices = options(registers)


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
