"""What LibreOffice saves of the texts, once in a session, for all the workers."""

import fcntl
from pathlib import Path

import pytest

from tests.plan import office, texts


@pytest.fixture(scope="session")
def saved(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder with each text as DOCX, ODT and PDF, with heading styles and all alike."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "office"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            office.save_all(folder, texts.flat_documents())
            (folder / "done").touch()
    return folder
