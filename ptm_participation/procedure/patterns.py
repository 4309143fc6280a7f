"""Patterns of procedures: what the law foresees, from which a procedure is opened.

They are data (`data/patterns.toml`). A procedure takes its steps over as its own when it is
opened: correcting them there changes neither the pattern nor another procedure.
"""

import dataclasses
import functools
import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from ptm_participation.core.errors import DomainError
from ptm_participation.core.reference import Verification
from ptm_participation.procedure.models import Audience, RegisterKind, StepKind


class UnknownPattern(DomainError):
    message = _l("There is no pattern «%(code)s».")
    status = 404


@dataclasses.dataclass(frozen=True, slots=True)
class ForeseenStep:
    """A step of a pattern. `counts_from` is the step whose day is the notice of its term."""

    code: str
    stage: StepKind
    title: str
    verification: Verification
    source: str
    actor: str = ""
    ground: str = ""
    term_days: int | None = None
    counts_from: str = ""
    note: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class ForeseenWindow:
    """A window of a pattern. Without `days` no law sets its term, and an act does."""

    code: str
    register: RegisterKind
    title: str
    audience: Audience
    verification: Verification
    notice: str
    days: int | None = None
    ground: str = ""
    note: str = ""

    @property
    def to_verify(self) -> bool:
        return self.verification is Verification.TO_VERIFY

    @property
    def term(self) -> str:
        """«60 giorni dall’avviso sul BURL»."""
        if self.days is None:
            return _("term set by an act")
        return _("%(count)d days after: %(notice)s", count=self.days, notice=self.notice)


@dataclasses.dataclass(frozen=True, slots=True)
class Pattern:
    """What a kind of procedure is made of. `stages` renames those that it calls otherwise."""

    code: str
    title: str
    purpose: str
    validity: str
    verification: Verification
    registers: tuple[RegisterKind, ...]
    stages: Mapping[StepKind, str]
    steps: tuple[ForeseenStep, ...]
    windows: tuple[ForeseenWindow, ...]

    @property
    def to_verify(self) -> bool:
        return self.verification is Verification.TO_VERIFY

    def foreseen(self, code: str) -> ForeseenWindow | None:
        """The window of that code, if it has one."""
        return next((window for window in self.windows if window.code == code), None)


@functools.cache
def patterns() -> Mapping[str, Pattern]:
    """Every pattern by its code, in the order in which they are offered."""
    folder = resources.files("ptm_participation") / "data"
    told = tomllib.loads((folder / "patterns.toml").read_text(encoding="utf-8"))["pattern"]
    sources = tomllib.loads((folder / "sources.toml").read_text(encoding="utf-8"))
    facts: dict[str, dict[str, Any]] = {}
    for fact in told:
        facts[fact["code"]] = _repeated(facts[fact["repeats"]], fact) if "repeats" in fact else fact
    return {code: _pattern(fact, sources) for code, fact in facts.items()}


def get_pattern(code: str) -> Pattern:
    """One pattern. Raises UnknownPattern."""
    found = patterns().get(code)
    if found is None:
        raise UnknownPattern(code=code)
    return found


def _repeated(base: dict[str, Any], fact: dict[str, Any]) -> dict[str, Any]:
    """The pattern that repeats another, with what it says otherwise."""
    without = set(fact.get("without", ()))
    return {**base, **fact} | {
        name: [
            {**before, **_of(fact.get(name, ()), before["code"])}
            for before in base[name]
            if before["code"] not in without
        ]
        for name in ("step", "window")
    }


def _of(facts: Any, code: str) -> dict[str, Any]:
    return next((fact for fact in facts if fact["code"] == code), {})


def _pattern(fact: dict[str, Any], sources: dict[str, str]) -> Pattern:
    doubtful = fact["verification"] == Verification.TO_VERIFY

    def verification(of: dict[str, Any]) -> Verification:
        said = Verification(of.get("verification", "to-verify"))
        return Verification.TO_VERIFY if doubtful else said

    return Pattern(
        code=fact["code"],
        title=fact["title"],
        purpose=fact["purpose"],
        validity=fact["validity"],
        verification=Verification(fact["verification"]),
        registers=tuple(map(RegisterKind, fact["registers"])),
        stages={StepKind(name): label for name, label in fact.get("stages", {}).items()},
        steps=tuple(
            ForeseenStep(
                **{
                    **step,
                    "stage": StepKind(step["stage"]),
                    "verification": verification(step),
                    "source": sources[step["source"]],
                }
            )
            for step in fact["step"]
        ),
        windows=tuple(
            ForeseenWindow(
                **{
                    **window,
                    "register": RegisterKind(window["register"]),
                    "audience": Audience(window["audience"]),
                    "verification": verification(window),
                }
            )
            for window in fact["window"]
        ),
    )
