"""The words of a message and the files that come with it, nested ones too."""

import dataclasses
import hashlib

from flask_babel import lazy_gettext as _l

from ptm_participation.core.uploads import P7M
from ptm_participation.mail.contents import EML, TNEF, type_of
from ptm_participation.mail.mime import Part, Span, Splitter, whole
from ptm_participation.mail.names import Names, clean, without_p7m
from ptm_participation.mail.signed import Signature, check_detached, open_signed
from ptm_participation.mail.words import decoded, from_html, shown

MOST_MESSAGES = 8
MOST_SIGNED = 3
LONGEST_TEXT = 200_000

DEEP_MESSAGES = _l(
    "Messages are opened to %(most)d levels, one inside the other: what is deeper is kept closed.",
    most=MOST_MESSAGES,
)
DEEP_SIGNED = _l(
    "Signed files are opened to %(most)d levels, one inside the other: "
    "what is deeper is kept closed.",
    most=MOST_SIGNED,
)
TEXT_CUT = _l(
    "The text is longer than %(most)d characters: the rest is only in the original file.",
    most=LONGEST_TEXT,
)
WRAPPED = _l("«%(name)s» is a wrapping of Outlook: it is kept as it is, closed.")
OF_FILE = _l("«%(name)s»: %(problem)s")


@dataclasses.dataclass(frozen=True, slots=True)
class Signed:
    """The signatures of an attached file, and the name of the attachment that it holds."""

    signature: Signature
    content_name: str = ""  # empty where nothing could be opened


@dataclasses.dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a message.

    `content` is a view of the bytes of the message wherever they stand there as they are;
    `within` names the attachments that this one was found in, the outermost first.
    """

    name: str
    content: memoryview
    sha256: str
    media_type: str
    within: tuple[str, ...] = ()
    signed: Signed | None = None

    @property
    def size(self) -> int:
        return len(self.content)


@dataclasses.dataclass(frozen=True, slots=True)
class _Place:
    """Where in the nesting something stands: in which attachments, of which so many kinds."""

    within: tuple[str, ...] = ()
    messages: int = 0
    signed: int = 0


class Gatherer:
    """Goes through the parts of a message, and through what is attached to it."""

    def __init__(self, splitter: Splitter) -> None:
        self.splitter = splitter
        self.attachments: list[Attachment] = []
        self._names = Names()

    def gather(self, part: Part, passing_over: Part | None = None) -> str:
        """Collect the attachments of a message; returns its words."""
        found = self._words(part, _Place(), passing_over)
        text = "\n\n".join(words.text for words in found if words.text)
        if len(text) > LONGEST_TEXT or any(words.cut for words in found):
            self.splitter.note(TEXT_CUT)
        return text[:LONGEST_TEXT].strip()

    def _words(self, part: Part, place: _Place, passing_over: Part | None = None) -> list["_Words"]:
        """The words of a part; what is no words is attached. Nested messages keep theirs."""
        if part is passing_over:
            return []
        if part.holds("multipart/signed") and len(part.parts) > 1:
            content, signature = part.parts[:2]
            words = self._words(content, place, passing_over)
            self._attach_signature(signature, content, place)
            return words
        if part.parts:
            found = [self._words(inner, place, passing_over) for inner in part.parts]
            if part.holds("multipart/alternative"):
                return _chosen(found)
            return [words for some in found for words in some]
        if _is_words(part):
            return [] if place.within else [self._read(part)]
        self._attach_part(part, place)
        return []

    def _read(self, part: Part) -> "_Words":
        span = self.splitter.decode(part)
        most = 4 * LONGEST_TEXT  # of bytes: no character takes more
        text = shown(decoded(bytes(span.view[:most]), part.content.charset))
        plain = not part.holds("text/html")
        return _Words(plain, text.strip() if plain else from_html(text), span.size > most)

    def _attach_part(self, part: Part, place: _Place) -> None:
        span = self.splitter.decode(part)
        media_type = EML if part.holds(EML) else type_of(span.view)
        name = self._names.give(clean(part.content.name, media_type))
        self._attach(name, span.view, media_type, place, span)

    def _attach_signature(self, part: Part, content: Part, place: _Place) -> None:
        """The signature of a multipart/signed, which stands beside what it signs."""
        view = self.splitter.decode(part).view
        name = self._names.give(clean(part.content.name or "smime.p7s"))
        self._add(name, view, P7M, place, Signed(check_detached(view, content.span.view)))

    def _attach(
        self, name: str, view: memoryview, media_type: str, place: _Place, span: Span | None = None
    ) -> None:
        """Attach a file, and open it if it is a message or a signed file."""
        lower = name.lower()
        if media_type == P7M or lower.endswith((".p7m", ".p7s")):
            self._attach_signed(name, view, media_type, place)
            return
        if lower.endswith(".eml") and media_type == "text/plain":
            media_type = EML
        self._add(name, view, media_type, place)
        if media_type == TNEF or lower == "winmail.dat":
            self.splitter.note(WRAPPED, name=name)
        if media_type == EML and place.messages >= MOST_MESSAGES:
            self.splitter.note(DEEP_MESSAGES)
        elif media_type == EML:
            # What was signed is a view, and has to be copied once to be taken apart.
            nested = self.splitter.split(span or whole(bytes(view)))
            inside = _Place((*place.within, name), place.messages + 1, place.signed)
            self._words(nested, inside)

    def _attach_signed(self, name: str, view: memoryview, media_type: str, place: _Place) -> None:
        """A signed file, and after it what it holds, as an attachment of its own."""
        if place.signed >= MOST_SIGNED:
            self.splitter.note(DEEP_SIGNED)
            self._add(name, view, media_type, place)
            return
        opened = open_signed(view)
        if opened.content is None:
            self._add(name, view, media_type, place, Signed(opened.signature))
            return
        inner_type = type_of(opened.content)
        inner = self._names.give(clean(without_p7m(name), inner_type))
        self._add(name, view, P7M, place, Signed(opened.signature, inner))
        inside = _Place((*place.within, name), place.messages, place.signed + 1)
        self._attach(inner, opened.content, inner_type, inside)

    def _add(
        self,
        name: str,
        view: memoryview,
        media_type: str,
        place: _Place,
        signed: Signed | None = None,
    ) -> None:
        sha256 = hashlib.sha256(view).hexdigest()
        self.attachments.append(Attachment(name, view, sha256, media_type, place.within, signed))
        if signed and signed.signature.problem:
            self.splitter.note(OF_FILE, name=name, problem=signed.signature.problem)


@dataclasses.dataclass(frozen=True, slots=True)
class _Words:
    """The words of one part of the text."""

    plain: bool
    text: str
    cut: bool = False


def _chosen(alternatives: list[list[_Words]]) -> list[_Words]:
    """Of the same text in several forms the plain one, unless it says nothing."""
    full = [words for words in alternatives if any(one.text for one in words)]
    plain = [words for words in full if all(one.plain for one in words)]
    return next(iter(plain or full), [])


def _is_words(part: Part) -> bool:
    content = part.content
    if content.media_type.startswith("multipart/"):  # announced, and its boundary not found
        return not part.closed
    is_text = content.media_type in ("text/plain", "text/html")
    return is_text and not content.name and not content.is_attachment
