"""Who in the office works on which observation."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l

from ptm_participation.accounts.access import Permission
from ptm_participation.accounts.models import User
from ptm_participation.core import audit
from ptm_participation.core.audit import Actor
from ptm_participation.core.errors import DomainError
from ptm_participation.core.transaction import use_case
from ptm_participation.observations.intake import must_stand
from ptm_participation.observations.models import Observation


class NotOfTheOffice(DomainError):
    message = _l("Only an open account that works on the register can be given observations.")


@use_case
def assign(actor: Actor, observations: Sequence[Observation], officer: User | None) -> int:
    """Give observations to an officer to work on, or leave them to nobody.

    Returns how many changed hands. Raises NotOfTheOffice for an account that is closed or may
    not read the register; then none does.
    """
    if officer is not None and not officer.can(Permission.REGISTER):
        raise NotOfTheOffice()
    changed = 0
    for observation in observations:
        must_stand(observation)
        before = observation.assigned_to
        if observation.assigned_to_id == (officer.id if officer else None):
            continue
        observation.assigned_to = officer
        audit.record(
            actor,
            "observation.assigned",
            observation,
            stream=observation.procedure.stream,
            before=before.audit_name if before else None,
            after=officer.audit_name if officer else None,
        )
        changed += 1
    return changed
