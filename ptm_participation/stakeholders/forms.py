"""The forms of stakeholders."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    EmailField,
    HiddenField,
    SelectField,
    StringField,
    TelField,
    TextAreaField,
    URLField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Optional, Regexp

from ptm_participation.core.forms import EditForm, at_most, email_address, options
from ptm_participation.stakeholders.models import Stakeholder
from ptm_participation.stakeholders.subjects import SubjectGroup, SubjectType
from ptm_participation.territory.queries import list_municipalities

NO_MUNICIPALITY = "0"


def subject_types() -> list[SelectChoice]:
    """The types of subject under their groups, none chosen at first."""
    grouped = [
        choice
        for group in SubjectGroup
        for choice in options(
            ((t.value, t.label) for t in SubjectType if t.group is group), str(group.label)
        )
    ]
    return [SelectChoice("", _("Choose")), *grouped]


class StakeholderForm(EditForm):
    token = HiddenField()
    name = StringField(_l("Name"), [DataRequired(_l("The name is missing.")), at_most(200)])
    type = SelectField(_l("Type of subject"), [DataRequired(_l("Choose the type of subject."))])
    municipality = SelectField(_l("Comune"))
    pec = EmailField(_l("PEC"), [Optional(), email_address(), at_most(254)])
    website = URLField(
        _l("Website"),
        [
            Optional(),
            Regexp(r"https?://\S+\.\S+", message=_l("Write the whole address, with https://.")),
            at_most(300),
        ],
    )
    must_be_consulted = BooleanField(
        _l("The law wants it heard while the plan is drafted (LR 12/2005, art. 17)")
    )
    note = TextAreaField(_l("Notes of the office"), [at_most(5000)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.type.choices = subject_types()
        municipalities = ((str(row.id), row.name) for row in list_municipalities())
        self.municipality.choices = options(
            [(NO_MUNICIPALITY, _("None, or outside Città metropolitana")), *municipalities]
        )

    def values(self) -> dict[str, Any]:
        """What the form says, as the use cases take it."""
        municipality = int(self.municipality.data or 0)
        return {
            "name": self.name.data,
            "type": SubjectType(self.type.data),
            "municipality_id": municipality or None,
            "pec": self.pec.data or "",
            "website": self.website.data or "",
            "must_be_consulted": self.must_be_consulted.data,
            "note": self.note.data or "",
        }


def shown(stakeholder: Stakeholder) -> dict[str, Any]:
    """What the form shows of a stakeholder."""
    return {
        "name": stakeholder.name,
        "type": stakeholder.type.value,
        "municipality": str(stakeholder.municipality_id or NO_MUNICIPALITY),
        "pec": stakeholder.pec,
        "website": stakeholder.website,
        "must_be_consulted": stakeholder.must_be_consulted,
        "note": stakeholder.note,
    }


class ContactForm(EditForm):
    token = HiddenField()
    name = StringField(
        _l("Name and surname"), [DataRequired(_l("The name is missing.")), at_most(120)]
    )
    capacity = StringField(
        _l("In what capacity"), [at_most(120)], description=_l("For example: town planner.")
    )
    email = EmailField(_l("E-mail"), [Optional(), email_address(), at_most(254)])
    phone = TelField(_l("Telephone"), [at_most(40)])
    note = TextAreaField(_l("Notes of the office"), [at_most(2000)])
    ended = BooleanField(_l("No longer to be used"))

    def values(self) -> dict[str, Any]:
        return {
            "name": self.name.data,
            "capacity": self.capacity.data or "",
            "email": self.email.data or "",
            "phone": self.phone.data or "",
            "note": self.note.data or "",
        }
