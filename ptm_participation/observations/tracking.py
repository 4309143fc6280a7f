"""The receipt, and following a case by its code or from one's account."""

from typing import Any

from flask import redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from ptm_participation.accounts.access import Permission, public, requires
from ptm_participation.accounts.models import User
from ptm_participation.accounts.reader import signed_in_user
from ptm_participation.core import jobs
from ptm_participation.core.errors import DomainError, NotFound
from ptm_participation.core.formats import language
from ptm_participation.core.throttle import Limit
from ptm_participation.observations import (
    codes,
    documents,
    links,
    lists,
    placing,
    queries,
    stages,
    supplements,
)
from ptm_participation.observations.blueprint import bp
from ptm_participation.observations.forms import CodeForm
from ptm_participation.observations.intake import RECEIPT
from ptm_participation.observations.models import Observation
from ptm_participation.observations.views import SENT, pdf_answer

GUESSES = Limit("tracking codes", failures=10, minutes=15)


class TooManyGuesses(DomainError):
    message = _l("Too many wrong codes. Wait 15 minutes, then try again.")
    status = 429


@bp.route("/ricevuta/<code>")
@public
def receipt(code: str) -> Any:
    observation = by_code(code)
    return render_template("observations/receipt.html", **_case(observation, code))


@bp.route("/ricevuta/<code>.pdf")
@public
def receipt_file(code: str) -> Any:
    observation = by_code(code)
    content = documents.receipt(observation, codes.read(code), language())
    return pdf_answer(content, f"ricevuta-{observation.register.slug}-{observation.number}.pdf")


def by_code(code: str) -> Observation:
    """The observation of a code, or a wrong guess that is counted.

    Who has just sent reads the receipt, whatever others behind the same address typed.
    """
    address = request.remote_addr or ""
    if not GUESSES.left(address) and code not in session.get(SENT, ()):
        raise TooManyGuesses()
    try:
        return queries.get_by_code(codes.read(code))
    except codes.MistypedCode:
        raise NotFound() from None
    except NotFound:
        GUESSES.count_failure(address)
        raise


def _case(observation: Observation, code: str) -> dict[str, Any]:
    mail = jobs.about(f"observation:{observation.id}", (RECEIPT,))
    return {
        "observation": observation,
        "code": codes.read(code),
        "printed_code": codes.printed(codes.read(code)),
        "mail": mail[0] if mail else None,
        "next_steps": documents.next_steps(observation),
        "stages": stages.stages_of(observation),
        "asked": next(iter(supplements.requests_of(observation)), None),
        "supplements": supplements.supplements_of(observation),
        "links": (linked := links.links_of(observation)),
        "withdrawn": any(link.withdraws for link in linked),
        "replaced": any(link.replaces for link in linked),
        "documents": documents,
    }


@bp.route("/segui")
@public
def follow() -> Any:
    form = CodeForm(request.args)
    problem = ""
    if "codice" in request.args and not form.validate():
        problem = str(form.codice.errors[0])
    elif "codice" in request.args:
        try:
            code = codes.read(form.codice.data)
            by_code(code)
        except codes.MistypedCode:
            problem = _(
                "This is not a whole code: check it letter by letter. Codes hold no 0, O, 1 or I."
            )
        except NotFound:
            problem = _("No observation has this code. Codes hold no 0, O, 1 or I.")
        else:
            return redirect(url_for("observations.tracking", code=code))
    return render_template("observations/follow.html", form=form, problem=problem)


@bp.route("/segui/<code>")
@public
def tracking(code: str) -> Any:
    observation = by_code(code)
    queries.load_requests(observation.submission)
    located = placing.places_of(observation.submission.id)
    return render_template(
        "observations/tracking.html", located=located, **_case(observation, code)
    )


@bp.route("/mie-osservazioni")
@requires(Permission.OWN_OBSERVATIONS)
def own() -> Any:
    author = signed_in_user()
    assert isinstance(author, User)
    return render_template("observations/own.html", rows=lists.own_observations(author))
