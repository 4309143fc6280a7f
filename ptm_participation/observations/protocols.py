"""The bridge to the body's protocol: its numbers come in and go out as a table.

The protocol of a body is another program. What it gave is brought in from a CSV with the columns
`registro`, `numero`, `protocollo`, `data`: all of it, or nothing and a sentence for each line.
"""

import csv
import dataclasses
import datetime as dt
import io
from collections.abc import Sequence

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
from ptm_participation.observations.models import Observation
from ptm_participation.procedure.models import Procedure, Register

COLUMNS = ("registro", "numero", "protocollo", "data")
MOST_LINES = 20_000
MOST_BYTES = 5_000_000
MOST_PROBLEMS = 50
MOST_DOUBLED = 200
LONGEST_NUMBER = 40


class NotATable(DomainError):
    message = _l("The file is no CSV with the columns %(columns)s: nothing was written.")


class TooManyLines(DomainError):
    message = _l("The file has more than %(most)d lines: divide it.")


@dataclasses.dataclass(frozen=True, slots=True)
class Given:
    """A line of the table: which observation got which protocol number, of which day."""

    line: int
    register: str
    number: int
    protocol: str
    on: dt.date


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
            values = {name: (row.get(name) or "").strip() for name in COLUMNS}
            if not any(values.values()):
                continue
            given = _given(reader.line_num, values, problems)
            if given is not None:
                found.append(given)
    except csv.Error:
        raise NotATable(columns=", ".join(COLUMNS)) from None
    if problems:
        raise WrongLines(problems)
    return found


def _given(line: int, values: dict[str, str], problems: list[str]) -> Given | None:
    number, protocol = whole(values["numero"]), values["protocollo"].removeprefix("'")
    day = _day(values["data"])
    if number is None:
        said = _("Line %(line)d: «%(value)s» is no number.", line=line, value=values["numero"][:40])
        problems.append(said)
    elif not protocol or len(protocol) > LONGEST_NUMBER or not protocol.isprintable():
        problems.append(_("Line %(line)d: the protocol number is missing or too long.", line=line))
    elif day is None or day > clock.today():
        problems.append(
            _(
                "Line %(line)d: «%(value)s» is no day, or one still to come.",
                line=line,
                value=values["data"][:40],
            )
        )
    else:
        return Given(line, values["registro"], number, protocol, day)
    return None


def _day(text: str) -> dt.date | None:
    for pattern in ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y"):
        try:
            day = dt.datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a day alone
        except ValueError:
            continue
        return day if day.year in clock.YEARS else None
    return None


@use_case
def bring_in(actor: Actor, procedure: Procedure, several: Sequence[Given]) -> int:
    """Write the numbers of a table: all, or none. Returns how many changed. Raises WrongLines.

    Several observations may have come in one document and share its number; one observation
    has one, so a line that gives it another twice is refused.
    """
    known = {
        (slug, number): (key, protocol, on)
        for slug, number, key, protocol, on in ask(
            sa.select(
                Register.slug,
                Observation.number,
                Observation.id,
                Observation.protocol_number,
                Observation.protocol_on,
            )
            .join(Register, Register.id == Observation.register_id)
            .where(Observation.procedure_id == procedure.id, Observation.annulled_at.is_(None))
        )
    }
    problems: list[str] = []
    wanted: dict[int, tuple[str, dt.date]] = {}
    for given in several:
        found = known.get((given.register, given.number))
        if found is None:
            problems.append(
                _(
                    "Line %(line)d: there is no n. %(number)d in the register «%(register)s».",
                    line=given.line,
                    number=given.number,
                    register=given.register[:40],
                )
            )
        elif wanted.get(found[0], (given.protocol, given.on)) != (given.protocol, given.on):
            problems.append(
                _(
                    "Line %(line)d: n. %(number)d has another protocol number in this table.",
                    line=given.line,
                    number=given.number,
                )
            )
        elif (found[1], found[2]) != (given.protocol, given.on):
            wanted[found[0]] = (given.protocol, given.on)
    if problems:
        raise WrongLines(problems)
    if wanted:
        bulk.record_protocols(actor, wanted)
    return len(wanted)


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


def _armless(number: str) -> str:
    """No spreadsheet takes it for a formula; `read` takes the mark off again."""
    return f"'{number}" if number.startswith(("=", "+", "-", "@")) else number


def as_table(procedure: Procedure, *, seen_by: Reader) -> bytes:
    """The observations with the numbers that they have, as a table to be filled in.

    Raises NotFound for whoever is not staff.
    """
    if not seen_by.can(Permission.REGISTER):
        raise NotFound()
    rows = ask(
        sa.select(
            Register.slug,
            Observation.number,
            Observation.protocol_number,
            Observation.protocol_on,
        )
        .join(Register, Register.id == Observation.register_id)
        .where(Observation.procedure_id == procedure.id, Observation.annulled_at.is_(None))
        .order_by(Register.id, Observation.number)
    )
    buffer = io.StringIO()
    buffer.write("\ufeff")
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for slug, number, protocol, on in rows:
        writer.writerow((slug, number, _armless(protocol), on.isoformat() if on else ""))
    return buffer.getvalue().encode("utf-8")
