"""The facts that can be corrected on screen: a table of their kinds and fields."""

import dataclasses
import json
from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, Optional

from ptm_participation.core.db import Base, db
from ptm_participation.core.formats import span
from ptm_participation.core.forms import (
    ChecksField,
    DayField,
    PtmForm,
    WholeNumberField,
    at_most,
    labelled,
    options,
)
from ptm_participation.core.reference import Verification
from ptm_participation.plan.models import (
    Document,
    DocumentKind,
    Edition,
    Plan,
    PlanLink,
    SectionVersion,
    Theme,
)
from ptm_participation.procedure.models import IdentityLevel, Procedure, Step, StepKind
from ptm_participation.territory.models import Municipality, Zone

REQUIRED = _l("This cannot be empty.")


def text(label: Any, length: int, *, required: bool = False) -> Any:
    first = [DataRequired(REQUIRED)] if required else []
    return StringField(label, [*first, at_most(length)])


def long_text(label: Any, length: int = 20_000) -> Any:
    return TextAreaField(label, [at_most(length)])


def boundary(_form: Any, field: Any) -> None:
    """A GeoJSON polygon, in degrees. Raises ValidationError."""
    try:
        shape = json.loads(field.data)
        places = {"Polygon": [shape["coordinates"]], "MultiPolygon": shape["coordinates"]}
        polygons = places[shape["type"]]
        corners = [tuple(map(float, at)) for rings in polygons for ring in rings for at in ring]
        good = len(corners) > 3 and all(
            abs(longitude) <= 180 and abs(latitude) <= 90 for longitude, latitude in corners
        )
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        good = False
    if not good:
        raise ValidationError(_("Write a GeoJSON Polygon or MultiPolygon, in degrees."))


class FactForm(PtmForm):
    """What every fact has: whether it was verified, against what, and a note."""

    verification = RadioField(
        _l("Checked against the source"),
        [DataRequired(REQUIRED)],
        choices=labelled(Verification),
    )
    source = StringField(_l("Source"), [at_most(500)])
    note = TextAreaField(_l("Note"), [at_most(5000)])
    seen = HiddenField()  # when the fact that was shown had been corrected last

    # The fields of the kind's own, in the order in which they are shown.
    own: tuple[str, ...] = ()

    def fill(self, fact: Any) -> None:
        """Show what is known of the fact."""
        self.seen.data = _last_corrected(fact)
        for name in (*self.own, "verification", "source", "note"):
            value = getattr(fact, name)
            if isinstance(value, list):
                self[name].data = [str(item) for item in value]
            elif isinstance(self[name], SelectField):
                self[name].data = str(getattr(value, "value", value))
            else:
                self[name].data = getattr(value, "value", value)

    def is_of(self, fact: Any) -> bool:
        """Whether the fact is still the one that the form showed."""
        present = _last_corrected(fact)
        same, self.seen.data = self.seen.data == present, present
        return same

    def values(self, fact: Any) -> dict[str, Any]:
        """What the form says, in the types of the fact's own columns."""
        return {
            name: _like(getattr(type(fact), name).type, self[name].data)
            for name in (*self.own, "verification", "source", "note")
        }


def _last_corrected(fact: Any) -> str:
    return fact.corrected_at.isoformat() if fact.corrected_at else ""


def _like(column_type: Any, value: Any) -> Any:
    if isinstance(column_type, sa.Enum) and column_type.enum_class is not None:
        return column_type.enum_class(value)
    if isinstance(column_type, sa.Integer) and value is not None:
        return int(value)
    if isinstance(column_type, (sa.String, sa.Text)):
        return value or ""
    return value


@dataclasses.dataclass(frozen=True, slots=True)
class Kind:
    """A kind of fact: where it is kept, how it is listed, what can be corrected."""

    slug: str
    model: type[Base]
    label: Any
    name: Callable[[Any], str]
    fields: dict[str, Any]
    order: Sequence[Any]
    about: Callable[[Any], str] = lambda _fact: ""
    choices: Callable[[FactForm], None] = lambda _form: None
    # What a list shows beside the fact, loaded along with it.
    beside: Sequence[Any] = ()

    def form(self) -> type[FactForm]:
        return type("KindForm", (FactForm,), {**self.fields, "own": tuple(self.fields)})


def _zone_choices(form: FactForm) -> None:
    zones = db.session.scalars(sa.select(Zone).order_by(Zone.position))
    form["zone_id"].choices = options((str(zone.id), zone.name) for zone in zones)


def _edition_choices(form: FactForm) -> None:
    editions = db.session.scalars(sa.select(Edition).order_by(Edition.plan_id, Edition.position))
    form["edition_id"].choices = options((str(e.id), e.title) for e in editions)


def _when(step: Step) -> str:
    if step.starts_on is None:
        return step.when or _("date not known yet")
    return step.when or span(step.starts_on, step.last_day)


def _section_name(section: SectionVersion) -> str:
    return f"{section.citation or section.kind.label}. {section.heading}".rstrip(". ")


KINDS: dict[str, Kind] = {
    kind.slug: kind
    for kind in (
        Kind(
            "comuni",
            Municipality,
            _l("Comuni"),
            lambda fact: fact.name,
            {
                "name": text(_l("Name"), 80, required=True),
                "zone_id": SelectField(_l("Homogeneous zone"), [DataRequired(REQUIRED)]),
                "population": WholeNumberField(_l("Residents"), 10_000_000),
                "population_year": WholeNumberField(_l("Year of the count"), 2200),
                "belfiore": StringField(_l("Belfiore code"), [DataRequired(REQUIRED), at_most(4)]),
                "postcode": text(_l("Postcode"), 20, required=True),
                "merged_on": DayField(_l("Merged into another Comune on"), [Optional()]),
                "boundary": TextAreaField(
                    _l("Boundary, in GeoJSON"), [DataRequired(REQUIRED), boundary]
                ),
            },
            (Municipality.sort_key,),
            lambda fact: fact.zone.name,
            _zone_choices,
            (Municipality.zone,),
        ),
        Kind(
            "zone",
            Zone,
            _l("Homogeneous zones"),
            lambda fact: fact.name,
            {"name": text(_l("Name"), 80, required=True)},
            (Zone.position,),
        ),
        Kind(
            "calendario",
            Step,
            _l("Calendar of the procedure"),
            lambda fact: fact.title,
            {
                "title": text(_l("Title"), 200, required=True),
                "stage": SelectField(_l("Phase"), choices=labelled(StepKind)),
                "starts_on": DayField(
                    _l("Day, or first day"),
                    [Optional()],
                    description=_l("If empty, the step is still to come."),
                ),
                "ends_on": DayField(_l("Last day"), [Optional()]),
                "when": text(_l("When, in words, if the day is not known"), 80),
                "act": text(_l("Act"), 200),
                "place": text(_l("Place"), 200),
                "actor": text(_l("Who acts"), 200),
                "ground": text(_l("Legal ground"), 200),
                "term_days": WholeNumberField(_l("Days of the term"), 3650, optional=True),
            },
            (Step.procedure_id, Step.position),
            lambda fact: f"{_when(fact)} · {fact.procedure.title}",
            beside=(Step.procedure,),
        ),
        Kind(
            "procedimento",
            Procedure,
            _l("Procedures"),
            lambda fact: fact.title,
            {
                "title": text(_l("Title"), 200, required=True),
                "body": text(_l("Body"), 200, required=True),
                "case_file": text(_l("Case file"), 80),
                "edition_id": SelectField(_l("Edition under observation")),
                "office": text(_l("Office"), 200),
                "office_address": text(_l("Address"), 200),
                "office_pec": text(_l("PEC"), 200),
                "sufficient_levels": ChecksField(
                    _l("Ways of identification that suffice"),
                    choices=labelled(IdentityLevel),
                ),
                "levels_source": text(_l("Rule on identification"), 300),
            },
            (Procedure.id,),
            lambda fact: fact.case_file,
            _edition_choices,
        ),
        Kind(
            "piani",
            Plan,
            _l("Plans"),
            lambda fact: fact.name,
            {"name": text(_l("Name"), 200, required=True)},
            (Plan.id,),
        ),
        Kind(
            "legami",
            PlanLink,
            _l("Links between plans"),
            lambda fact: f"{fact.plan.name} – {fact.other.name}",
            {"meaning": text(_l("Meaning"), 300, required=True)},
            (PlanLink.id,),
            beside=(PlanLink.plan, PlanLink.other),
        ),
        Kind(
            "edizioni",
            Edition,
            _l("Editions"),
            lambda fact: fact.title,
            {
                "title": text(_l("Title"), 120, required=True),
                "act": text(_l("Act"), 200),
                "dated_on": DayField(_l("Date of the act"), [Optional()]),
            },
            (Edition.plan_id, Edition.position),
            lambda fact: fact.act,
        ),
        Kind(
            "documenti",
            Document,
            _l("Plan documents"),
            lambda fact: fact.title,
            {
                "title": text(_l("Title"), 200, required=True),
                "kind": SelectField(_l("Kind"), choices=labelled(DocumentKind)),
                "facts": long_text(_l("Facts")),
            },
            (Document.plan_id, Document.position),
            lambda fact: fact.code,
        ),
        Kind(
            "sezioni",
            SectionVersion,
            _l("Sections and strategies"),
            _section_name,
            {
                "number": text(_l("Number"), 40),
                "heading": text(_l("Heading"), 500),
                "text": long_text(_l("Words"), 200_000),
            },
            (SectionVersion.edition_id, SectionVersion.document_id, SectionVersion.position),
            lambda fact: f"{fact.document.title}, {fact.edition.title}",
            beside=(SectionVersion.document, SectionVersion.edition),
        ),
        Kind(
            "temi",
            Theme,
            _l("Themes"),
            lambda fact: fact.name,
            {"name": text(_l("Name"), 120, required=True)},
            (Theme.plan_id, Theme.position),
        ),
    )
}


def not_verified() -> dict[str, tuple[int, int]]:
    """For each kind, how many facts it has and how many are to be verified."""
    found = {}
    for slug, kind in KINDS.items():
        model: Any = kind.model
        found[slug] = db.session.execute(
            sa.select(
                sa.func.count(),
                sa.func.count(sa.case((model.verification == Verification.TO_VERIFY, 1))),
            ).select_from(model)
        ).one()
    return {slug: (total, open_) for slug, (total, open_) in found.items()}
