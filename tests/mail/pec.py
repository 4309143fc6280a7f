"""Messages of certified mail in each of their shapes, made by hand as providers make them."""

import base64
import datetime as dt
import functools
import quopri
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import NameOID

CITIZEN = "mario.rossi@pec.example"
OFFICE = "protocollo@pec.cittametropolitana.example"
MESSAGE_ID = "20201102.rossi@pec.example"
IDENTIFIER = "opec292.20201102235959.01234.567.1.53@pec.example"
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
RECEIVED = "from mx.pec.example by imap.example; Tue, 3 Nov 2020 00:00:04 +0100"
TEXT = "Si chiede di modificare l’art. 18, perché così non è attuabile."


@dataclass(frozen=True)
class Seal:
    """A throw-away key and its certificate."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    def sign(self, data: bytes, *, detached: bool = False) -> bytes:
        """A CMS signature in DER, with the data inside unless it is detached."""
        options = [pkcs7.PKCS7Options.Binary]
        if detached:
            options.append(pkcs7.PKCS7Options.DetachedSignature)
        builder = pkcs7.PKCS7SignatureBuilder().set_data(data)
        builder = builder.add_signer(self.certificate, self.key, hashes.SHA256())
        return builder.sign(serialization.Encoding.DER, options)


@functools.cache
def seal(name: str, code: str = "") -> Seal:
    """The seal of a person or a provider."""
    key = ec.generate_private_key(ec.SECP256R1())
    fields = [x509.NameAttribute(NameOID.COMMON_NAME, name)]
    if code:
        fields.append(x509.NameAttribute(NameOID.SERIAL_NUMBER, code))
    names = x509.Name(fields)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(names)
        .issuer_name(names)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
        .not_valid_after(dt.datetime(2030, 1, 1, tzinfo=dt.UTC))
        .sign(key, hashes.SHA256())
    )
    return Seal(key, certificate)


def p7m(content: bytes, name: str = "Mario Rossi") -> bytes:
    """A signed file, as people send them."""
    return seal(name, "TINIT-RSSMRA70A01F205X").sign(content)


def part(content: bytes, headers: str) -> bytes:
    return headers.replace("\n", "\r\n").encode() + b"\r\n\r\n" + content


def attachment(name: str, content: bytes, media_type: str = "application/octet-stream") -> bytes:
    """An attached file in base64, its name written as it is given."""
    return part(
        base64.encodebytes(content).replace(b"\n", b"\r\n"),
        f'Content-Type: {media_type}; name="{name}"\nContent-Transfer-Encoding: base64\n'
        f'Content-Disposition: attachment; filename="{name}"',
    )


def nested(name: str, message: bytes) -> bytes:
    """A message attached as it is."""
    return part(message, f'Content-Type: message/rfc822; name="{name}"')


def text(words: str = TEXT, charset: str = "utf-8") -> bytes:
    return part(
        quopri.encodestring(words.encode(charset)).replace(b"\n", b"\r\n"),
        f"Content-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: quoted-printable",
    )


def multipart(
    *parts: bytes, kind: str = "mixed", boundary: str = "B", closed: bool = True
) -> bytes:
    """Parts between boundaries, with the header that says so."""
    line = f"--{boundary}\r\n".encode()
    body = b"".join(line + one + b"\r\n" for one in parts)
    end = f"--{boundary}--\r\n".encode() if closed else b""
    return part(body + end, f'Content-Type: multipart/{kind}; boundary="{boundary}"')


def mail(
    *parts: bytes,
    subject: str = "Osservazione al PTM",
    sender: str = f"Mario Rossi <{CITIZEN}>",
    date: str | None = "Mon, 2 Nov 2020 23:58:00 +0100",
    message_id: str = MESSAGE_ID,
    more: str = "",
    boundary: str = "inner",
) -> bytes:
    """An ordinary message, as its author sends it."""
    headers = f"From: {sender}\nTo: {OFFICE}\nSubject: {subject}\nMessage-ID: <{message_id}>\n"
    headers += (f"Date: {date}\n" if date else "") + more + "MIME-Version: 1.0\n"
    content = parts[0] if len(parts) == 1 else multipart(*(parts or (text(),)), boundary=boundary)
    return headers.replace("\n", "\r\n").encode() + content


def daticert(
    kind: str = "posta-certificata",
    *,
    day: str = "02/11/2020",
    hour: str = "23:59:59",
    zone: str = "+0100",
    subject: str = "Osservazione al PTM",
    identifier: str = IDENTIFIER,
    message_id: str = MESSAGE_ID,
    delivered_to: str = "",
) -> bytes:
    """The certification data of a provider."""
    delivery = f"<ricevuta tipo='completa'/><consegna>{delivered_to}</consegna>"
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<postacert tipo="{kind}" errore="nessuno">
<intestazione>
<mittente>{CITIZEN}</mittente>
<destinatari tipo="certificato">{OFFICE}</destinatari>
<risposte>{CITIZEN}</risposte>
<oggetto>{subject}</oggetto>
</intestazione>
<dati>
<gestore-emittente>Posta Prova S.p.A.</gestore-emittente>
<data zona="{zone}"><giorno>{day}</giorno><ora>{hour}</ora></data>
<identificativo>{identifier}</identificativo>
<msgid>&lt;{message_id}&gt;</msgid>
{delivery if delivered_to else ""}
</dati>
</postacert>""".encode()


def signed(content: bytes, provider: str = "Posta Prova S.p.A.") -> bytes:
    """A multipart/signed whose signature is a true one."""
    signature = seal(provider).sign(content, detached=True)
    beside = attachment("smime.p7s", signature, "application/pkcs7-signature")
    return multipart(content, beside, kind="signed", boundary="outer")


def envelope(
    original: bytes | None = None,
    data: bytes | None = b"",
    *,
    marks: str = "X-Trasporto: posta-certificata\n",
    prefix: str = "POSTA CERTIFICATA: ",
    sign: bool = True,
    message_id: str = IDENTIFIER,
    received: str = RECEIVED,
) -> bytes:
    """What a provider makes of a message; `data` None leaves daticert.xml out."""
    parts = [text("Il messaggio è stato inviato da mario.rossi@pec.example.")]
    if data is not None:
        parts.append(attachment("daticert.xml", data or daticert(), "application/xml"))
    if original is not None:
        parts.append(nested("postacert.eml", original))
    content = multipart(*parts, boundary="middle")
    headers = (
        f"Received: {received}\n{marks}"
        f'From: "Per conto di: {CITIZEN}" <posta-certificata@pec.example>\n'
        f"Reply-To: {CITIZEN}\nTo: {OFFICE}\nSubject: {prefix}Osservazione al PTM\n"
        f"Date: Tue, 3 Nov 2020 08:30:00 +0100\nMessage-ID: <{message_id}>\nMIME-Version: 1.0\n"
    )
    return headers.replace("\n", "\r\n").encode() + (signed(content) if sign else content)


def certified(*parts: bytes, **how: str) -> bytes:
    """A certified message that was received."""
    return envelope(mail(*parts), daticert(**how))


def receipt(mark: str, prefix: str, original: bytes | None = None, **how: str) -> bytes:
    """One of the provider's receipts, about the message that was sent."""
    marks = f"X-Ricevuta: {mark}\nX-Riferimento-Message-ID: <{MESSAGE_ID}>\n"
    return envelope(original, daticert(mark, **how), marks=marks, prefix=prefix)


def anomaly(original: bytes) -> bytes:
    """What a provider makes of ordinary mail that comes to a certified address."""
    marks = "X-Trasporto: errore\n"
    return envelope(original, None, marks=marks, prefix="ANOMALIA MESSAGGIO: ")
