"""How far a case has come: received, registered, under review, decided, published, each dated."""

import dataclasses
import datetime as dt
from typing import Any

from flask_babel import lazy_gettext as _l

from ptm_participation.observations.models import Observation
from ptm_participation.observations.workflow import ObservationState


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
    """The five stages of a case, in order."""
    state = observation.state
    return [
        Stage(
            ObservationState.RECEIVED.label,
            at=observation.received_at,
            now=state is ObservationState.RECEIVED,
        ),
        Stage(
            ObservationState.REGISTERED.label,
            on=observation.protocol_on,
            note=observation.protocol_number,
            now=state is ObservationState.REGISTERED,
        ),
        Stage(
            ObservationState.CHECKED.label,
            at=observation.checked_at,
            now=state is ObservationState.CHECKED,
        ),
        Stage(
            ObservationState.DECIDED.label,
            on=observation.decided_on,
            note=observation.decided_act,
            now=state is ObservationState.DECIDED,
        ),
        Stage(_l("Published"), at=observation.published_at),
    ]
