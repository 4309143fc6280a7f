"""Every sentence of the screen has its Italian, and none is left over."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from config import ROOT

PO = ROOT / "ptm_participation" / "translations" / "it" / "LC_MESSAGES" / "messages.po"


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale="it")


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    return _read(PO)


def _ids(catalogue: Catalog) -> set[str]:
    return {str(message.id) for message in catalogue if message.id}


def test_the_catalogue_holds_the_sentences_of_the_code_and_no_others(
    catalogue: Catalog, tmp_path: Path
) -> None:
    extracted = tmp_path / "messages.pot"
    subprocess.run(
        [Path(sys.executable).parent / "pybabel", "--quiet", "extract", "-F", "babel.cfg",
         "-k", "_l", "-o", extracted, "."],
        cwd=ROOT,
        check=True,
    )  # fmt: skip

    assert _ids(catalogue) == _ids(_read(extracted))


def test_every_sentence_has_its_italian(catalogue: Catalog) -> None:
    for message in catalogue:
        if message.id:
            forms = message.string if isinstance(message.string, tuple) else (message.string,)
            assert all(forms), f"not translated: {message.id}"
            assert not message.fuzzy, f"not looked at: {message.id}"


def test_every_translation_keeps_what_is_put_into_it(catalogue: Catalog) -> None:
    def fields(text: str) -> set[str]:
        return set(re.findall(r"%\(\w+\)[sd]|</?\w+>", text))

    for message in catalogue:
        if message.id:
            singular, plural = (message.id * 2)[:2] if message.pluralizable else (message.id,) * 2
            forms = message.string if isinstance(message.string, tuple) else (message.string,)
            for source, form in zip((singular, plural), forms, strict=False):
                assert fields(form) == fields(source), f"{form!r} for {source!r}"
