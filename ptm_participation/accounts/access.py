"""What a role may do, and the mark that each endpoint carries.

An endpoint says `@public`, `@signed_in` or `@requires(Permission.…)`; one that says nothing is
refused to everybody, and a test over the route map fails on it.
"""

import enum
from collections.abc import Callable
from typing import Any, TypeVar

from flask_babel import lazy_gettext as _l

View = TypeVar("View", bound=Callable[..., Any])


class Permission(enum.StrEnum):
    """One thing that can be allowed. A view names the permission, never the role."""

    OWN_OBSERVATIONS = "own-observations"
    DRAFT_CONTENT = "draft-content"
    PUBLISH_CONTENT = "publish-content"
    REGISTER = "register"  # read the register with its personal data, enter and classify
    CONSULT = "consult"  # stakeholders, contacts, consultations
    CORRECT_DATA = "correct-data"
    SUMMARISE = "summarise"
    EXPORT = "export"
    PUBLISH = "publish"
    ANNUL = "annul"
    SET_TERMS = "set-terms"
    KEEP_ACCOUNTS = "keep-accounts"
    VERIFY = "verify"


class Role(enum.StrEnum):
    """The roles of the house, from the outside inwards."""

    STAKEHOLDER = "stakeholder"
    CONTRIBUTOR = "contributor"
    STAFF = "staff"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"

    @property
    def label(self) -> Any:
        return {
            Role.STAKEHOLDER: _l("Stakeholder"),
            Role.CONTRIBUTOR: _l("Contributor"),
            Role.STAFF: _l("Staff"),
            Role.MANAGER: _l("Manager"),
            Role.ADMINISTRATOR: _l("Administrator"),
        }[self]

    @property
    def duties(self) -> Any:
        """What the role is for, for whoever gives it."""
        return {
            Role.STAKEHOLDER: _l("Submits observations and follows its own."),
            Role.CONTRIBUTOR: _l(
                "Drafts pages, news, events and documents; sees no personal data."
            ),
            Role.STAFF: _l("Keeps the register, stakeholders and consultations."),
            Role.MANAGER: _l("Does what staff does; reads summaries, exports, publishes."),
            Role.ADMINISTRATOR: _l("Does what a manager does; keeps accounts, verifies the log."),
        }[self]


_STAFF = frozenset(
    {
        Permission.DRAFT_CONTENT,
        Permission.PUBLISH_CONTENT,
        Permission.REGISTER,
        Permission.CONSULT,
        Permission.CORRECT_DATA,
    }
)
_MANAGER = _STAFF | {
    Permission.SUMMARISE,
    Permission.EXPORT,
    Permission.PUBLISH,
    Permission.ANNUL,
    Permission.SET_TERMS,
}
PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.STAKEHOLDER: frozenset({Permission.OWN_OBSERVATIONS}),
    Role.CONTRIBUTOR: frozenset({Permission.DRAFT_CONTENT}),
    Role.STAFF: _STAFF,
    Role.MANAGER: _MANAGER,
    Role.ADMINISTRATOR: _MANAGER | {Permission.KEEP_ACCOUNTS, Permission.VERIFY},
}

_MARK = "ptm_access"
PUBLIC = "public"
SIGNED_IN = "signed-in"


def public(view: View) -> View:
    """Anybody may call this endpoint."""
    setattr(view, _MARK, PUBLIC)
    return view


def signed_in(view: View) -> View:
    """Whoever has an account may call this endpoint."""
    setattr(view, _MARK, SIGNED_IN)
    return view


def requires(permission: Permission) -> Callable[[View], View]:
    """Only an account whose role has the permission may call this endpoint."""

    def mark(view: View) -> View:
        setattr(view, _MARK, permission)
        return view

    return mark


def access_mark(view: Any) -> str | Permission | None:
    """What the endpoint's view says of itself; None if it says nothing."""
    mark: str | Permission | None = getattr(view, _MARK, None)
    return mark
