"""Forms of the plan's pages."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    FileField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Optional

from ptm_participation.core import clock
from ptm_participation.core.db import length_of
from ptm_participation.core.forms import ChecksField, DayField, EditForm, PtmForm, at_most
from ptm_participation.plan.edits import CHANGED_KINDS, NoSuchPlace
from ptm_participation.plan.models import Closing, Edition, EditionKind, SectionVersion, Theme


class TextForm(PtmForm):
    """Which text goes into which edition."""

    document = SelectField(_l("Document"))
    edition = StringField(
        _l("Edition"),
        [InputRequired(_l("Name the edition.")), at_most(length_of(Edition.label))],
        render_kw={"list": "bozze"},
    )
    source = StringField(
        _l("Source of the text"),
        [InputRequired(_l("Say which act the text comes from.")), at_most(300)],
    )
    file = FileField(_l("File"))


class StepForm(PtmForm):
    """One step of an import; `version` is what it was taken upon."""

    version = IntegerField()
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
    sure = BooleanField(
        _l("I have checked it: from here on its words cannot be changed, and it cannot be undone"),
        [InputRequired(_l("Say that you have checked it: publishing cannot be undone."))],
    )

    def publication(self) -> dict[str, Any]:
        return {
            "kind": EditionKind(self.kind.data),
            "act": self.act.data,
            "dated_on": self.dated_on.data,
        }


class TieForm(PtmForm):
    """Which sections of the other edition one is tied to: those ticked, and others by name."""

    seen = HiddenField()
    ticked = ChecksField(coerce=int)
    others = StringField(_l("Other sections"), [at_most(300)])


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
    inner = BooleanField(_l("Also for all the articles that stand in it"))


class TreeEditForm(StepForm):
    """A change to one section, or to one doubt: the button says which."""

    do = StringField()
    on = StringField(validators=[at_most(20)])
    doubt = IntegerField()
    kind = SelectField(_l("What it is"), validate_choice=False)
    number = StringField(_l("Number"), [at_most(length_of(SectionVersion.number))])
    heading = StringField(_l("Heading"), [at_most(length_of(SectionVersion.heading))])
    at = IntegerField()
    words = StringField(validators=[at_most(300)])

    @property
    def edit(self) -> dict[str, Any]:
        """The edit that the pressed button asks for."""
        do = (self.do.data or "").partition(":")[0]
        on = {"do": do, "on": self.on.data or ""}
        if do == "settle":
            return {"do": do, "doubt": int_of((self.do.data or "").partition(":")[2])}
        kinds = [kind.value for kind in CHANGED_KINDS]
        kind = self.kind.data if self.kind.data in kinds else ""
        if do == "join_line":
            return {"do": "join", "on": on["on"], "same_line": True}
        if do == "name":
            named = {"number": self.number.data or "", "heading": self.heading.data or ""}
            return on | {"kind": kind} | named
        if do == "split":
            return on | {"kind": kind, "number": self.number.data or "", "at": self.at.data}
        return on

    def place_in(self, text: str) -> int:
        """Where the text is to be parted: at a place of the list, or before words that it has
        once. Raises NoSuchPlace."""
        words = self.words.data or ""
        if words:
            if text.count(words) != 1:
                raise NoSuchPlace()
            return text.index(words)
        if self.at.data is None:
            raise NoSuchPlace()
        return self.at.data


def int_of(text: str) -> int:
    """A small whole number, or one that counts nothing."""
    return int(text) if text.isdecimal() and len(text) < 7 else -1
