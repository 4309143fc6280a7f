"""Which messages of several are the same one, come twice."""

import dataclasses

from flask_babel import lazy_gettext as _l

from ptm_participation.mail.message import Message
from ptm_participation.mail.problems import Problem
from ptm_participation.mail.receipts import RECEIPTS

SAME_IDENTIFIER = _l(
    "The message has the identifier of %(file)s and another content: both are to be looked at."
)
SAME_MESSAGE_ID = _l(
    "The message has the Message-ID of %(file)s and another content: it is taken for a new one."
)


@dataclasses.dataclass(frozen=True, slots=True)
class Match:
    """The message that this one repeats, if it does, and what is odd about it."""

    duplicate_of: str = ""
    problems: tuple[Problem, ...] = ()


class Seen:
    """The messages met so far, by name; a few words are kept of each, and none of its bytes.

    The same bytes are one message, and so is the same identifier that a provider gave. A
    Message-ID is the sender's to choose: used again for something else, it is another message.
    """

    def __init__(self) -> None:
        self._by_bytes: dict[str, str] = {}
        self._by_identifier: dict[tuple[str, ...], tuple[str, str]] = {}
        self._by_message_id: dict[str, tuple[str, str]] = {}

    def add(self, name: str, message: Message) -> Match:
        """Note a message, and say whether it was met before."""
        first = self._by_bytes.setdefault(message.sha256, name)
        if first != name:
            return Match(duplicate_of=first)
        written = (name, message.original_sha256)
        if message.identifier:
            file, content = self._by_identifier.setdefault(_key(message), written)
            if file != name:
                differs = content != message.original_sha256 and message.kind not in RECEIPTS
                problems = (Problem(SAME_IDENTIFIER, {"file": file}),) if differs else ()
                return Match(file, problems)
        if message.kind in RECEIPTS or not message.message_id:
            return Match()
        file, content = self._by_message_id.setdefault(message.message_id, written)
        if file == name:
            return Match()
        if content == message.original_sha256:
            return Match(duplicate_of=file)
        return Match(problems=(Problem(SAME_MESSAGE_ID, {"file": file}),))


def _key(message: Message) -> tuple[str, ...]:
    """A message and all its receipts bear one identifier; receipts of delivery are several."""
    assert message.certification is not None  # an identifier comes from nowhere else
    return message.identifier, message.kind, message.certification.delivered_to
