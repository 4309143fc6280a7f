"""A life cycle as a table of allowed steps."""

import enum
from collections.abc import Mapping
from typing import Generic, Protocol, TypeVar

from ptm_participation.core.errors import WrongState

State = TypeVar("State", bound=enum.Enum)


class Staged(Protocol[State]):
    """Whatever keeps its stage in a `state` column."""

    state: State


class Workflow(Generic[State]):
    """From each state, the states that may follow."""

    def __init__(self, steps: Mapping[State, set[State]]) -> None:
        self.steps = steps

    def allows(self, present: State, following: State) -> bool:
        return following in self.steps[present]

    def advance(self, record: Staged[State], following: State) -> None:
        """Move the record on. Raises WrongState, and changes nothing, if the table forbids it."""
        if not self.allows(record.state, following):
            raise WrongState()
        record.state = following
