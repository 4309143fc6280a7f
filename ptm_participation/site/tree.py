"""The tree of a document as a page shows it: what is counted and what is closed stands beside."""

import dataclasses

from ptm_participation.observations import published
from ptm_participation.plan.browsing import Branch
from ptm_participation.plan.closing import Closings
from ptm_participation.procedure.models import Procedure


@dataclasses.dataclass(frozen=True, slots=True)
class Tree:
    """The branches that are open, the published observations on each section that they show, and
    what takes no observations."""

    branch: Branch
    counts: dict[int, int]
    closings: Closings


def tree_of(procedure: Procedure, branch: Branch, closings: Closings) -> Tree:
    """A branch with what stands beside its sections."""
    counts = published.page_counts(procedure, (node.row for node in branch.walk()))
    return Tree(branch, counts, closings)
