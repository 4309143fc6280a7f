"""How tests write what a citation leads to."""

from ptm_participation.plan.citations import Citation


def short(citation: Citation) -> str:
    return citation.target.replace("/akn/it/act/", "").replace("/!main", "")
