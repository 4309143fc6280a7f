"""The sender comes back to what was sent: to complete it, to replace it, to withdraw it.

Whoever holds the code may; so may the account that sent it. The earlier one is never altered.
"""

from typing import Any

from flask import redirect, render_template, url_for

from ptm_participation.accounts.access import Permission, public, requires
from ptm_participation.accounts.forms import ConfirmForm
from ptm_participation.accounts.models import User
from ptm_participation.accounts.reader import signed_in_user
from ptm_participation.core import clock
from ptm_participation.core.errors import DomainError, NotFound
from ptm_participation.observations import codes, drafting, intake, queries, resuming, steps
from ptm_participation.observations.blueprint import bp
from ptm_participation.observations.models import Observation
from ptm_participation.observations.taking_over import begun_from
from ptm_participation.observations.tracking import by_code
from ptm_participation.observations.workflow import LinkKind

ACTS = {
    "integra": LinkKind.INTEGRATES,
    "sostituisci": LinkKind.REPLACES,
    "ritira": LinkKind.WITHDRAWS,
}


@bp.route("/segui/<code>/<act>", methods=["GET", "POST"])
@public
def again(code: str, act: str) -> Any:
    return _again(by_code(code), act, back=url_for("observations.tracking", code=codes.read(code)))


@bp.route("/mie-osservazioni/<register>/<int:number>/<act>", methods=["GET", "POST"])
@requires(Permission.OWN_OBSERVATIONS)
def again_own(register: str, number: int, act: str) -> Any:
    author = signed_in_user()
    observation = queries.get_observation(register, number, seen_by=author)
    if not isinstance(author, User) or observation.submission.user_id != author.id:
        raise NotFound()
    return _again(observation, act, back=url_for("observations.own"))


def _again(observation: Observation, act: str, *, back: str) -> Any:
    """Say what follows; then begin the draft."""
    if act not in ACTS:
        raise NotFound()
    kind, form = ACTS[act], ConfirmForm()
    refusal = _refusal(observation)
    if form.validate_on_submit() and not refusal:
        return redirect(_begin(observation, kind))
    return render_template(
        "observations/again.html",
        form=form,
        observation=observation,
        kind=kind,
        refusal=refusal,
        back=back,
    )


def _begin(observation: Observation, kind: LinkKind) -> str:
    """Begin the draft; returns the address of its first step, past what is taken over."""
    author = signed_in_user()
    own = isinstance(author, User) and observation.submission.user_id == author.id
    known = begun_from(observation, kind, contacts=own)
    key = drafting.begin_draft(
        observation.window, author=author if isinstance(author, User) else None, **known
    )
    resuming.remember(key)
    step = steps.REQUESTS if "requests" in known else steps.path_of(known)[0]
    return url_for(f"observations.{step}", key=key)


def _refusal(observation: Observation) -> str:
    """Why it cannot be done, in a sentence; empty if it can."""
    try:
        intake.check_stands(observation)
        intake.check_open(observation.window, clock.now())
    except DomainError as error:
        return str(error)
    return ""
