"""The public form's steps over a draft: what is still missing, and what is sent in the end."""

import dataclasses
import datetime as dt
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from ptm_participation.observations import placing
from ptm_participation.observations.audiences import NotOfTheAudience, check_audience
from ptm_participation.observations.draft_models import Draft
from ptm_participation.observations.forms import (
    OUTSIDE,
    PartyForm,
    ReasonsForm,
    RequestsForm,
    municipalities_named,
    municipality_name,
    names_of,
)
from ptm_participation.observations.intake import NotABody
from ptm_participation.observations.received import (
    Asked,
    Declared,
    Earlier,
    Enclosed,
    Quote,
    Received,
)
from ptm_participation.observations.workflow import (
    Capacity,
    Channel,
    FileClass,
    LinkKind,
    PartyRole,
    Purpose,
    RequestKind,
)
from ptm_participation.plan import queries as plan_queries
from ptm_participation.plan.closing import closed_among
from ptm_participation.plan.queries import SectionRow
from ptm_participation.procedure.models import IdentityLevel
from ptm_participation.stakeholders.subjects import SubjectType
from ptm_participation.territory.queries import get_municipality

SUBJECT, REQUESTS, REASONS, WHO, CHECK = "sections", "requests", "reasons", "who", "check"
# The steps of each sort of submission, in their order.
PATHS = {
    Purpose.OBSERVATION: (SUBJECT, REQUESTS, WHO, CHECK),
    Purpose.NO_OBSERVATIONS: (WHO, CHECK),
    Purpose.WITHDRAWAL: (REASONS, WHO, CHECK),
}
TYPED = ("kind", "place", "proposed", "reasons")
PLACES = "places"  # no step of its own: the page of a request's places
MANDATE = "mandate"  # the field of the file that lets somebody write for somebody else


@dataclasses.dataclass(frozen=True, slots=True)
class Missing:
    """Something that keeps the draft from being sent, and the step where it is mended."""

    step: str
    message: str
    request: int | None = None
    field: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class ChosenSection:
    """A section of a request, with the words that were picked in it."""

    row: SectionRow
    exact: str


def purpose_of(content: dict[str, Any]) -> Purpose:
    """What the draft is for."""
    return Purpose(content.get("purpose", Purpose.OBSERVATION))


def earlier_of(content: dict[str, Any]) -> Earlier | None:
    """The earlier observation that the draft integrates, replaces or withdraws."""
    named = content.get("earlier")
    return Earlier(named["register"], named["number"], LinkKind(named["kind"])) if named else None


def path_of(content: dict[str, Any]) -> tuple[str, ...]:
    """The steps of the draft, in their order."""
    return PATHS[purpose_of(content)]


def before(content: dict[str, Any], step: str) -> str | None:
    """The step that comes before another; None before the first."""
    path = path_of(content)
    place = path.index(step)
    return path[place - 1] if place else None


def written_at(content: dict[str, Any]) -> str:
    """The step in which a draft is gone on with: the one with its words."""
    path = path_of(content)
    return REQUESTS if REQUESTS in path else path[0]


def chosen_sections(content: dict[str, Any]) -> list[list[ChosenSection]]:
    """For each request, its sections; one query for all."""
    wanted = [
        section["version"] for request in content["requests"] for section in request["sections"]
    ]
    rows = plan_queries.sections(wanted)
    return [
        [
            ChosenSection(rows[section["version"]], section.get("exact", ""))
            for section in request["sections"]
            if section["version"] in rows
        ]
        for request in content["requests"]
    ]


def requests_data(content: dict[str, Any]) -> dict[str, Any]:
    """What RequestsForm shows of the draft."""
    return {
        "subject": content.get("subject", ""),
        "requests": [{name: request[name] for name in TYPED} for request in content["requests"]],
    }


def fits(content: dict[str, Any], form: RequestsForm) -> bool:
    """Whether the form has as many requests as the draft."""
    return len(content["requests"]) == len(form.requests.entries)


def keep_requests(content: dict[str, Any], form: RequestsForm) -> dict[str, Any]:
    """The draft with what was typed into RequestsForm, valid or not.

    A form with another number of requests is of a draft that changed meanwhile: its texts
    would come under other sections, so it changes nothing.
    """
    if not fits(content, form):
        return content
    requests = [dict(request) for request in content["requests"]]
    for request, entry in zip(requests, form.requests.entries, strict=False):
        for name in TYPED:
            request[name] = storable(entry.form[name].data or "")
    return {**content, "subject": storable(form.subject.data or ""), "requests": requests}


def keep_party(content: dict[str, Any], form: PartyForm) -> dict[str, Any]:
    """The draft with what was typed into PartyForm, valid or not."""
    typed = {
        field.name: storable(field.data or "")
        for field in form
        if field.name not in {"csrf_token", "type", MANDATE}
    }
    return {**content, "party": {**content["party"], **typed}}


def storable(text: str) -> str:
    """The text without the one sign that no database keeps."""
    return text.replace("\x00", "")


def missing(draft: Draft) -> list[Missing]:
    """All that is still to do before the draft can be sent, in the order of the steps."""
    content = draft.content
    purpose = purpose_of(content)
    if purpose is Purpose.OBSERVATION:
        return _missing_of_requests(content) + _missing_of_party(draft)
    if purpose is Purpose.NO_OBSERVATIONS and writes_as_private(content["party"]):
        return [Missing(WHO, str(NotABody()))]
    form = ReasonsForm(formdata=MultiDict(reasons_data(content)), meta={"csrf": False})
    form.validate()
    said = [Missing(REASONS, message, field=field) for field, message in form.all_errors]
    return said + _missing_of_party(draft)


def writes_as_private(party: dict[str, Any]) -> bool:
    return bool(party.get("type")) and SubjectType(party["type"]).is_private_person


def reasons_data(content: dict[str, Any]) -> dict[str, str]:
    """What ReasonsForm shows of the draft."""
    return {"because": content.get("because", "")}


def keep_reasons(content: dict[str, Any], form: ReasonsForm) -> dict[str, Any]:
    """The draft with what was typed into ReasonsForm, valid or not."""
    return {**content, "because": storable(form.because.data or "")}


def _missing_of_requests(content: dict[str, Any]) -> list[Missing]:
    found: list[Missing] = []
    chosen = chosen_sections(content)
    closed = closed_among({item.row.id for items in chosen for item in items})
    for number, request in enumerate(content["requests"]):
        found += [
            Missing(SUBJECT, closed[item.row.id].refusal(item.row.citation), number)
            for item in chosen[number]
            if item.row.id in closed
        ]
        if len(chosen[number]) < len(request["sections"]):
            found.append(
                Missing(
                    SUBJECT,
                    _(
                        "Request %(n)d: the plan's text was renewed, choose its sections again.",
                        n=number + 1,
                    ),
                    number,
                )
            )
        elif not request["sections"] and not request["whole_plan"]:
            found.append(
                Missing(
                    SUBJECT,
                    _("Request %(n)d: choose at least one article or map.", n=number + 1),
                    number,
                )
            )
    found += [
        Missing(
            PLACES,
            _(
                "Request %(n)d: the map's sheet has changed since you marked it, mark it again.",
                n=number + 1,
            ),
            number,
        )
        for number in placing.marked_on_other_sheets(content)
    ]
    form = RequestsForm(formdata=_form_data(requests_data(content)), meta={"csrf": False})
    form.validate()
    return found + [Missing(REQUESTS, message, field=field) for field, message in form.all_errors]


def _missing_of_party(draft: Draft) -> list[Missing]:
    party = draft.content["party"]
    if not party.get("type"):
        return [Missing(WHO, _("Say who you are."))]
    try:
        check_audience(draft.window, SubjectType(party["type"]))
    except NotOfTheAudience as error:
        return [Missing(WHO, str(error))]
    form = PartyForm(SubjectType(party["type"]), formdata=MultiDict(party), meta={"csrf": False})
    form.validate()
    found = [Missing(WHO, message, field=field) for field, message in form.all_errors]
    return [*found, Missing(WHO, no_mandate(), field=MANDATE)] if lacks_mandate(draft) else found


def by_delegation(party: dict[str, Any]) -> bool:
    """Whether the person who writes does so for somebody else, by delegation."""
    if not party.get("type"):
        return False
    private = SubjectType(party["type"]).is_private_person
    return party.get("capacity" if private else "representative_capacity") == Capacity.DELEGATE


def lacks_mandate(draft: Draft) -> bool:
    """Whether somebody else is written for, and nothing shows by what right."""
    there = any(file.file_class is FileClass.MANDATE for file in draft.files)
    return by_delegation(draft.content["party"]) and not there


def no_mandate() -> str:
    return _("Add the mandate.")


def _form_data(data: dict[str, Any]) -> MultiDict[str, str]:
    fields: MultiDict[str, str] = MultiDict({"subject": data["subject"]})
    for number, request in enumerate(data["requests"]):
        for name, value in request.items():
            fields[f"requests-{number}-{name}"] = value
    return fields


def assemble(
    draft: Draft, *, level: IdentityLevel, received_at: dt.datetime, language: str
) -> Received:
    """What the draft sends. Only for a draft that misses nothing."""
    content = draft.content
    purpose = purpose_of(content)
    located = placing.of_draft(content)
    requests = tuple(
        Asked(
            places=tuple(located[number]),
            kind=RequestKind(request["kind"]),
            quotes=tuple(
                Quote(
                    section["version"],
                    section.get("exact", ""),
                    section.get("prefix"),
                    section.get("suffix"),
                )
                for section in request["sections"]
            ),
            whole_plan=bool(request["whole_plan"]),
            place=request["place"],
            proposed=request["proposed"],
            reasons=request["reasons"],
        )
        for number, request in enumerate(
            content["requests"] if purpose is Purpose.OBSERVATION else ()
        )
    )
    return Received(
        channel=Channel.WEB,
        received_at=received_at,
        parties=tuple(parties(content["party"])),
        requests=requests,
        identity_level=level,
        subject=content.get("subject", "") if requests else "",
        purpose=purpose,
        earlier=earlier_of(content),
        because="" if requests else content.get("because", ""),
        sender_protocol=_sender_protocol(content["party"]),
        files=tuple(
            Enclosed(file.file_sha256, file.name, file.file_class)
            for file in draft.files
            if _goes_along(file.file_class, level, content["party"])
        ),
        language=language,
    )


def _sender_protocol(party: dict[str, Any]) -> str:
    """A body's own number; one typed before another type was chosen is not sent."""
    private = SubjectType(party["type"]).is_private_person
    return "" if private else str(party.get("protocol", "")).strip()


def _goes_along(file_class: FileClass, level: IdentityLevel, party: dict[str, Any]) -> bool:
    """Whether a file is sent: a private one only where it serves the way in which the author
    is identified, or shows by what right somebody else is written for."""
    if file_class is FileClass.ATTACHMENT:
        return True
    if file_class is FileClass.MANDATE:
        return by_delegation(party)
    if level is IdentityLevel.SIGNED_FILE:
        return file_class is FileClass.SIGNED
    return level is IdentityLevel.SIGNATURE_AND_DOCUMENT


def parties(party: dict[str, Any]) -> list[Declared]:
    """Who submits, who represents it, who signs along."""
    subject_type = SubjectType(party["type"])
    municipality = party.get("municipality", "")
    municipality_id = int(municipality) if municipality and municipality != OUTSIDE else None
    contacts = {"email": party.get("email", ""), "phone": party.get("phone", "")}
    if not subject_type.is_private_person:
        return [
            Declared(
                PartyRole.SUBMITTER,
                _organisation_name(party, subject_type, municipality_id),
                Capacity.OWN_NAME,
                subject_type,
                municipality_id,
                **contacts,
            ),
            Declared(
                PartyRole.REPRESENTATIVE,
                party["representative"],
                Capacity(party["representative_capacity"]),
            ),
            *signatories(party.get("signatories", ""), subject_type),
        ]
    if party.get("capacity") == Capacity.DELEGATE.value:
        principal_type = SubjectType(party["principal_type"])
        return [
            Declared(
                PartyRole.SUBMITTER,
                party["principal_name"],
                Capacity.OWN_NAME,
                principal_type,
                municipality_id,
            ),
            Declared(
                PartyRole.REPRESENTATIVE,
                party["name"],
                Capacity.DELEGATE,
                subject_type,
                None,
                **contacts,
            ),
            *signatories(party.get("signatories", ""), subject_type),
        ]
    submitter = Declared(
        PartyRole.SUBMITTER,
        party["name"],
        Capacity.OWN_NAME,
        subject_type,
        municipality_id,
        **contacts,
    )
    return [submitter, *signatories(party.get("signatories", ""), subject_type)]


def _organisation_name(
    party: dict[str, Any], subject_type: SubjectType, municipality_id: int | None
) -> str:
    if subject_type is SubjectType.MUNICIPALITY and municipality_id is not None:
        return municipality_name(get_municipality(municipality_id).name)
    return str(party["name"])


def signatories(text: str, subject_type: SubjectType) -> list[Declared]:
    """Those who sign along: of a body's, what each is follows from what the first one is; a
    private person is a name alone."""
    names = names_of(text)
    if subject_type.is_private_person:
        return [Declared(PartyRole.SIGNATORY, name) for name in names]
    if subject_type is not SubjectType.MUNICIPALITY:
        return [Declared(PartyRole.SIGNATORY, name, type=subject_type) for name in names]
    return [
        Declared(
            PartyRole.SIGNATORY,
            municipality_name(row.name),
            type=subject_type,
            municipality_id=row.id,
        )
        for row in municipalities_named(names).values()
    ]
