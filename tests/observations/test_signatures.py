"""A file that is said to be signed must hold a signature, in one of the forms that there are."""

import base64

import pytest

from ptm_participation.observations.signatures import holds_signature
from tests import factories


def _signed_pdf(signature: bytes) -> bytes:
    """A PDF whose byte range leaves a gap for the signature, as ISO 32000-1 wants."""
    head = b"%PDF-1.7\n/ByteRange [0 0000000000 0000000000 0000000000] /Contents "
    gap = b"<" + signature.hex().encode() + b">"
    tail = b"\n%%EOF\n"
    numbers = (len(head), len(head) + len(gap), len(tail))
    filled = head.replace(
        b"[0 0000000000 0000000000 0000000000]", b"[0 %010d %010d %010d]" % numbers
    )
    return filled + gap + tail


def test_what_holds_a_signature_is_told_from_what_says_so() -> None:
    signature = factories.signed_data()
    armoured = b"-----BEGIN PKCS7-----\n" + base64.encodebytes(signature) + b"-----END PKCS7-----"

    assert holds_signature("atto.pdf.p7m", signature)
    assert holds_signature("atto.P7M", base64.encodebytes(signature))
    assert holds_signature("atto.p7m", armoured)
    assert holds_signature("atto.pdf", _signed_pdf(signature))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("firma.p7m", b"MII"),
        ("firma.p7m", b"0\x82\x01"),
        ("firma.p7m", factories.PDF_BYTES),
        ("firma.pdf", factories.PDF_BYTES + b"%/ByteRange /Sig"),
        ("firma.pdf", _signed_pdf(b"0" * 600)),
        ("firma.png", factories.PNG_BYTES),
    ],
)
def test_what_holds_none_is_refused(name: str, content: bytes) -> None:
    assert not holds_signature(name, content)
