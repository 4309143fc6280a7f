"""Configuration, read from the environment. The package never imports this file: wsgi.py does.

Every variable is described in docs/operations.md.
"""

import os
import secrets
from pathlib import Path

ROOT = Path(__file__).resolve().parent
MEGABYTE = 1024 * 1024


def _secret_key(folder: Path) -> str:
    """The signing key: given by PTM_SECRET_KEY, else made once and kept beside the database."""
    given = os.environ.get("PTM_SECRET_KEY")
    if given:
        return given
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / "secret_key"
    try:
        descriptor = os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return kept.read_text(encoding="ascii")
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32))
    return kept.read_text(encoding="ascii")


def _flag(name: str) -> bool:
    return os.environ.get(name, "").lower() in {"1", "true", "yes", "on"}


class Config:
    """What an installation runs with; `demonstration` is the same on data of its own."""

    def __init__(self, *, demonstration: bool | None = None) -> None:
        demo = _flag("PTM_DEMO") if demonstration is None else demonstration
        home = Path(os.environ.get("PTM_HOME", ROOT / "var" / ("demo" if demo else "ptm")))
        folder = home.absolute()
        self.DEMONSTRATION = demo
        self.HOME = folder
        self.ROOT = ROOT
        self.SECRET_KEY = _secret_key(folder)
        self.SQLALCHEMY_DATABASE_URI = os.environ.get(
            "PTM_DATABASE_URL", f"sqlite:///{folder / 'ptm.sqlite'}"
        )
        self.STORAGE_URL = os.environ.get("PTM_STORAGE_URL", (folder / "files").as_uri())
        self.HEADS_FOLDER = Path(os.environ.get("PTM_HEADS_DIR", folder / "heads")).absolute()
        self.BIND = os.environ.get("PTM_BIND", "127.0.0.1:8000")
        self.PUBLIC_URL = os.environ.get("PTM_PUBLIC_URL", f"http://{self.BIND}").rstrip("/")
        self.WORKERS = int(os.environ.get("PTM_WORKERS", "2"))
        self.THREADS = int(os.environ.get("PTM_THREADS", "4"))
        self.TRUSTED_PROXIES = int(os.environ.get("PTM_TRUSTED_PROXIES", "0"))
        self.CLOCK = os.environ.get("PTM_CLOCK", "")

        self.SMTP_URL = os.environ.get("PTM_SMTP_URL", "smtp://127.0.0.1:25")
        self.IMAP_URL = os.environ.get("PTM_IMAP_URL", "")
        self.MAIL_SENDER = os.environ.get("PTM_MAIL_SENDER", "ptm@localhost.localdomain")

        self.MAX_CONTENT_LENGTH = 64 * MEGABYTE
        self.MAX_FORM_MEMORY_SIZE = 2 * MEGABYTE
        self.MAX_FORM_PARTS = 400
        self.MAX_FILE_SIZE = 20 * MEGABYTE

        # Cookies travel only over TLS once the public address says that there is TLS.
        self.SESSION_COOKIE_NAME = "ptm"
        self.SESSION_COOKIE_SECURE = self.PUBLIC_URL.startswith("https://")
        self.SESSION_COOKIE_HTTPONLY = True
        self.SESSION_COOKIE_SAMESITE = "Lax"
        self.SESSION_COOKIE_PATH = "/"
        self.SESSION_HOURS = 10
        # A form left open overnight must still send what was typed into it.
        self.WTF_CSRF_TIME_LIMIT = None
        self.WTF_CSRF_CHECK_DEFAULT = False

        self.BABEL_DEFAULT_LOCALE = "it"
        self.BABEL_DEFAULT_TIMEZONE = "Europe/Rome"
        self.PASSWORD_MEMORY_KIB = int(os.environ.get("PTM_PASSWORD_MEMORY_KIB", "65536"))
