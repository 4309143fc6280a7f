"""An edition that is published changes no more; until then whoever writes into it holds it."""

from flask_babel import lazy_gettext as _l

from ptm_participation.core.db import db
from ptm_participation.core.errors import DomainError
from ptm_participation.plan.models import Edition, EditionState


class EditionFrozen(DomainError):
    message = _l("The words of this edition are frozen: import under another label.")


def hold_draft(edition: Edition) -> None:
    """Within a use case: until the commit nobody else writes into the edition or publishes it.
    Raises EditionFrozen, also of one that was published while this waited."""
    db.session.refresh(edition, with_for_update={"of": Edition})
    if edition.state is EditionState.FROZEN:
        raise EditionFrozen()
