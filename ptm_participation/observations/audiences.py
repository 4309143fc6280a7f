"""Who may write in a window that is not for everyone."""

from flask_babel import lazy_gettext as _l

from ptm_participation.core.errors import DomainError
from ptm_participation.procedure.models import Audience, Window
from ptm_participation.stakeholders.subjects import SubjectFamily, SubjectType

_ADMITTED = {
    Audience.EVERYONE: frozenset(SubjectType),
    Audience.MUNICIPALITIES: frozenset({SubjectType.MUNICIPALITY}),
    Audience.ENVIRONMENTAL_AUTHORITIES: frozenset(SubjectFamily.BODY.types),
}


class NotOfTheAudience(DomainError):
    message = _l("This window is not for everyone, but for: %(audience)s.")


def admitted(window: Window) -> frozenset[SubjectType]:
    """What one may be to write in the window."""
    return _ADMITTED[window.audience]


def check_audience(window: Window, subject_type: SubjectType | None) -> None:
    """Raises NotOfTheAudience."""
    if (subject_type or SubjectType.CITIZEN) not in admitted(window):
        raise NotOfTheAudience(audience=window.audience.label)
