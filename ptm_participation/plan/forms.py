"""Forms of the plan's pages."""

from flask_babel import lazy_gettext as _l
from wtforms import FileField, HiddenField, SelectField, StringField
from wtforms.validators import InputRequired

from ptm_participation.core.db import length_of
from ptm_participation.core.forms import PtmForm, at_most
from ptm_participation.plan.models import Edition


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
