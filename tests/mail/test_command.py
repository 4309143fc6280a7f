"""`ptm intake mail`, as whoever keeps the mailbox uses it."""

import json
from pathlib import Path

import pytest
from flask import Flask

from tests.commands import ptm
from tests.mail import pec


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A mailbox saved to disk: messages, receipts, something else, something that is a link."""
    (tmp_path / "2020").mkdir()
    signed = pec.attachment("osservazione.pdf.p7m", pec.p7m(pec.PDF))
    certified = pec.envelope(pec.mail(pec.text(), signed))
    (tmp_path / "2020" / "1.eml").write_bytes(certified)
    (tmp_path / "2020" / "2.eml").write_bytes(certified)
    receipt = pec.receipt("avvenuta-consegna", "CONSEGNA: ", delivered_to=pec.OFFICE)
    (tmp_path / "3.eml").write_bytes(receipt)
    (tmp_path / "4.pdf").write_bytes(pec.PDF)
    (tmp_path / "5.eml").symlink_to("/etc/passwd")
    (tmp_path / ".6.eml").write_bytes(pec.mail())
    return tmp_path


def test_a_folder_of_messages_is_a_list_with_an_object_for_each(app: Flask, folder: Path) -> None:
    done = ptm(app, "intake", "mail", str(folder), "--json")

    assert done.exit_code == 0
    first, again, receipt, other = json.loads(done.output)
    assert first["file"] == str(folder / "2020" / "1.eml")
    assert (first["kind"], first["certified"]) == ("certified", True)
    assert first["sender"] == pec.CITIZEN
    assert first["counts_at"] == "2020-11-02T23:59:59+01:00"
    assert (first["counts_by"], first["delivered_at"]) == (
        "pec-acceptance",
        "2020-11-03T00:00:04+01:00",
    )
    assert first["signature"]["status"] == "valid"
    assert "Non è stato verificato" in first["signature"]["checked"]
    file, inside = first["attachments"]
    assert (file["signed"]["signer"], file["signed"]["content"]) == ("Mario Rossi", inside["name"])
    assert (inside["type"], inside["from"]) == ("application/pdf", ["osservazione.pdf.p7m"])
    assert first["problems"] == []
    assert again["duplicate_of"] == first["file"]
    assert (receipt["kind"], receipt["refers_to"]) == ("delivery", first["message_id"])
    assert (other["kind"], other["sha256"] is not None) == ("unreadable", True)
    assert "non è un messaggio" in other["problems"][0]


def test_without_json_each_message_is_said_in_a_few_lines(app: Flask, folder: Path) -> None:
    done = ptm(app, "intake", "mail", str(folder / "2020"))

    lines = done.output.splitlines()
    assert lines[0] == f"{folder / '2020' / '1.eml'}: messaggio certificato"
    assert "  Conta: lunedì 2 novembre 2020, ore 23:59:59 (accettata dal gestore del mittente)" in (
        lines
    )
    assert any("firmato da Mario Rossi" in line for line in lines)
    assert f"  È lo stesso di {folder / '2020' / '1.eml'}." in lines


def test_what_cannot_be_opened_stands_among_the_others(
    app: Flask, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", refuse)

    done = ptm(app, "intake", "mail", str(folder), "--json")

    assert done.exit_code == 0
    values = json.loads(done.output)
    assert len(values) == 4
    assert "non si apre" in values[0]["problems"][0]
    empty = folder / "empty"
    empty.mkdir()
    assert json.loads(ptm(app, "intake", "mail", str(empty), "--json").output) == []
    assert ptm(app, "intake", "mail", str(folder / "none")).exit_code == 2
