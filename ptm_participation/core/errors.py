"""Errors that are sentences for people: one class for each rule that can be broken."""

from typing import Any

from flask_babel import lazy_gettext as _l


class DomainError(Exception):
    """A rule of the house was broken; `message` says it to the person who tried.

    `status` is the HTTP status of a page that can only show the sentence. `facts` fill the
    message's placeholders.
    """

    message: Any = _l("This cannot be done.")
    status = 409

    def __init__(self, **facts: Any) -> None:
        super().__init__()
        self.facts = facts

    def __str__(self) -> str:
        text = str(self.message)
        return text % self.facts if self.facts else text


class NotFound(DomainError):
    """There is no such record, or the reader may not know that there is."""

    message = _l("This page does not exist, or you cannot see it.")
    status = 404


class NotAllowed(DomainError):
    """The person is known and may not do this."""

    message = _l("Your account may not do this.")
    status = 403


class Busy(DomainError):
    """The writers' queue did not move in time. Nothing was written."""

    message = _l("The register is busy. Nothing was saved: try again in a few seconds.")
    status = 503


class ChangedMeanwhile(DomainError):
    """Somebody else saved the same record after this one was opened."""

    message = _l(
        "Somebody else changed this while you were writing. Your text is below: "
        "compare it with the saved one and save again."
    )


class WrongState(DomainError):
    """The life cycle does not allow this step from here."""

    message = _l("This step is not possible in the present state.")
