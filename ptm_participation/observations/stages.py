"""How far a case has come: received, registered, under review, decided, published, each dated."""

import dataclasses
import datetime as dt
from typing import Any

from flask_babel import lazy_gettext as _l

from ptm_participation.observations.models import Observation
from ptm_participation.observations.workflow import ObservationState, Purpose


@dataclasses.dataclass(frozen=True, slots=True)
class Stage:
    """One stage: when it was reached, or that it is still to come.

    `at` is an instant, or a day where only that is known. `now` is the last one reached;
    publication stands beside the others, since it may come at any time.
    """

    label: Any
    at: dt.datetime | None = None
    on: dt.date | None = None
    note: str = ""
    now: bool = False

    @property
    def reached(self) -> bool:
        return self.at is not None or self.on is not None


def stages_of(observation: Observation) -> list[Stage]:
    """The stages of a case, in order.

    Nothing is decided on an answer without observations, nor on a withdrawal.
    """
    now = observation.state
    asks = observation.purpose is Purpose.OBSERVATION
    checked = ObservationState.CHECKED.label if asks else _l("Checked")
    reached = [
        Stage(
            ObservationState.RECEIVED.label,
            at=observation.received_at,
            now=now is ObservationState.RECEIVED,
        ),
        Stage(
            ObservationState.REGISTERED.label,
            on=observation.protocol_on,
            note=observation.protocol_number,
            now=now is ObservationState.REGISTERED,
        ),
        Stage(checked, at=observation.checked_at, now=now is ObservationState.CHECKED),
    ]
    decided = Stage(
        ObservationState.DECIDED.label,
        on=observation.decided_on,
        note=observation.decided_act,
        now=now is ObservationState.DECIDED,
    )
    published = Stage(_l("Published"), at=observation.published_at)
    return [*reached, decided, published] if asks else [*reached, published]
