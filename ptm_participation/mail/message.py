"""Reads a message as it was received: who sent it, when it counts, what it says and brings.

Everything that a stranger may send is taken in: what is wrong with it is said in `problems`,
sentences for the officer, and nothing is refused. The bytes that were received are the
original; all else is a reading of them, and may be made again.
"""

import dataclasses
import datetime as dt
import enum
import hashlib
from collections.abc import Iterator
from typing import Any

from flask_babel import lazy_gettext as _l

from ptm_participation.core import clock
from ptm_participation.mail.attachments import Attachment, Gatherer
from ptm_participation.mail.contents import EML
from ptm_participation.mail.envelope import Certification, read_certification
from ptm_participation.mail.headers import Headers, addresses, instant_of, received_at
from ptm_participation.mail.mime import Part, Span, Splitter, whole
from ptm_participation.mail.problems import Problem
from ptm_participation.mail.receipts import (
    RECEIPTS,
    Kind,
    announced,
    kind_of,
    refers_to,
    without_prefix,
)
from ptm_participation.mail.signed import (
    ABSENT,
    Check,
    Signature,
    check_detached,
    open_signed,
)
from ptm_participation.mail.words import one_line

MOST_RECEIVED = 50
# Between a sender's clock and the office's server: a queue, a zone set wrongly.
DOUBTFUL = dt.timedelta(days=1)
CLOCKS_DIFFER = dt.timedelta(minutes=5)
FIRST_YEAR = 1990

EMPTY = _l("The file is empty.")
NOT_MAIL = _l("The file is not a message: it has none of the headers that messages have.")
GAVE_UP = _l("The message could not be read: only the original file is kept.")
NO_CERTIFICATION = _l(
    "The headers announce a certified message, and the certification data (daticert.xml) "
    "are missing."
)
ONLY_LOOKS_CERTIFIED = _l(
    "The message brings a daticert.xml without being a certified one: it may be one forwarded "
    "by ordinary mail, and its instant does not count."
)
OTHER_KIND = _l("The headers announce one kind of message and the certification data another.")
OTHER_REFERENCE = _l(
    "The headers of the receipt name one message and the certification data another."
)
NO_ORIGINAL = _l("The original message (postacert.eml) is missing from the envelope.")
UNSIGNED = _l("The envelope is not signed by a provider: anybody may have written it.")
BROKEN = _l("The signature of the envelope does not match: the message was changed on its way.")
UNVERIFIED = _l("The signature of the envelope could not be checked.")
TIME_REVERSED = _l("The message was delivered before it was accepted: the two do not agree.")
NO_DATE = _l("The message has no date that can be read: whoever registers it says which counts.")
DOUBTFUL_DATE = _l(
    "The date that the message gives itself (%(date)s) is not to be believed: "
    "whoever registers it says which counts."
)
NO_SENDER = _l("The message does not say who sends it.")
OTHER_SENDER = _l(
    "The provider certifies that %(certified)s sends, and the message says %(written)s."
)


class CountsBy(enum.StrEnum):
    """Where the instant that counts comes from."""

    ACCEPTANCE = "pec-acceptance"
    RECEIPT = "pec-receipt"  # what another receipt attests, as a delivery
    DATE_HEADER = "date-header"

    @property
    def label(self) -> Any:
        return {
            CountsBy.ACCEPTANCE: _l("accepted by the sender’s provider"),
            CountsBy.RECEIPT: _l("attested by the receipt"),
            CountsBy.DATE_HEADER: _l("as the message says"),
        }[self]


@dataclasses.dataclass(frozen=True, slots=True)
class Message:
    """A message as read. Instants are in UTC; `problems` are sentences for the officer.

    `counts_at` is the instant that counts for who sends: of a certified message that of
    acceptance (d.P.R. 68/2005, art. 6; CAD, art. 45), however late it was delivered.
    `original` is the message as its author sent it, which an envelope only wraps;
    `original_sha256` is of what the author wrote, the same whichever way it travelled.
    """

    sha256: str
    size: int
    kind: Kind
    certified: bool = False
    sender: str = ""
    recipients: tuple[str, ...] = ()
    counts_at: dt.datetime | None = None
    counts_by: CountsBy | None = None
    delivered_at: dt.datetime | None = None
    received: tuple[str, ...] = ()
    subject: str = ""
    identifier: str = ""
    message_id: str = ""
    refers_to: str = ""
    body: str = ""
    attachments: tuple[Attachment, ...] = ()
    signature: Signature = ABSENT
    certification: Certification | None = None
    original: memoryview | None = None
    original_sha256: str = ""
    problems: tuple[Problem, ...] = ()


def read(raw: bytes) -> Message:
    """Read a message from its bytes. Whatever they are, there is an answer, with their digest."""
    try:
        return read_strictly(raw)
    except Exception:
        # What is received has to be kept and shown even if something was not foreseen here.
        return _unreadable(raw, GAVE_UP)


def read_strictly(raw: bytes) -> Message:
    """As :func:`read`, letting through what was not foreseen."""
    if not raw.strip():
        return _unreadable(raw, EMPTY)
    return _Reader(raw).message()


def _unreadable(raw: bytes, sentence: Any) -> Message:
    sha256 = hashlib.sha256(raw).hexdigest()
    return Message(sha256, len(raw), Kind.UNREADABLE, problems=(Problem(sentence),))


class _Reader:
    """Reads one message; each step stands on those before."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.splitter = Splitter()
        self.note = self.splitter.note
        self.root = self.splitter.split(_past_envelope_line(raw))
        self.headers = self.root.headers

    def message(self) -> Message:
        if not self.headers.are_of_mail():
            return _unreadable(self.raw, NOT_MAIL)
        content, signature = self._unwrapped()
        daticert, certification = self._certification(content)
        kind = kind_of(self.headers, certification)
        original = self._original(kind, content)
        self._look_at(kind, signature, certification)
        gatherer = Gatherer(self.splitter)
        body = gatherer.gather(original or content, daticert if certification else None)
        shown = original or self.root
        sender = self._sender(kind, certification, shown)
        counts_at, counts_by = self._counts(kind, certification, shown)
        return Message(
            sha256=hashlib.sha256(self.raw).hexdigest(),
            size=len(self.raw),
            kind=kind,
            certified=certification is not None,
            sender=sender,
            recipients=_recipients(certification, shown.headers),
            counts_at=counts_at,
            counts_by=counts_by,
            delivered_at=self._delivered(kind, certification),
            received=_received(self.headers),
            subject=self._subject(kind, certification, original),
            identifier=certification.identifier if certification else "",
            message_id=_message_id(kind, certification, shown.headers),
            refers_to=refers_to(self.headers, certification) if kind in RECEIPTS else "",
            body=body,
            attachments=tuple(gatherer.attachments),
            signature=signature,
            certification=certification,
            original=shown.span.view,
            original_sha256=_digest_of(shown),
            problems=tuple(self.splitter.problems),
        )

    # -- the envelope ------------------------------------------------------------------

    def _unwrapped(self) -> tuple[Part, Signature]:
        """What the outermost signature signs, and that signature."""
        root = self.root
        if root.holds("multipart/signed") and root.parts:
            if len(root.parts) < 2:
                return root.parts[0], ABSENT
            content, beside = root.parts[:2]
            view = self.splitter.decode(beside).view
            return content, check_detached(view, content.span.view)
        if root.content.media_type in ("application/pkcs7-mime", "application/x-pkcs7-mime"):
            opened = open_signed(self.splitter.decode(root).view)
            if opened.content is not None:
                inner = self.splitter.split(whole(bytes(opened.content)))
                return inner, opened.signature
        return root, ABSENT

    def _certification(self, content: Part) -> tuple[Part | None, Certification | None]:
        """What the provider attests, from its own place in the envelope.

        A daticert.xml alone certifies nothing: anybody can attach one to ordinary mail.
        """
        part = next((part for part in _near(content) if _is_named(part, "daticert.xml")), None)
        kind = announced(self.headers)
        if part is None:
            # An anomaly envelope attests nothing of the message that it wraps.
            if kind not in (None, Kind.ERROR_ENVELOPE):
                self.note(NO_CERTIFICATION)
            return None, None
        if kind is None:
            self.note(ONLY_LOOKS_CERTIFIED)
            return None, None
        certification, problems = read_certification(bytes(self.splitter.decode(part).view))
        for problem in problems:
            self.note(problem)
        return part, certification

    def _original(self, kind: Kind, content: Part) -> Part | None:
        """The message that the envelope wraps; receipts and ordinary mail wrap none."""
        if kind not in (Kind.CERTIFIED, Kind.ERROR_ENVELOPE):
            return None
        near = [part for part in _near(content) if part is not content]
        wrapped = next((part for part in near if _is_named(part, "postacert.eml")), None)
        wrapped = wrapped or next((part for part in near if part.holds(EML)), None)
        if wrapped is None:
            self.note(NO_ORIGINAL)
            return None
        return self.splitter.split(self.splitter.decode(wrapped))

    def _look_at(
        self, kind: Kind, signature: Signature, certification: Certification | None
    ) -> None:
        """Say what of the envelope does not hold together."""
        headers = self.headers
        if announced(headers) not in (None, kind):
            self.note(OTHER_KIND)
        if kind is Kind.ORDINARY and signature.check is Check.ABSENT:
            return
        if signature.check is Check.ABSENT:
            self.note(UNSIGNED)
        elif signature.check is Check.BROKEN:
            self.note(BROKEN)
        elif signature.check is Check.UNVERIFIED:
            self.note(UNVERIFIED)
        named = headers.message_id("x-riferimento-message-id")
        attested = certification.message_id if certification else ""
        if kind in RECEIPTS and named and attested and named != attested:
            self.note(OTHER_REFERENCE)

    # -- what it says ------------------------------------------------------------------

    def _sender(self, kind: Kind, certification: Certification | None, shown: Part) -> str:
        """Who sent the original; of an envelope the From field is the provider's own."""
        attested = certification.sender if certification else ""
        written = shown.headers.address("from")
        if shown is not self.root:
            if attested and written and attested.lower() != written.lower():
                self.note(OTHER_SENDER, certified=attested, written=written)
        elif kind is not Kind.ORDINARY:
            written = self.headers.address("reply-to") or written
        sender = attested or written
        if not sender:
            self.note(NO_SENDER)
        return sender

    def _subject(
        self, kind: Kind, certification: Certification | None, original: Part | None
    ) -> str:
        attested = certification.subject if certification else ""
        inner = original.headers.words("subject") if original else ""
        subject = attested or inner or self.headers.words("subject")
        return subject if kind is Kind.ORDINARY else without_prefix(subject)

    def _counts(
        self, kind: Kind, certification: Certification | None, shown: Part
    ) -> tuple[dt.datetime | None, CountsBy | None]:
        """The instant that counts, and by what. What a message says of itself is weighed."""
        if certification and certification.at:
            accepted = kind in (Kind.CERTIFIED, Kind.ACCEPTANCE)
            return certification.at, CountsBy.ACCEPTANCE if accepted else CountsBy.RECEIPT
        headers = shown.headers if kind is Kind.ERROR_ENVELOPE else self.headers
        written = instant_of(headers.first("date"))
        if written is None:
            self.note(NO_DATE)
            return None, None
        if not _believable(written, received_at(self.headers)):
            self.note(DOUBTFUL_DATE, date=one_line(headers.first("date"), 60))
            return None, None
        return written, CountsBy.DATE_HEADER

    def _delivered(self, kind: Kind, certification: Certification | None) -> dt.datetime | None:
        """When the message came to its address."""
        if kind in RECEIPTS:
            return certification.at if certification and kind is Kind.DELIVERY else None
        arrived = received_at(self.headers)
        accepted = certification.at if certification else None
        if arrived and accepted and arrived < accepted - CLOCKS_DIFFER:
            self.note(TIME_REVERSED)
        return arrived


def _past_envelope_line(raw: bytes) -> Span:
    """The bytes without the «From …» line that mailboxes on disk put before a message."""
    start = 0
    if raw.startswith(b"From "):
        start = raw.find(b"\n", 0, 2000) + 1
    return Span(raw, start, len(raw))


def _near(content: Part) -> Iterator[Part]:
    """The parts among which an envelope has its own: those of its first two levels."""
    yield content
    for part in content.parts:
        yield part
        if part.content.media_type.startswith("multipart/"):
            yield from part.parts


def _is_named(part: Part, name: str) -> bool:
    return part.content.name.lower() == name and not part.parts


def _believable(written: dt.datetime, arrived: dt.datetime | None) -> bool:
    """Whether a Date field may be right: it agrees with the server that took the message in."""
    if written.year < FIRST_YEAR or written > clock.now() + DOUBTFUL:
        return False
    return arrived is None or abs(written - arrived) <= DOUBTFUL


def _recipients(certification: Certification | None, headers: Headers) -> tuple[str, ...]:
    if certification and certification.recipients:
        return certification.recipients
    return addresses([*headers.all("to"), *headers.all("cc")])


def _received(headers: Headers) -> tuple[str, ...]:
    return tuple(one_line(value) for value in headers.all("received")[:MOST_RECEIVED])


def _message_id(kind: Kind, certification: Certification | None, headers: Headers) -> str:
    """The identifier that the author's program gave to the original."""
    if certification and certification.message_id:
        return certification.message_id
    named = headers.message_id("x-riferimento-message-id") if kind is not Kind.ORDINARY else ""
    return named or headers.message_id("message-id")


def _digest_of(part: Part) -> str:
    """A digest of what the author wrote: who, about what, and the whole body."""
    digest = hashlib.sha256()
    for name in ("from", "subject", "date"):
        digest.update(part.headers.words(name).encode() + b"\0")
    digest.update(part.body.view)
    return digest.hexdigest()
