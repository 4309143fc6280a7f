"""Which procedure a page is about: the one that its address names, else the one that leads.

A view marked `@of_procedure` reads it with `chosen_procedure`; then every link of the page to
such a view keeps the choice, and the office's layout offers the others.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from flask import current_app, g, request

from ptm_participation.core.errors import NotFound
from ptm_participation.procedure import queries
from ptm_participation.procedure.models import Procedure

View = TypeVar("View", bound=Callable[..., Any])

CHOICE = "procedimento"
_MARK = "ptm_of_procedure"


def of_procedure(view: View) -> View:
    """The view is about one procedure, and its address may name which."""
    setattr(view, _MARK, True)
    return view


def is_of_procedure(endpoint: str | None) -> bool:
    return hasattr(current_app.view_functions.get(endpoint or ""), _MARK)


def shown_procedures() -> Sequence[Procedure]:
    """Every procedure, the one that leads first: asked for once a request."""
    if "procedures" not in g:
        g.procedures = queries.list_procedures()
    found: Sequence[Procedure] = g.procedures
    return found


def shown_procedure(code: str | None) -> Procedure:
    """The one of that code, else the one that leads. Raises NotFound."""
    for procedure in shown_procedures():
        if not code or procedure.code == code:
            return procedure
    raise NotFound()


def leading_procedure() -> Procedure:
    """The one that pages speak of where none is named. Raises NotFound if there is none."""
    return shown_procedure(None)


def chosen_procedure() -> Procedure:
    """The one that the address names, else the one that leads. Raises NotFound."""
    procedure = shown_procedure(request.args.get(CHOICE))
    stay_in(procedure)
    return procedure


def stay_in(procedure: Procedure) -> None:
    """Let the page's links keep to the procedure of what it shows."""
    g.kept_procedure = procedure


def kept_procedure() -> Procedure | None:
    """The procedure that links have to name, since it is not the one that leads."""
    kept: Procedure | None = g.get("kept_procedure")
    return kept if kept is not None and not kept.leads else None


def procedures_to_choose() -> Sequence[Procedure]:
    """What the page offers to change to: the procedure that it is about first, then the others;
    nothing where there is but one, or where the page is about none."""
    if not is_of_procedure(request.endpoint) or len(shown_procedures()) == 1:
        return ()
    shown = chosen_procedure()
    return [shown, *(other for other in shown_procedures() if other is not shown)]


def keep_choice(endpoint: str, values: dict[str, Any]) -> None:
    """Add the choice to the address of a view that can be told of it."""
    kept = kept_procedure()
    if kept is not None and is_of_procedure(endpoint):
        values.setdefault(CHOICE, kept.code)
