"""Sending a message. A server that is down is a reason to try later, never an error to lose."""

import smtplib
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from flask import current_app
from flask_babel import gettext as _

from ptm_participation.core import clock
from ptm_participation.core.jobs import TryLater

TIMEOUT_SECONDS = 20


def compose(*, to: str, subject: str, text: str, key: str) -> EmailMessage:
    """A plain message. `key` makes its Message-ID, so that a copy sent again is known as one."""
    sender = current_app.config["MAIL_SENDER"]
    message = EmailMessage()
    message["From"] = sender
    message["To"] = to
    message["Subject"] = " ".join(subject.split())
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = f"<{key}@{sender.rpartition('@')[2] or 'localhost'}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message


def send(message: EmailMessage) -> None:
    """Hand the message to the server of PTM_SMTP_URL. Raises TryLater if it does not take it.

    The URL is smtp://, smtp+starttls:// or smtps://, with user and password if needed.
    """
    url = urlsplit(current_app.config["SMTP_URL"])
    host = url.hostname or "127.0.0.1"
    try:
        if url.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, url.port or 465, timeout=TIMEOUT_SECONDS)
        else:
            server = smtplib.SMTP(host, url.port or 25, timeout=TIMEOUT_SECONDS)
        with server:
            if url.scheme == "smtp+starttls":
                server.starttls()
            if url.username:
                server.login(unquote(url.username), unquote(url.password or ""))
            server.send_message(message)
    except smtplib.SMTPResponseException as error:
        said = error.smtp_error
        words = said.decode(errors="replace") if isinstance(said, bytes) else said
        raise TryLater(f"{error.smtp_code} {words}") from error
    except (OSError, smtplib.SMTPException) as error:
        raise TryLater(_("The mail server does not answer (%(why)s).", why=error)) from error
