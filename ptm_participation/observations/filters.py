"""A list's filter as it stands in the address, and as people read it.

A value that means nothing is said, not guessed at: the list is shown without it.
"""

import dataclasses
import datetime as dt
import enum
import functools
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from ptm_participation.accounts import queries as accounts
from ptm_participation.accounts.models import Reader, User
from ptm_participation.core import clock, formats
from ptm_participation.core.audit import ACCOUNTS
from ptm_participation.core.chips import Chip
from ptm_participation.core.chips import chips as chips_of
from ptm_participation.core.remembering import remembered
from ptm_participation.observations.lists import Filter, count_views
from ptm_participation.observations.saved_filters import Saved, kept
from ptm_participation.observations.workflow import Channel, ObservationState, Purpose, Regularity
from ptm_participation.plan import queries as plan
from ptm_participation.procedure import naming
from ptm_participation.procedure import queries as procedures
from ptm_participation.procedure.models import Procedure
from ptm_participation.stakeholders.subjects import SubjectGroup, SubjectType
from ptm_participation.territory import queries as territory

E = TypeVar("E", bound=enum.Enum)
NOWHERE = "fuori"
OVERDUE = "scaduta"
MINE, NOBODYS = "io", "nessuno"


def read(arguments: Mapping[str, str], by: Reader | None = None) -> tuple[Filter, list[str]]:
    """The filter of an address, and a sentence for each value that it cannot use.

    `by` is whoever asks: what is assigned to me, and what I selected, hang on who I am.
    """
    return _read(arguments, by.id if isinstance(by, User) else None)


def _read(arguments: Mapping[str, str], me: int | None) -> tuple[Filter, list[str]]:
    reader = _Reader(arguments, me)
    assigned_to = reader.account("assegnata")
    filter_ = Filter(
        register=arguments.get("registro", "")[:40],
        state=reader.one_of("stato", ObservationState),
        in_time=reader.yes_no("nei-termini"),
        regularity=reader.one_of("regolarita", Regularity),
        overdue_on=reader.overdue("regolarizzazione"),
        published=reader.yes_no("pubblicata"),
        type=reader.one_of("tipo", SubjectType),
        group=reader.one_of("gruppo", SubjectGroup),
        municipality=None if arguments.get("comune") == NOWHERE else reader.number("comune"),
        without_municipality=arguments.get("comune") == NOWHERE,
        zone=reader.number("zona"),
        document=reader.number("documento"),
        provision=reader.number("articolo"),
        theme=reader.number("tema"),
        channel=reader.one_of("canale", Channel),
        purpose=reader.one_of("natura", Purpose),
        assigned_to=assigned_to,
        unassigned=arguments.get("assegnata") == NOBODYS,
        readable=reader.yes_no("leggibile"),
        selected_by=reader.own("scelta"),
        since=reader.day("dal"),
        until=reader.day("al"),
        hour=reader.hour("ora"),
        words=arguments.get("q", "")[:200],
        annulled=bool(reader.yes_no("annullata")),
    )
    if filter_.since and filter_.until and filter_.since > filter_.until:
        reader.problems.append(_("The first day is after the last: the dates were exchanged."))
        filter_ = dataclasses.replace(filter_, since=filter_.until, until=filter_.since)
    return filter_, reader.problems


class _Reader:
    """Reads values out of an address, noting those that make no sense."""

    def __init__(self, arguments: Mapping[str, str], me: int | None) -> None:
        self.arguments, self.me = arguments, me
        self.problems: list[str] = []

    def _read(self, name: str, convert: Callable[[str], Any]) -> Any:
        text = self.arguments.get(name, "").strip()
        if not text:
            return None
        try:
            return convert(text)
        except (ValueError, OverflowError):
            self.problems.append(
                _("«%(value)s» is not a value of this filter: it was left out.", value=text[:40])
            )
            return None

    def one_of(self, name: str, values: type[E]) -> E | None:
        found: E | None = self._read(name, values)
        return found

    def number(self, name: str) -> int | None:
        found: int | None = self._read(name, _identifier)
        return found

    def yes_no(self, name: str) -> bool | None:
        found: bool | None = self._read(name, _yes_no)
        return found

    def account(self, name: str) -> int | None:
        """The account that a value names, by its number or as the reader's own."""
        if self.arguments.get(name) == NOBODYS:
            return None
        found: int | None = self._read(name, self._account)
        return found

    def _account(self, text: str) -> int:
        if text == MINE and self.me is not None:
            return self.me
        return _identifier(text)

    def own(self, name: str) -> int | None:
        """The reader's account, where the value says yes."""
        found: int | None = self._read(name, self._own)
        return found

    def _own(self, text: str) -> int:
        if text != "si" or self.me is None:
            raise ValueError(text)
        return self.me

    def hour(self, name: str) -> int | None:
        found: int | None = self._read(name, _hour)
        return found

    def overdue(self, name: str) -> dt.date | None:
        """Today, if what is overdue today is asked for."""
        found: dt.date | None = self._read(name, _overdue)
        return found

    def day(self, name: str) -> dt.date | None:
        found: dt.date | None = self._read(name, clock.parse_day)
        return found


def _identifier(text: str) -> int:
    number = int(text)
    if not 0 < number < 2**31:
        raise ValueError(text)
    return number


def _hour(text: str) -> int:
    hour = int(text)
    if not 0 <= hour < 24:
        raise ValueError(text)
    return hour


def _overdue(text: str) -> dt.date:
    if text != OVERDUE:
        raise ValueError(text)
    return clock.today()


def _yes_no(text: str) -> bool:
    if text not in {"si", "no"}:
        raise ValueError(text)
    return text == "si"


@dataclasses.dataclass(frozen=True, slots=True)
class View:
    """A view of the worklist: its name, its address and how many it holds.

    A filter by words is not counted: each page of the worklist would search all the texts.
    """

    key: str
    name: str
    arguments: dict[str, str]
    count: int | None
    current: bool = False
    saved: Saved | None = None


def views(
    procedure: Procedure,
    reader: Reader,
    current: Mapping[str, str] | None = None,
    saved: Iterable[Saved] = (),
) -> list[View]:
    """The office's views, then the saved ones, with the counts of each from one query.

    Those of the saved ones are remembered until something happens: no index was made for what
    they may ask, and thirty of them take longer than all the rest of the page.
    """
    listed: list[tuple[str, str, dict[str, str], Saved | None]] = [
        *((key, str(name), arguments, None) for key, (name, arguments) in _VIEWS.items()),
        *((f"saved-{one.id}", one.name, one.arguments, one) for one in saved),
    ]
    me = reader.id if isinstance(reader, User) else None
    wanted = {
        key: _filter_of(tuple(arguments.items()), me, clock.today())
        for key, _name, arguments, _saved in listed
    }
    counts = count_views(procedure, {key: wanted[key] for key in _VIEWS}, seen_by=reader)
    kept_ones = {
        key: filter_ for key, filter_ in wanted.items() if key not in _VIEWS and not filter_.words
    }
    if kept_ones:
        counts |= remembered(
            procedure.stream,
            ("views", procedure.id, tuple(kept_ones.items())),
            lambda: count_views(procedure, kept_ones, seen_by=reader),
            ACCOUNTS,  # zones and themes are corrected there
        )
    now = kept(current or {})
    return [
        View(key, name, arguments, counts.get(key), now == arguments, of)
        for key, name, arguments, of in listed
    ]


@functools.lru_cache(maxsize=1024)
def _filter_of(arguments: tuple[tuple[str, str], ...], me: int | None, _today: dt.date) -> Filter:
    """A view's filter, which every page of the worklist asks for; some mean today by theirs."""
    return _read(dict(arguments), me)[0]


_VIEWS: dict[str, tuple[Any, dict[str, str]]] = {
    "all": (_l("All"), {}),
    "mine": (_l("Mine"), {"assegnata": MINE}),
    "unassigned": (_l("To be assigned"), {"assegnata": NOBODYS}),
    "without_protocol": (_l("Without protocol"), {"stato": "received"}),
    "to_check": (_l("To check"), {"stato": "registered"}),
    "to_regularise": (_l("To be regularised"), {"regolarita": "to-regularise"}),
    "late": (_l("Late ones"), {"nei-termini": "no"}),
    "unreadable": (_l("Unreadable"), {"leggibile": "no"}),
    "to_publish": (_l("Not published"), {"pubblicata": "no"}),
    "annulled": (_l("Annulled"), {"annullata": "si"}),
}


def chips(
    procedure: Procedure, arguments: Mapping[str, str], by: Reader | None = None
) -> list[Chip]:
    """The filter in words, each condition with the way to take it off."""
    filter_, _problems = read(arguments, by)
    return chips_of(_words(procedure, filter_), arguments)


def in_words(procedure: Procedure, arguments: Mapping[str, str], by: Reader | None = None) -> str:
    """The filter as one line, for exports: «Tutte le osservazioni» when there is none."""
    said = [chip.words for chip in chips(procedure, arguments, by)]
    return "; ".join(said) or _("All observations")


def _words(procedure: Procedure, filter_: Filter) -> dict[str, str]:
    yes_no = {True: _("yes"), False: _("no")}
    said = {
        "q": _("Words: %(value)s", value=filter_.words) if filter_.words else "",
        "registro": _("Register: %(value)s", value=filter_.register) if filter_.register else "",
    }
    labelled = (
        ("stato", filter_.state, _("State: %(value)s")),
        ("regolarita", filter_.regularity, _("Author: %(value)s")),
        ("tipo", filter_.type, _("Type: %(value)s")),
        ("gruppo", filter_.group, _("Group: %(value)s")),
        ("canale", filter_.channel, _("Way in: %(value)s")),
        ("natura", filter_.purpose, _("Purpose: %(value)s")),
    )
    said |= {name: words % {"value": value.label} for name, value, words in labelled if value}
    for name, answer, words in (
        ("nei-termini", filter_.in_time, _("In time: %(value)s")),
        ("pubblicata", filter_.published, _("Published: %(value)s")),
        ("leggibile", filter_.readable, _("Readable: %(value)s")),
    ):
        if answer is not None:
            said[name] = words % {"value": yes_no[answer]}
    if filter_.overdue_on:
        said["regolarizzazione"] = _("Regularisation: term over")
    if filter_.since:
        said["dal"] = _("From %(value)s", value=formats.day(filter_.since))
    if filter_.until:
        said["al"] = _("Until %(value)s", value=formats.day(filter_.until))
    if filter_.hour is not None:
        said["ora"] = _("Hour: %(value)s", value=formats.hour_span(filter_.hour))
    if filter_.unassigned:
        said["assegnata"] = _("Assigned to: %(value)s", value=_("nobody"))
    if filter_.assigned_to is not None:
        said["assegnata"] = _("Assigned to: %(value)s", value=accounts.name_of(filter_.assigned_to))
    if filter_.selected_by is not None:
        said["scelta"] = _("Selected by: %(value)s", value=accounts.name_of(filter_.selected_by))
    if filter_.without_municipality:
        said["comune"] = _("Comune: %(value)s", value=_("outside Città metropolitana"))
    if filter_.annulled:
        said["annullata"] = _("Annulled entries")
    return said | naming.say(
        procedure,
        municipality=filter_.municipality,
        zone=filter_.zone,
        document=filter_.document,
        provision=filter_.provision,
        theme=filter_.theme,
    )


def choices(procedure: Procedure) -> dict[str, list[tuple[str, str]]]:
    """What the filter's form offers."""
    return {
        "stato": formats.labels(ObservationState),
        "regolarita": formats.labels(Regularity),
        "regolarizzazione": [(OVERDUE, _("Term over"))],
        "nei-termini": [("si", _("In time")), ("no", _("Late ones"))],
        "tipo": formats.labels(SubjectType),
        "gruppo": formats.labels(SubjectGroup),
        "canale": formats.labels(Channel),
        "natura": formats.labels(Purpose),
        "comune": [
            *((str(row.id), row.name) for row in territory.list_municipalities()),
            (NOWHERE, _("Outside Città metropolitana di Milano")),
        ],
        "zona": [(str(zone.id), zone.name) for zone in territory.list_zones()],
        "documento": [(str(d.id), d.title) for d in plan.list_documents(procedure.plan)],
        "tema": [(str(theme.id), theme.name) for theme in plan.list_themes(procedure.plan)],
        "registro": [
            (register.slug, str(register.kind.label))
            for register in procedures.list_registers(procedure)
        ],
        "pubblicata": [("si", _("Published")), ("no", _("Not published"))],
    }


def choices_of_the_office(procedure: Procedure) -> dict[str, list[tuple[str, str]]]:
    """What the worklist's form offers: the same, and what only the office works by."""
    return {
        **choices(procedure),
        "assegnata": [
            (MINE, _("Mine")),
            (NOBODYS, _("To be assigned")),
            *((str(officer.id), officer.name) for officer in accounts.list_officers()),
        ],
        "leggibile": [("si", _("Readable")), ("no", _("Unreadable"))],
    }
