"""Third-party extensions, not yet bound to an application."""

from typing import Any

from flask_babel import Babel
from flask_login import LoginManager
from flask_wtf import CSRFProtect


class Sessions(LoginManager):  # type: ignore[misc]
    """flask-login without its remember-me cookie, whose upkeep would open the session on
    every public page and so keep caches from sharing it."""

    def _update_remember_cookie(self, response: Any) -> Any:
        return response


babel = Babel()
csrf = CSRFProtect()
sessions = Sessions()
sessions.session_protection = None  # the session's row says whether it is good
