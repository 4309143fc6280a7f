"""Secrets that must wait in the database, such as a tracking code in a message not yet sent.

They are sealed with a key derived from the installation's own, so that a copy of the database
alone does not disclose them.
"""

import base64
import json
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app
from flask_babel import lazy_gettext as _l

from ptm_participation.core.errors import DomainError


class SealBroken(DomainError):
    """The key changed since the value was sealed."""

    message = _l("This message was sealed with another secret key and cannot be read.")


def seal(value: dict[str, Any]) -> str:
    return _box().encrypt(json.dumps(value).encode("utf-8")).decode("ascii")


def unseal(text: str) -> dict[str, Any]:
    """The sealed value. Raises SealBroken if it was sealed with another key, or altered."""
    try:
        value: dict[str, Any] = json.loads(_box().decrypt(text.encode("ascii")))
    except InvalidToken as error:
        raise SealBroken() from error
    return value


def _box() -> Fernet:
    key = HKDF(hashes.SHA256(), 32, salt=None, info=b"ptm sealed values").derive(
        str(current_app.config["SECRET_KEY"]).encode("utf-8")
    )
    return Fernet(base64.urlsafe_b64encode(key))
