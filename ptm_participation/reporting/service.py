"""Taking data out of the house is a deed, and is recorded like one."""

from ptm_participation.core import audit
from ptm_participation.core.audit import Actor
from ptm_participation.core.transaction import use_case
from ptm_participation.procedure.models import Procedure


@use_case
def note_export(actor: Actor, procedure: Procedure, *, name: str, format: str, filter: str) -> None:
    """Record who exported what and under which filter."""
    audit.record(
        actor,
        "export.made",
        ("export", name),
        stream=procedure.stream,
        format=format,
        filter=filter,
    )
