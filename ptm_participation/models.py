"""Every feature's tables, gathered so that migrations and backups see the whole schema."""

from ptm_participation.accounts import models as accounts
from ptm_participation.communications import models as communications
from ptm_participation.consultations import models as consultations
from ptm_participation.core import models as core
from ptm_participation.core.db import Base
from ptm_participation.observations import (
    draft_models,
    mail_models,
    place_models,
    supplement_models,
    worklist_models,
)
from ptm_participation.observations import models as observations
from ptm_participation.plan import citation_models, map_models
from ptm_participation.plan import import_models as plan_imports
from ptm_participation.plan import models as plan
from ptm_participation.procedure import models as procedure
from ptm_participation.reference import models as reference
from ptm_participation.stakeholders import models as stakeholders
from ptm_participation.territory import models as territory

metadata = Base.metadata

__all__ = [
    "accounts",
    "citation_models",
    "communications",
    "consultations",
    "core",
    "draft_models",
    "mail_models",
    "map_models",
    "metadata",
    "observations",
    "place_models",
    "plan",
    "plan_imports",
    "procedure",
    "reference",
    "stakeholders",
    "supplement_models",
    "territory",
    "worklist_models",
]
