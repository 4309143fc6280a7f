"""What kind of message it is: certified, one of the provider's receipts, or ordinary.

The kinds are those of the technical rules of certified mail (decree of 2 November 2005,
annex, § 6): the headers say which, and daticert.xml says it again under the signature.
"""

import enum
from typing import Any

from flask_babel import lazy_gettext as _l

from ptm_participation.mail.envelope import Certification
from ptm_participation.mail.headers import Headers


class Kind(enum.StrEnum):
    """Kinds of message."""

    CERTIFIED = "certified"
    ORDINARY = "ordinary"
    ACCEPTANCE = "acceptance"
    NON_ACCEPTANCE = "non-acceptance"
    TAKE_CHARGE = "take-charge"
    DELIVERY = "delivery"
    FAILURE = "failure"
    NOTICE = "notice"  # that delivery is late and may fail
    VIRUS = "virus"
    ERROR_ENVELOPE = "error-envelope"  # around ordinary mail that came to a certified address
    UNREADABLE = "unreadable"

    @property
    def label(self) -> Any:
        return {
            Kind.CERTIFIED: _l("certified message"),
            Kind.ORDINARY: _l("ordinary mail"),
            Kind.ACCEPTANCE: _l("receipt of acceptance"),
            Kind.NON_ACCEPTANCE: _l("notice of non-acceptance"),
            Kind.TAKE_CHARGE: _l("receipt of taking charge"),
            Kind.DELIVERY: _l("receipt of delivery"),
            Kind.FAILURE: _l("notice of failed delivery"),
            Kind.NOTICE: _l("notice that delivery may fail"),
            Kind.VIRUS: _l("notice of a virus"),
            Kind.ERROR_ENVELOPE: _l("ordinary mail in an anomaly envelope"),
            Kind.UNREADABLE: _l("not a message"),
        }[self]


RECEIPTS = frozenset(
    {
        Kind.ACCEPTANCE,
        Kind.NON_ACCEPTANCE,
        Kind.TAKE_CHARGE,
        Kind.DELIVERY,
        Kind.FAILURE,
        Kind.NOTICE,
        Kind.VIRUS,
    }
)
_KINDS = {
    "posta-certificata": Kind.CERTIFIED,
    "errore": Kind.ERROR_ENVELOPE,
    "accettazione": Kind.ACCEPTANCE,
    "non-accettazione": Kind.NON_ACCEPTANCE,
    "presa-in-carico": Kind.TAKE_CHARGE,
    "avvenuta-consegna": Kind.DELIVERY,
    "errore-consegna": Kind.FAILURE,
    "preavviso-errore-consegna": Kind.NOTICE,
    "rilevazione-virus": Kind.VIRUS,
}
# What providers write before the subject of the message that they wrap or answer.
_PREFIXES = (
    "POSTA CERTIFICATA:",
    "ANOMALIA MESSAGGIO:",
    "ACCETTAZIONE:",
    "AVVISO DI NON ACCETTAZIONE:",
    "PRESA IN CARICO:",
    "CONSEGNA:",
    "AVVISO DI MANCATA CONSEGNA:",
    "AVVISO DI MANCATA CONSEGNA PER VIRUS:",
    "AVVISO DI MANCATA CONSEGNA PER SUP. TEMPO MASSIMO:",
    "PROBLEMA DI SICUREZZA:",
)


def announced(headers: Headers) -> Kind | None:
    """The kind that the headers announce; none for ordinary mail."""
    return _KINDS.get(headers.mark("x-ricevuta")) or _KINDS.get(headers.mark("x-trasporto"))


def kind_of(headers: Headers, certification: Certification | None) -> Kind:
    """The kind of a message: what is attested, else what the headers announce."""
    attested = _KINDS.get(certification.kind) if certification else None
    return attested or announced(headers) or Kind.ORDINARY


def refers_to(headers: Headers, certification: Certification | None) -> str:
    """The identifier of the message that a receipt is about."""
    attested = certification.message_id if certification else ""
    return attested or headers.message_id("x-riferimento-message-id")


def without_prefix(subject: str) -> str:
    """The subject as its author wrote it, where a provider has put its own words before."""
    for prefix in _PREFIXES:
        if subject[: len(prefix)].upper() == prefix:
            return subject[len(prefix) :].strip()
    return subject
