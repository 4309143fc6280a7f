"""Forms of the plan's pages."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import FileField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Optional

from ptm_participation.core import clock
from ptm_participation.core.db import length_of
from ptm_participation.core.forms import ChecksField, DayField, EditForm, PtmForm, at_most
from ptm_participation.plan.models import Closing, Edition, EditionKind, Theme


class TextForm(PtmForm):
    """Which text goes into which edition."""

    document = SelectField(_l("Document"))
    edition = StringField(
        _l("Edition"),
        [InputRequired(_l("Name the edition.")), at_most(length_of(Edition.label))],
    )
    source = StringField(
        _l("Source of the text"),
        [InputRequired(_l("Say which act the text comes from.")), at_most(300)],
    )
    file = FileField(_l("File"))


class ConfirmForm(PtmForm):
    """The decision on a preview, and the state of the plan's text that it was made upon."""

    seen = HiddenField()


class PublicationForm(PtmForm):
    """The act that makes an edition, whose words are fixed with it."""

    kind = SelectField(_l("Kind of edition"))
    act = StringField(
        _l("Act"),
        [
            InputRequired(_l("Name the act that makes the edition.")),
            at_most(length_of(Edition.act)),
        ],
    )
    dated_on = DayField(_l("Day of the act"), [InputRequired(_l("Write the day of the act."))])

    def publication(self) -> dict[str, Any]:
        return {
            "kind": EditionKind(self.kind.data),
            "act": self.act.data,
            "dated_on": self.dated_on.data,
        }


class SourcesForm(PtmForm):
    """Which sections of the edition before one follows."""

    sources = StringField(_l("It follows"), [at_most(300)])


class ClosingForm(PtmForm):
    """What takes no more observations, and why. A section is named by the address."""

    document = SelectField(_l("Document"))
    reason = TextAreaField(
        _l("Reason"),
        [
            DataRequired(_l("Say why it is closed: the reason is shown to everybody.")),
            at_most(length_of(Closing.reason)),
        ],
    )
    act = StringField(_l("Act"), [at_most(length_of(Closing.act))])
    from_on = DayField(_l("From which day"), [DataRequired(_l("Write the day."))])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"from_on": clock.today(), **kwargs})

    def values(self) -> dict[str, Any]:
        """What the use case is given."""
        return {
            "reason": self.reason.data,
            "act": self.act.data or "",
            "from_on": self.from_on.data,
        }


class ReopeningForm(PtmForm):
    """Why something takes observations again."""

    because = TextAreaField(
        _l("Why it is reopened"),
        [
            DataRequired(_l("Say why it is reopened.")),
            at_most(length_of(Closing.reopened_because)),
        ],
    )


class ThemeForm(PtmForm):
    """A theme's name, and for a new one the plan that it runs through."""

    plan = SelectField(_l("Plan"))
    name = StringField(
        _l("Name of the theme"),
        [DataRequired(_l("Write the name.")), at_most(length_of(Theme.name))],
    )


class SectionThemesForm(EditForm):
    """The themes that a section belongs to."""

    themes = ChecksField(_l("Themes"), [Optional()], coerce=str)
