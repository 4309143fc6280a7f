"""Which drafts a browser began, so that it finds its way back to them.

A cookie of its own names them: the session's ends with the browser, or before it.
"""

import re
from collections.abc import Sequence
from typing import Any

from flask import after_this_request, current_app, request

from ptm_participation.accounts.models import Reader
from ptm_participation.observations.draft_models import Draft
from ptm_participation.observations.drafting import DRAFT_LIFE, drafts_of

COOKIE = "ptm_bozze"
MOST_REMEMBERED = 5
_KEY = re.compile(r"[0-9a-f]{32}")


def remember(key: str) -> None:
    """Let this browser find the draft again, for as long as a draft lives."""
    keys = [key, *(known for known in _keys() if known != key)][:MOST_REMEMBERED]

    @after_this_request
    def keep(answer: Any) -> Any:
        answer.set_cookie(
            COOKIE,
            ".".join(keys),
            max_age=DRAFT_LIFE,
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
        )
        return answer


def begun_here(reader: Reader) -> list[tuple[str, Draft]]:
    """The drafts that this browser began and that are still there, the last one first.

    One begun by an account is offered to nobody else who uses the browser after it.
    """
    found: Sequence[tuple[str, Draft]] = drafts_of(_keys())
    return [
        (key, draft)
        for key, draft in found
        if draft.user_id is None or draft.user_id == getattr(reader, "id", None)
    ]


def _keys() -> list[str]:
    return _KEY.findall(request.cookies.get(COOKIE, "")[:500])
