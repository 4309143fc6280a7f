"""What a submission consists of, before it is kept: plain values, checked by the form."""

import contextlib
import dataclasses
import datetime as dt
import enum
from typing import Any

from flask_babel import force_locale, ngettext
from flask_babel import gettext as _

from ptm_participation.core.audit import canonical_json
from ptm_participation.core.formats import language
from ptm_participation.observations.workflow import (
    Capacity,
    Channel,
    FileClass,
    LinkKind,
    PartyRole,
    Purpose,
    RequestKind,
)
from ptm_participation.plan.models import SectionVersion
from ptm_participation.plan.quotes import Quotation, is_repeated, one_line
from ptm_participation.plan.sheet_view import SheetView
from ptm_participation.procedure.models import IdentityLevel
from ptm_participation.stakeholders.subjects import SubjectType
from ptm_participation.territory.places import PlaceKind, measured

MOST_NAMED = 4  # Comuni named in a line


@dataclasses.dataclass(frozen=True, slots=True)
class Quote:
    """A section, or words in it; what stands before and after them, where it is known, tells
    which are meant where they occur twice."""

    version_id: int
    exact: str = ""
    prefix: str | None = None
    suffix: str | None = None

    @property
    def quotation(self) -> Quotation:
        return Quotation(one_line(self.exact), self.prefix, self.suffix)


@dataclasses.dataclass(frozen=True, slots=True)
class SheetMarked:
    """The sheet of a map that a place was drawn on. `mark` is the digest of its picture and its
    control points; `view` is how a page shows it, where it is there."""

    id: int
    name: str
    mark: str
    view: SheetView | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Located:
    """A place that a request is about: drawn (`geometry` is GeoJSON, WGS 84), or a parcel of the
    land register. `codes` are the ISTAT codes of the Comuni that it falls in, `comuni` their
    names. What its sender did not make `public` only the office reads, nor what the office has
    `withheld`, which says why."""

    kind: PlaceKind
    codes: tuple[str, ...]
    comuni: tuple[str, ...]
    public: bool
    geometry: str = ""
    sheet: SheetMarked | None = None
    cadastral_sheet: int | None = None
    parcel: int | None = None
    withheld: str = ""

    @property
    def seen_by_all(self) -> bool:
        return self.public and not self.withheld

    @property
    def within(self) -> str:
        """The Comuni that it falls in, in a line."""
        named, more = self.comuni[:MOST_NAMED], len(self.comuni) - MOST_NAMED
        line = ", ".join(named)
        if more <= 0:
            return line
        return ngettext("%(line)s and one more", "%(line)s and %(num)d more", more, line=line)

    @property
    def said(self) -> str:
        """In a line: «Rho, foglio 12, mappale 34», «Area di 3,2 ettari, ricade in Rho»."""
        if self.kind is PlaceKind.PARCEL:
            return _(
                "%(comune)s, sheet %(sheet)d, parcel %(parcel)d",
                comune=self.within,
                sheet=self.cadastral_sheet,
                parcel=self.parcel,
            )
        drawn = measured(self.geometry)
        if self.sheet is not None:
            drawn = _("%(drawn)s, marked on %(sheet)s", drawn=drawn, sheet=self.sheet.name)
        return _("%(drawn)s, it falls in %(comuni)s", drawn=drawn, comuni=self.within)


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """One request."""

    reasons: str
    kind: RequestKind | None = None
    quotes: tuple[Quote, ...] = ()
    whole_plan: bool = False
    place: str = ""
    proposed: str = ""
    places: tuple[Located, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Declared:
    """A party as it declares itself."""

    role: PartyRole
    name: str
    capacity: Capacity = Capacity.OWN_NAME
    type: SubjectType | None = None
    municipality_id: int | None = None
    email: str = ""
    phone: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Enclosed:
    """A file that came along, already in the store."""

    sha256: str
    name: str
    file_class: FileClass


@dataclasses.dataclass(frozen=True, slots=True)
class Earlier:
    """The earlier observation that one integrates, replaces or withdraws."""

    register: str
    number: int
    kind: LinkKind


@dataclasses.dataclass(frozen=True, slots=True)
class Received:
    """All that was sent, on one channel, at one instant."""

    channel: Channel
    received_at: dt.datetime
    parties: tuple[Declared, ...]
    requests: tuple[Asked, ...]
    identity_level: IdentityLevel
    subject: str = ""
    files: tuple[Enclosed, ...] = ()
    sent_on: dt.date | None = None
    language: str = "it"
    # When the sender's provider of certified mail accepted it: that is what counts.
    accepted_at: dt.datetime | None = None
    purpose: Purpose = Purpose.OBSERVATION
    earlier: Earlier | None = None
    # The words of what asks nothing: why one withdraws, how a body answers.
    because: str = ""
    # The number that the sender's own protocol gave it, where it is a body.
    sender_protocol: str = ""

    @property
    def submitter(self) -> Declared:
        return next(party for party in self.parties if party.role is PartyRole.SUBMITTER)


def as_sent(received: Received, versions: dict[int, SectionVersion], **facts: Any) -> str:
    """The canonical JSON of all that was sent: what the receipt's digest is taken over.

    The sections are named with their edition, their citation and the digest of their words,
    so that the text proves what it was about without the rest of the database.
    """
    value = _plain(received)
    for request in value["requests"]:
        request["quotes"] = [
            {
                "edition": versions[quote["version_id"]].edition.label,
                "document": versions[quote["version_id"]].document.code,
                "citation": versions[quote["version_id"]].citation,
                "heading": versions[quote["version_id"]].heading,
                "words_sha256": versions[quote["version_id"]].sha256,
                "exact": quote["exact"],
                **_around(quote, versions[quote["version_id"]]),
            }
            for quote in request["quotes"]
        ]
    return canonical_json({**value, **facts})


def _around(quote: dict[str, Any], version: SectionVersion) -> dict[str, str]:
    """Which of several occurrences is meant: said only then, so that digests of before stand."""
    if not is_repeated(version.text, one_line(quote["exact"])):
        return {}
    return {side: quote[side] for side in ("prefix", "suffix") if quote[side] is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, _PARTS):
        fields = {name: _plain(getattr(value, name)) for name in _FIELDS[type(value)]}
        for name, usual in _UNSAID.get(type(value), {}).items():
            if fields[name] == usual:
                del fields[name]
        return fields
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value.value if isinstance(value, enum.Enum) else value


_PARTS = (Received, Asked, Declared, Enclosed, Quote, Earlier, Located, SheetMarked)
_FIELDS = {kind: tuple(field.name for field in dataclasses.fields(kind)) for kind in _PARTS}
_FIELDS[SheetMarked] = ("name", "mark")  # its key says nothing outside this database
# What an ordinary submission does not say, so that its digest is what it always was.
_UNSAID: dict[type[Any], dict[str, Any]] = {
    Received: {
        "accepted_at": None,
        "purpose": Purpose.OBSERVATION.value,
        "earlier": None,
        "because": "",
        "sender_protocol": "",
    },
    Asked: {"places": []},
}


def _in_italian() -> contextlib.AbstractContextManager[None]:
    """What the office reads is in Italian, whoever writes; forcing the locale costs time."""
    return contextlib.nullcontext() if language() == "it" else force_locale("it")


def as_text(
    received: Received, versions: dict[int, SectionVersion], *, with_places: bool = True
) -> str:
    """The submission as plain text in Italian: what extracts are cut from. Without its places it
    is what the office goes on to publish: who reads each of them is decided for each."""
    with _in_italian():
        blocks = [received.subject] if received.subject else []
        blocks += _statement(received)
        many = len(received.requests) > 1
        for number, asked in enumerate(received.requests, 1):
            shown = versions if received.channel is Channel.WEB else None
            named = asked if with_places else dataclasses.replace(asked, places=())
            blocks.append(_request_text(number if many else None, named, shown))
    return "\n\n".join(blocks)


def _statement(received: Received) -> list[str]:
    """What is said besides the requests."""
    said = []
    if received.purpose is Purpose.NO_OBSERVATIONS:
        said.append(_("It answers that it has no observations on the plan."))
    if received.earlier is not None:
        said.append(received.earlier.kind.sentence(received.earlier.number) + ".")
    return [*said, received.because] if received.because else said


def _request_text(
    number: int | None, asked: Asked, versions: dict[int, SectionVersion] | None
) -> str:
    """A request in words; without `versions` its sections are not its author's words, but what
    the office files it under."""
    lines = [_("Request %(number)d", number=number)] if number else []
    for quote in asked.quotes if versions is not None else ():
        assert versions is not None
        section = versions[quote.version_id]
        cited = f"{section.document.title}, {section.citation}"
        lines.append(f"{cited}: «{quote.exact}»" if quote.exact else cited)
    if asked.whole_plan and versions is not None:
        lines.append(_("The whole plan"))
    if asked.kind:
        lines.append(str(asked.kind.label))
    if asked.place:
        lines.append(_("Place: %(place)s", place=asked.place))
    lines += _places_text(asked.places)
    if asked.proposed:
        lines.append(_("Proposed words: «%(words)s»", words=asked.proposed))
    lines.append(asked.reasons)
    return "\n".join(lines)


def _places_text(places: tuple[Located, ...]) -> list[str]:
    """The places in words; of those that stay reserved only how many."""
    lines = [_("Place: %(place)s", place=place.said) for place in places if place.public]
    reserved = sum(not place.public for place in places)
    if reserved:
        lines.append(
            ngettext(
                "%(num)d place is named to the office alone.",
                "%(num)d places are named to the office alone.",
                reserved,
            )
        )
    return lines


def default_title(received: Received, versions: dict[int, SectionVersion]) -> str:
    """The subject as written, else what the observation is about: «art. 18 c. 2; Tav. 6»."""
    if received.subject:
        return received.subject
    if received.purpose is not Purpose.OBSERVATION:
        with _in_italian():
            return _untitled(received)
    briefs = dict.fromkeys(
        versions[quote.version_id].brief for asked in received.requests for quote in asked.quotes
    )
    with _in_italian():
        return "; ".join(briefs)[:200] or _("The whole plan")


def _untitled(received: Received) -> str:
    if received.earlier is not None and received.purpose is Purpose.WITHDRAWAL:
        return _("Withdrawal of n. %(number)d", number=received.earlier.number)
    return str(received.purpose.label)
