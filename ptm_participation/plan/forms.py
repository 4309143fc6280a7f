"""Forms of the plan's pages."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import FileField, HiddenField, SelectField, StringField
from wtforms.validators import InputRequired

from ptm_participation.core.db import length_of
from ptm_participation.core.forms import DayField, PtmForm, at_most
from ptm_participation.plan.models import Edition, EditionKind


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
