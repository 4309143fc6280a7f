"""Whose signature is on a file or a message, and whether it fits what was signed.

What is checked is that the signature matches the content with the certificate that comes with
it. Whether the certificate is to be trusted, was revoked or qualified is not: that needs the
lists of the authorities (regulation EU 910/2014, art. 22), and no result refuses anything.
"""

import dataclasses
import datetime as dt
import enum
import functools
import hashlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from asn1crypto import cms as asn1
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from flask_babel import lazy_gettext as _l

from ptm_participation.mail import cms
from ptm_participation.mail.words import one_line

MOST_SIGNERS = 20
MOST_CERTIFICATES = 100
CHUNK = 1024 * 1024

DETACHED = _l("The signature stands alone: the document that was signed is not in the file.")
ENCRYPTED = _l("The file is encrypted: it is opened by whoever has the key.")
UNREADABLE = _l("The signature cannot be read: the file is damaged or of another kind.")
NO_SIGNERS = _l("The file has the form of a signed one, and nobody has signed it.")
NOT_MATCHING = _l("The signature does not match the content: one of the two was changed.")
NOT_CHECKED = _l("The signature is of a kind that cannot be checked here.")

# What the library raises on a structure that is damaged, each in another place.
_DAMAGED = (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError)
_HASHES: dict[str, Callable[[], hashes.HashAlgorithm]] = {
    "sha1": hashes.SHA1,
    "sha224": hashes.SHA224,
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}

Octets = bytes | memoryview
Pieces = Callable[[], Iterable[Octets]]


class Check(enum.StrEnum):
    """What checking a signature against its content gave."""

    VALID = "valid"
    UNVERIFIED = "unverified"
    BROKEN = "broken"
    ABSENT = "absent"

    @property
    def label(self) -> Any:
        return {
            Check.VALID: _l("matches the content"),
            Check.UNVERIFIED: _l("could not be checked"),
            Check.BROKEN: _l("does not match the content"),
            Check.ABSENT: _l("no signature"),
        }[self]

    @property
    def said(self) -> Any:
        """What was checked and what was not, for whoever relies on it."""
        return {
            Check.VALID: _l(
                "The signature matches the content with the certificate that comes with it. "
                "Whether the certificate is to be trusted was not checked."
            ),
            Check.UNVERIFIED: _l("The signature could not be checked."),
            Check.BROKEN: _l("The signature does not match the content."),
            Check.ABSENT: _l("There is no signature to check."),
        }[self]


@dataclasses.dataclass(frozen=True, slots=True)
class Signer:
    """A person or a service that signed, as the certificate names them."""

    name: str = ""
    code: str = ""  # «TINIT-» and the tax code, in Italian certificates
    organisation: str = ""
    issuer: str = ""
    valid_from: dt.datetime | None = None
    valid_until: dt.datetime | None = None
    signed_at: dt.datetime | None = None  # as the signer's own clock had it
    check: Check = Check.UNVERIFIED


@dataclasses.dataclass(frozen=True, slots=True)
class Signature:
    """The signatures of a content, taken together."""

    check: Check
    signers: tuple[Signer, ...] = ()
    problem: Any = None

    @property
    def signer(self) -> str:
        """Who signed, by name."""
        return ", ".join(signer.name for signer in self.signers if signer.name)


ABSENT = Signature(Check.ABSENT)


@dataclasses.dataclass(frozen=True, slots=True)
class Opened:
    """A signed file: its signatures, and what was signed if it is inside."""

    signature: Signature
    content: memoryview | None


def open_signed(data: memoryview) -> Opened:
    """Open a file that holds what it signs (.p7m). Whatever it is, there is an answer."""
    try:
        file = cms.opened(data)
    except cms.Encrypted:
        return Opened(Signature(Check.UNVERIFIED, problem=ENCRYPTED), None)
    except cms.NotSigned:
        return Opened(Signature(Check.UNVERIFIED, problem=UNREADABLE), None)
    if file.pieces is None:
        signers = tuple(dataclasses.replace(s, check=Check.UNVERIFIED) for s in _signers(file, []))
        return Opened(Signature(Check.UNVERIFIED, signers, DETACHED), None)
    pieces = file.pieces
    signature = _signature(_signers(file, [lambda: pieces]))
    return Opened(signature, pieces[0] if len(pieces) == 1 else memoryview(b"".join(pieces)))


def check_detached(data: memoryview, content: memoryview) -> Signature:
    """Check a signature that stands beside its content (smime.p7s). There is always an answer."""
    try:
        file = cms.opened(data)
    except cms.NotSigned:
        return Signature(Check.UNVERIFIED, problem=UNREADABLE)
    # Lines are signed as they travel, ended by CR LF; who saved the message may have cut them.
    return _signature(_signers(file, [lambda: [content], lambda: _with_crlf(content)]))


def _with_crlf(content: memoryview) -> Iterator[bytes]:
    for start in range(0, len(content), CHUNK):
        piece = bytes(content[start : start + CHUNK])
        if start and content[start - 1] == 0x0D and piece.startswith(b"\n"):
            piece = piece[1:]  # the other half of a line end that was written with the first
        if piece.endswith(b"\r"):
            piece += b"\n"
        yield piece.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def _signature(signers: tuple[Signer, ...]) -> Signature:
    checks = {signer.check for signer in signers}
    if not signers:
        return Signature(Check.UNVERIFIED, problem=NO_SIGNERS)
    if Check.BROKEN in checks:
        return Signature(Check.BROKEN, signers, NOT_MATCHING)
    if Check.UNVERIFIED in checks:
        return Signature(Check.UNVERIFIED, signers, NOT_CHECKED)
    return Signature(Check.VALID, signers)


def _signers(file: cms.SignedFile, forms: list[Pieces]) -> tuple[Signer, ...]:
    """Who signed; `forms` are the ways in which the content may have been signed."""

    @functools.cache
    def digests(algorithm: str) -> tuple[bytes, ...]:
        return tuple(_digest(algorithm, form()) for form in forms)

    try:
        signatures = asn1.SignerInfos.load(file.signatures) if file.signatures else []
        count = min(len(signatures), MOST_SIGNERS)
        certificates = _certificates(file.certificates)
    except _DAMAGED:
        return ()
    return tuple(_signer(signatures, place, certificates, digests) for place in range(count))


def _digest(algorithm: str, pieces: Iterable[Octets]) -> bytes:
    digest = hashlib.new(algorithm, usedforsecurity=False)
    for piece in pieces:
        digest.update(piece)
    return digest.digest()


def _certificates(data: bytes) -> list[Any]:
    if not data:
        return []
    chosen = asn1.CertificateSet.load(data)
    some = (chosen[place] for place in range(min(len(chosen), MOST_CERTIFICATES)))
    return [choice.chosen for choice in some if choice.name == "certificate"]


def _signer(
    signatures: Any,
    place: int,
    certificates: list[Any],
    digests: Callable[[str], tuple[bytes, ...]],
) -> Signer:
    """One who signed; what of it is damaged stays empty, and unverified."""
    signer = Signer()
    try:
        info = signatures[place]
        certificate = _certificate_of(info, certificates)
        if certificate is None:
            return signer
        signer = _named(certificate)
        signer = dataclasses.replace(signer, signed_at=_signed_at(info))
        return dataclasses.replace(signer, check=_check(info, certificate, digests))
    except (*_DAMAGED, UnsupportedAlgorithm):
        return signer


def _certificate_of(info: Any, certificates: list[Any]) -> Any:
    """The certificate that a signature names, by issuer and number or by the key's identifier."""
    named = info["sid"]
    for certificate in certificates:
        if named.name == "issuer_and_serial_number":
            by = named.chosen
            same_number = by["serial_number"].native == certificate.serial_number
            if same_number and by["issuer"].dump() == certificate.issuer.dump():
                return certificate
        elif named.chosen.native == certificate.key_identifier:
            return certificate
    return None


def _named(certificate: Any) -> Signer:
    subject, issuer = certificate.subject.native, certificate.issuer.native
    person = f"{_value(subject, 'given_name')} {_value(subject, 'surname')}".strip()
    validity = certificate["tbs_certificate"]["validity"]
    return Signer(
        name=_value(subject, "common_name") or person or _value(subject, "organization_name"),
        code=_value(subject, "serial_number"),
        organisation=_value(subject, "organization_name"),
        issuer=_value(issuer, "common_name") or _value(issuer, "organization_name"),
        valid_from=validity["not_before"].native,
        valid_until=validity["not_after"].native,
    )


def _value(name: Any, field: str) -> str:
    value = name.get(field) or ""
    return one_line(str(value[0] if isinstance(value, list) and value else value), 200)


def _attribute(info: Any, kind: str) -> Any:
    attributes = info["signed_attrs"]
    for place in range(len(attributes)):
        if attributes[place]["type"].native == kind:
            return attributes[place]["values"][0].native
    return None


def _signed_at(info: Any) -> dt.datetime | None:
    value = _attribute(info, "signing_time")
    return value if isinstance(value, dt.datetime) and value.tzinfo else None


def _check(info: Any, certificate: Any, digests: Callable[[str], tuple[bytes, ...]]) -> Check:
    algorithm = info["digest_algorithm"]["algorithm"].native
    if algorithm not in _HASHES:
        return Check.UNVERIFIED
    found = digests(algorithm)
    attributes = info["signed_attrs"]
    if len(attributes):  # the digest is among them, and they are what is signed
        if _attribute(info, "message_digest") not in found:
            return Check.BROKEN
        # Signed as a set of its own (RFC 5652, 5.4), in the order in which it was written or,
        # where that was not the canonical one, in the canonical one.
        written = b"\x31" + attributes.dump()[1:]
        canonical = attributes.untag().dump(force=True)
        found = tuple(_digest(algorithm, [form]) for form in dict.fromkeys((written, canonical)))
    key = serialization.load_der_public_key(certificate.public_key.dump())
    return _verified(key, info, found, _HASHES[algorithm]())


def _verified(
    key: Any, info: Any, digests: tuple[bytes, ...], algorithm: hashes.HashAlgorithm
) -> Check:
    """Whether the key made the signature of one of the digests."""
    prehashed = utils.Prehashed(algorithm)
    signature = info["signature"].native
    for digest in digests:
        try:
            if isinstance(key, rsa.RSAPublicKey):
                key.verify(signature, digest, _padding(info), prehashed)
            elif isinstance(key, ec.EllipticCurvePublicKey):
                key.verify(signature, digest, ec.ECDSA(prehashed))
            else:
                return Check.UNVERIFIED
        except InvalidSignature:
            continue
        return Check.VALID
    return Check.BROKEN


def _padding(info: Any) -> padding.AsymmetricPadding:
    how = info["signature_algorithm"]
    if how["algorithm"].native != "rsassa_pss":
        return padding.PKCS1v15()
    named = how["parameters"]["mask_gen_algorithm"]["parameters"]["algorithm"].native
    return padding.PSS(padding.MGF1(_HASHES[named]()), how["parameters"]["salt_length"].native)
