"""Files are kept once, by their digest, on the disk and on S3."""

import io
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from flask import Flask
from moto.server import ThreadedMotoServer

from ptm_participation.core.db import db
from ptm_participation.core.storage import FileGone, FileStore, StoredFile, files, name_file
from ptm_participation.core.transaction import use_case

LARGE = os.urandom(7 * 1024 * 1024)


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    """An S3 that this test runs, with a bucket in it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    server.start()
    settings = {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "eu-south-1",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ALLOW_HTTP": "true",
    }
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    boto3.client("s3", region_name="eu-south-1").create_bucket(
        Bucket="ptm", CreateBucketConfiguration={"LocationConstraint": "eu-south-1"}
    )
    try:
        yield "s3://ptm/files"
    finally:
        server.stop()
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


@pytest.fixture(params=["disk", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> FileStore:
    url = (
        tmp_path.joinpath("files").as_uri()
        if request.param == "disk"
        else request.getfixturevalue("bucket")
    )
    return FileStore(url)


@pytest.mark.parametrize("content", [b"a", LARGE], ids=["small", "large"])
def test_the_bytes_come_back_as_they_went_in(store: FileStore, content: bytes) -> None:
    kept = store.keep(io.BytesIO(content), "application/pdf")

    assert b"".join(store.read(kept.sha256)) == content
    assert kept.size == len(content)


def test_the_same_bytes_are_kept_once(store: FileStore) -> None:
    first = store.keep(io.BytesIO(b"the same"), "application/pdf")
    second = store.keep(io.BytesIO(b"the same"), "application/pdf")

    assert first == second
    assert b"".join(store.read(first.sha256)) == b"the same"


def test_what_a_crash_left_incomplete_is_made_whole(tmp_path: Path) -> None:
    store = FileStore(tmp_path.as_uri())
    kept = store.keep(io.BytesIO(b"all of it"), "application/pdf")
    (tmp_path / store.place(kept.sha256)).write_bytes(b"all")

    store.keep(io.BytesIO(b"all of it"), "application/pdf")

    assert b"".join(store.read(kept.sha256)) == b"all of it"


def test_bytes_that_are_not_there_are_said_to_be_missing(store: FileStore) -> None:
    with pytest.raises(FileNotFoundError):
        store.read("0" * 64)


def test_bytes_forgotten_before_a_record_named_them_are_asked_for_again(app: Flask) -> None:
    kept = files().keep(io.BytesIO(b"forgotten at once"), "application/pdf")
    files().delete(kept.sha256)

    with pytest.raises(FileGone):
        use_case(name_file)(kept)

    assert db.session.get(StoredFile, kept.sha256) is None
