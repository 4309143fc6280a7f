"""What is wrong with a message, as sentences for whoever registers it."""

import dataclasses
from typing import Any


@dataclasses.dataclass(frozen=True, slots=True)
class Problem:
    """A sentence, and what is put into it; it is said in the language of whoever reads it."""

    sentence: Any
    facts: dict[str, Any] = dataclasses.field(default_factory=dict)

    def __str__(self) -> str:
        text = str(self.sentence)
        return text % self.facts if self.facts else text
