"""`ptm term`: how a term is counted, without a database. `ptm procedure`: opening one, listing."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import click
from flask.cli import with_appcontext
from flask_babel import force_locale

from ptm_participation.core import clock, form_tokens
from ptm_participation.core.audit import Actor
from ptm_participation.core.errors import DomainError
from ptm_participation.procedure import holidays, queries, service
from ptm_participation.procedure.deadline import MOST_DAYS, Suspension, deadline
from ptm_participation.procedure.patterns import get_pattern, patterns
from ptm_participation.procedure.reasoning import sentences


class Day(click.ParamType[dt.date]):
    """An ISO day of a year that a procedure can speak of."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: Any, ctx: Any) -> dt.date:
        try:
            return clock.parse_day(value)
        except ValueError:
            self.fail(f"«{value}» is not a day: write it as 2020-09-02.", param, ctx)


class Span(click.ParamType[Suspension]):
    """Two days, both included."""

    name = "FROM:TO"

    def convert(self, value: Any, param: Any, ctx: Any) -> Suspension:
        first, _colon, last = value.partition(":")
        try:
            return Suspension(clock.parse_day(first), clock.parse_day(last))
        except ValueError:
            self.fail(f"«{value}» is not FROM:TO: write 2020-02-23:2020-05-15.", param, ctx)
        except DomainError as error:
            self.fail(str(error), param, ctx)


class Hour(click.ParamType[dt.time]):
    """An hour of the day."""

    name = "HH:MM"

    def convert(self, value: Any, param: Any, ctx: Any) -> dt.time:
        try:
            return dt.datetime.strptime(value, "%H:%M").time()  # noqa: DTZ007 - of Rome, later
        except ValueError:
            self.fail(f"«{value}» is not an hour: write it as 12:00.", param, ctx)


@click.command()
@click.argument("start", type=Day())
@click.argument("days", type=click.IntRange(1, MOST_DAYS))
@click.option("--hour", type=Hour(), help="When the last day closes; its end if not given.")
@click.option("--suspend", type=Span(), multiple=True, help="Days that are not counted.")
@click.option("--feast", multiple=True, help="A local feast day: «07-12 Sant'Ambrogio».")
@with_appcontext
def term(
    start: dt.date,
    days: int,
    hour: dt.time | None,
    suspend: tuple[Suspension, ...],
    feast: tuple[str, ...],
) -> None:
    """When a term of DAYS ends, the notice being of START; then how that is counted.

    The first line is the last day, in ISO form.
    """
    with force_locale("it"):
        try:
            local = holidays.feasts("\n".join(feast))
            calendar = holidays.national().with_feasts(local)
            end = deadline(start, days, hour=hour, suspensions=suspend, calendar=calendar)
        except DomainError as error:
            raise click.ClickException(str(error)) from error
        click.echo(end.last_day.isoformat())
        for sentence in sentences(end):
            click.echo(sentence.replace("\u00a0", " "))


def procedure_group(operator: Callable[[], Actor]) -> click.Group:
    """The commands of procedures; `operator` is who types them."""

    @click.group("procedure")
    def group() -> None:
        """Procedures side by side, each opened from a pattern."""

    @group.command("patterns")
    @with_appcontext
    def patterns_() -> None:
        """The patterns that a procedure can be opened from."""
        with force_locale("it"):
            for pattern in patterns().values():
                click.echo(f"{pattern.code}\t{pattern.title}\t{pattern.validity}")

    @group.command("list")
    @with_appcontext
    def list_() -> None:
        """The procedures, the one that leads first: code, title, stage now."""
        with force_locale("it"):
            for course in queries.courses(queries.list_procedures()):
                stage = course.stage.label if course.stage else "-"
                click.echo(f"{course.procedure.code}\t{course.procedure.title}\t{stage}")

    @group.command("add")
    @click.argument("pattern")
    @click.option("--code", required=True, help="For addresses: small letters, digits, dashes.")
    @click.option("--title", required=True)
    @click.option("--plan", required=True, help="The code of the plan.")
    @click.option("--edition", required=True, help="The label of the edition under observation.")
    @with_appcontext
    def add(pattern: str, code: str, title: str, plan: str, edition: str) -> None:
        """Open a procedure of a PATTERN. Body, office and case file are those of the first one."""
        try:
            lead = queries.get_procedure()
            opening = service.Opening(
                title=title,
                code=code,
                edition=queries.get_edition(plan, edition),
                body=lead.body,
                office=lead.office,
                office_address=lead.office_address,
                office_pec=lead.office_pec,
                case_file=lead.case_file,
            )
            token = form_tokens.new_token()
            made = service.open_procedure(operator(), get_pattern(pattern), opening, token=token)
        except DomainError as error:
            raise click.ClickException(str(error)) from error
        click.echo(made.code)

    return group
