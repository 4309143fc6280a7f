"""The core's own tables, gathered so that a migration sees them."""

from ptm_participation.core.audit import AuditEntry, AuditPayload, AuditStream
from ptm_participation.core.form_tokens import FormToken
from ptm_participation.core.jobs import Job
from ptm_participation.core.storage import StoredFile
from ptm_participation.core.throttle import Throttle

__all__ = [
    "AuditEntry",
    "AuditPayload",
    "AuditStream",
    "FormToken",
    "Job",
    "StoredFile",
    "Throttle",
]
