"""The public form's steps over a draft: what is still missing, and what is sent in the end."""

import dataclasses
import datetime as dt
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from ptm_participation.observations.audiences import NotOfTheAudience, check_audience
from ptm_participation.observations.forms import OUTSIDE, PartyForm, RequestsForm
from ptm_participation.observations.models import Draft
from ptm_participation.observations.received import Asked, Declared, Enclosed, Quote, Received
from ptm_participation.observations.workflow import (
    Capacity,
    Channel,
    FileClass,
    PartyRole,
    RequestKind,
)
from ptm_participation.plan import queries as plan_queries
from ptm_participation.plan.queries import SectionRow
from ptm_participation.procedure.models import IdentityLevel, Window
from ptm_participation.stakeholders.subjects import SubjectType
from ptm_participation.territory.queries import get_municipality

SUBJECT, REQUESTS, WHO, CHECK = "sections", "requests", "who", "check"
TYPED = ("kind", "place", "proposed", "reasons")


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
        if field.name not in {"csrf_token", "type"}
    }
    return {**content, "party": {**content["party"], **typed}}


def storable(text: str) -> str:
    """The text without the one sign that no database keeps."""
    return text.replace("\x00", "")


def missing(draft: Draft) -> list[Missing]:
    """All that is still to do before the draft can be sent, in the order of the steps."""
    content = draft.content
    found: list[Missing] = []
    chosen = chosen_sections(content)
    for number, request in enumerate(content["requests"]):
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
    form = RequestsForm(formdata=_form_data(requests_data(content)), meta={"csrf": False})
    form.validate()
    found += [Missing(REQUESTS, message, field=field) for field, message in form.all_errors]
    return found + _missing_of_party(content["party"], draft.window)


def _missing_of_party(party: dict[str, Any], window: Window) -> list[Missing]:
    if not party.get("type"):
        return [Missing(WHO, _("Say who you are."))]
    try:
        check_audience(window, SubjectType(party["type"]))
    except NotOfTheAudience as error:
        return [Missing(WHO, str(error))]
    form = PartyForm(SubjectType(party["type"]), formdata=MultiDict(party), meta={"csrf": False})
    form.validate()
    return [Missing(WHO, message, field=field) for field, message in form.all_errors]


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
    requests = tuple(
        Asked(
            kind=RequestKind(request["kind"]),
            quotes=tuple(
                Quote(section["version"], section.get("exact", ""), section.get("prefix", ""))
                for section in request["sections"]
            ),
            whole_plan=bool(request["whole_plan"]),
            place=request["place"],
            proposed=request["proposed"],
            reasons=request["reasons"],
        )
        for request in content["requests"]
    )
    return Received(
        channel=Channel.WEB,
        received_at=received_at,
        parties=tuple(parties(content["party"])),
        requests=requests,
        identity_level=level,
        subject=content.get("subject", ""),
        files=tuple(
            Enclosed(file.file_sha256, file.name, file.file_class)
            for file in draft.files
            if file.file_class is FileClass.ATTACHMENT or _goes_with(level, file.file_class)
        ),
        language=language,
    )


def _goes_with(level: IdentityLevel, file_class: FileClass) -> bool:
    """Whether a private file serves the way in which the author is identified."""
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
            *_signatories(party),
        ]
    submitter = Declared(
        PartyRole.SUBMITTER,
        party["name"],
        Capacity.OWN_NAME,
        subject_type,
        municipality_id,
        **contacts,
    )
    return [submitter, *_signatories(party)]


def _organisation_name(
    party: dict[str, Any], subject_type: SubjectType, municipality_id: int | None
) -> str:
    if subject_type is SubjectType.MUNICIPALITY and municipality_id is not None:
        return f"Comune di {get_municipality(municipality_id).name}"
    return str(party["name"])


def _signatories(party: dict[str, Any]) -> list[Declared]:
    """Those who sign along. Only a group has any: names typed before another type was chosen,
    whose form does not show them, are not sent."""
    if party["type"] != SubjectType.CITIZENS.value:
        return []
    names = [" ".join(line.split()) for line in party.get("signatories", "").splitlines()]
    return [Declared(PartyRole.SIGNATORY, name[:200]) for name in names if name]
