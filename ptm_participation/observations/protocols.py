"""The bridge to the body's protocol: its numbers come in and go out as a table.

The protocol of a body is another program. What it gave is brought in from a CSV with the columns
`registro`, `numero`, `protocollo`, `data`, and those of registry, case file and the sender's own
protocol if the table has them: all of it, or nothing and a sentence for each line.
"""

import csv
import dataclasses
import datetime as dt
import io
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from ptm_participation.accounts.access import Permission
from ptm_participation.accounts.models import Reader
from ptm_participation.core import clock
from ptm_participation.core.audit import Actor
from ptm_participation.core.db import ask
from ptm_participation.core.errors import DomainError, NotFound
from ptm_participation.core.numbers import whole
from ptm_participation.core.transaction import use_case
from ptm_participation.observations import bulk
from ptm_participation.observations.models import Observation, Protocol
from ptm_participation.procedure.models import Procedure, Register

COLUMNS = ("registro", "numero", "protocollo", "data")
MORE_COLUMNS = (
    *("registro_protocollo", "fascicolo"),
    *("protocollo_mittente", "data_mittente", "registro_mittente"),
)
MOST_LINES = 20_000
MOST_BYTES = 5_000_000
MOST_PROBLEMS = 50
MOST_DOUBLED = 200
LONGEST_NUMBER = 40
LONGEST_NAME = 80


class NotATable(DomainError):
    message = _l("The file is no CSV with the columns %(columns)s: nothing was written.")


class TooManyLines(DomainError):
    message = _l("The file has more than %(most)d lines: divide it.")


@dataclasses.dataclass(frozen=True, slots=True)
class Given:
    """A line of the table: which observation got which protocol, and bears which of its sender.

    None for what the line leaves as it is.
    """

    line: int
    register: str
    number: int
    own: Protocol | None
    sender: Protocol | None


class WrongLines(DomainError):
    """Some lines cannot be written; `problems` says why of each, and nothing is written."""

    message = _l("Some lines cannot be written: nothing was written.")

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__()
        self.problems = list(problems[:MOST_PROBLEMS])
        if len(problems) > MOST_PROBLEMS:
            self.problems.append(_("… and %(count)d more.", count=len(problems) - MOST_PROBLEMS))


def read(content: bytes) -> list[Given]:
    """The lines of a table. Raises NotATable, TooManyLines or WrongLines."""
    if len(content) > MOST_BYTES:
        raise TooManyLines(most=MOST_LINES)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    head = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text), delimiter=";" if head.count(";") > 2 else ",")
    names = [(name or "").strip().lower() for name in reader.fieldnames or ()]
    if not set(COLUMNS) <= set(names):
        raise NotATable(columns=", ".join(COLUMNS))
    reader.fieldnames = names
    found: list[Given] = []
    problems: list[str] = []
    try:
        for row in reader:
            if reader.line_num > MOST_LINES:
                raise TooManyLines(most=MOST_LINES)
            values = {
                name: (row.get(name) or "").strip().removeprefix("'")
                for name in (*COLUMNS, *MORE_COLUMNS)
            }
            if not any(values[name] for name in ("protocollo", "data", "protocollo_mittente")):
                continue  # nothing is given yet
            line = _Line(reader.line_num, values)
            found.append(line.given())
            problems += line.problems
    except csv.Error:
        raise NotATable(columns=", ".join(COLUMNS)) from None
    if problems:
        raise WrongLines(problems)
    return found


class _Line:
    """Reads one line, noting what cannot be."""

    def __init__(self, line: int, values: dict[str, str]) -> None:
        self.line = line
        self.values = values
        self.problems: list[str] = []

    def given(self) -> Given:
        """What the line gives; worth something only without problems."""
        number = whole(self.values["numero"])
        if number is None:
            self._refuse(_("«%(value)s» is no number.", value=self.values["numero"][:40]))
        own = sender = None
        if self.values["protocollo"] or self.values["data"]:
            if not self.values["protocollo"]:
                self._refuse(_("the protocol number is missing."))
            own = Protocol(
                self._words("protocollo", LONGEST_NUMBER),
                self._day("data"),
                self._words("registro_protocollo", LONGEST_NAME),
                self._words("fascicolo", LONGEST_NAME),
            )
        if self.values["protocollo_mittente"]:
            sender = Protocol(
                self._words("protocollo_mittente", LONGEST_NUMBER),
                self._day("data_mittente") if self.values["data_mittente"] else None,
                self._words("registro_mittente", LONGEST_NAME),
            )
        return Given(self.line, self.values["registro"], number or 0, own, sender)

    def _words(self, name: str, longest: int) -> str:
        value = self.values[name]
        if len(value) > longest or not value.isprintable():
            self._refuse(
                _("«%(value)s» is too long, or has signs that are no letters.", value=value[:40])
            )
        return value

    def _day(self, name: str) -> dt.date | None:
        day = _day(self.values[name])
        if day is None or day > clock.today():
            self._refuse(
                _("«%(value)s» is no day, or one still to come.", value=self.values[name][:40])
            )
        return day

    def _refuse(self, problem: str) -> None:
        self.problems.append(_("Line %(line)d: %(problem)s", line=self.line, problem=problem))


def _day(text: str) -> dt.date | None:
    for pattern in ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y"):
        try:
            day = dt.datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a day alone
        except ValueError:
            continue
        return day if day.year in clock.YEARS else None
    return None


@use_case
def bring_in(
    actor: Actor, procedure: Procedure, several: Sequence[Given], *, change: bool = False
) -> int:
    """Write the numbers of a table: all, or none. Returns how many were written. Raises WrongLines.

    A number that was given already is only changed by who says so with `change`.
    Source: DPR 445/2000, art. 53.

    Several observations may have come in one document and share its number; one observation
    has one, so a line that gives it another twice is refused.
    """
    table = _Table(procedure, change=change)
    for given in several:
        table.take(given)
    if table.problems:
        raise WrongLines(table.problems)
    bulk.record_protocols(actor, table.own, table.senders)
    return len(table.own.keys() | table.senders.keys())


class _Table:
    """What a table wants written, by the key of each observation, and what cannot be."""

    def __init__(self, procedure: Procedure, *, change: bool) -> None:
        self.procedure, self.change = procedure, change
        self.known = {row[:2]: row for row in ask(_protocols_of(procedure))}
        self.own: dict[int, Protocol] = {}
        self.senders: dict[int, Protocol] = {}
        self.problems: list[str] = []
        self._said: dict[tuple[int, bool], Protocol] = {}

    def take(self, given: Given) -> None:
        """Sort out one line."""
        found = self.known.get((given.register, given.number))
        if found is None:
            self.problems.append(
                _(
                    "Line %(line)d: there is no n. %(number)d in the register «%(register)s».",
                    line=given.line,
                    number=given.number,
                    register=given.register[:40],
                )
            )
            return
        for wanted, protocol, present in (
            (self.own, given.own, Protocol(*found[3:7])),
            (self.senders, given.sender, Protocol(*found[7:10])),
        ):
            if protocol is None:
                continue
            first = self._said.setdefault((found[2], wanted is self.own), protocol)
            problem = self._problem(given, protocol, first, present)
            if problem:
                self.problems.append(problem)
            elif _in_full(present, self.procedure) != _in_full(protocol, self.procedure):
                wanted[found[2]] = protocol

    def _problem(self, given: Given, protocol: Protocol, first: Protocol, present: Protocol) -> str:
        """Why the line cannot be written; empty if it can."""
        if first != protocol:
            return _(
                "Line %(line)d: n. %(number)d has another protocol number in this table.",
                line=given.line,
                number=given.number,
            )
        if present.number and present[:2] != protocol[:2] and not self.change:
            return _(
                "Line %(line)d: n. %(number)d already has the number %(known)s, and not "
                "%(wanted)s.",
                line=given.line,
                number=given.number,
                known=present.number,
                wanted=protocol.number,
            )
        return ""


def _in_full(protocol: Protocol, procedure: Procedure) -> Protocol:
    """The protocol with the case file that it has if it names none."""
    return protocol._replace(case_file=protocol.case_file or procedure.case_file)


def _protocols_of(procedure: Procedure) -> Any:
    """Register, number, key, then the body's protocol and the sender's, of what stands."""
    return (
        sa.select(
            Register.slug,
            Observation.number,
            Observation.id,
            Observation.protocol_number,
            Observation.protocol_on,
            Observation.protocol_registry,
            Observation.protocol_case_file,
            Observation.sender_protocol_number,
            Observation.sender_protocol_on,
            Observation.sender_protocol_registry,
        )
        .join(Register, Register.id == Observation.register_id)
        .where(Observation.procedure_id == procedure.id, Observation.annulled_at.is_(None))
        .order_by(Register.id, Observation.number)
    )


@dataclasses.dataclass(frozen=True, slots=True)
class Shared:
    """A protocol number that several observations of a register bear."""

    register: str
    protocol: str
    year: int
    numbers: tuple[int, ...]


def doubled(procedure: Procedure, *, seen_by: Reader) -> list[Shared]:
    """The protocol numbers of one year that more than one observation bears: several came in one
    document, or one is mistyped. Raises NotFound for whoever is not staff."""
    if not seen_by.can(Permission.REGISTER):
        raise NotFound()
    year = sa.extract("year", Observation.protocol_on)
    same = (Observation.register_id, Observation.protocol_number, year)
    stands = Observation.annulled_at.is_(None)
    twice = (
        sa.select(*same)
        .where(Observation.procedure_id == procedure.id, Observation.protocol_number != "", stands)
        .group_by(*same)
        .having(sa.func.count() > 1)
        .limit(MOST_DOUBLED)
        .subquery()
    )
    rows = ask(
        sa.select(Register.slug, Observation.protocol_number, year, Observation.number)
        .join(Register, Register.id == Observation.register_id)
        .join(
            twice,
            sa.and_(
                twice.c[0] == Observation.register_id,
                twice.c[1] == Observation.protocol_number,
                twice.c[2] == year,
            ),
        )
        .where(stands)
        .order_by(Observation.register_id, Observation.protocol_number, Observation.number)
    )
    found: dict[tuple[str, str, int], list[int]] = {}
    for slug, protocol, of_year, number in rows:
        found.setdefault((slug, protocol, int(of_year)), []).append(number)
    return [Shared(*key, tuple(numbers)) for key, numbers in found.items()]


def _cell(value: str | dt.date | None) -> str:
    """No spreadsheet takes it for a formula; `read` takes the mark off again."""
    if isinstance(value, dt.date):
        return value.isoformat()
    text = value or ""
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


def as_table(procedure: Procedure, *, seen_by: Reader) -> bytes:
    """The observations with the numbers that they have, as a table to be filled in.

    Raises NotFound for whoever is not staff.
    """
    if not seen_by.can(Permission.REGISTER):
        raise NotFound()
    buffer = io.StringIO()
    buffer.write("\ufeff")
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    writer.writerow((*COLUMNS, *MORE_COLUMNS))
    for slug, number, _key, *protocols in ask(_protocols_of(procedure)):
        own = _in_full(Protocol(*protocols[:4]), procedure)
        sent = Protocol(*protocols[4:])
        writer.writerow((slug, number, *map(_cell, (*own, *sent[:3]))))
    return buffer.getvalue().encode("utf-8")
