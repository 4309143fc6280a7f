"""The audit heads as files, one a day, to be kept where the database's keeper cannot reach."""

import dataclasses
import json
from pathlib import Path

from flask_babel import lazy_gettext as _l

from ptm_participation.core import audit, clock
from ptm_participation.core.audit import Head
from ptm_participation.core.errors import DomainError


def export(folder: Path) -> Path:
    """Write the present heads to `folder/AAAA-MM-DD.json`, replacing that of the same day."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{clock.today().isoformat()}.json"
    lines = [dataclasses.asdict(head) for head in audit.heads()]
    draft = path.with_suffix(".tmp")
    draft.write_text(
        json.dumps({"at": clock.now().isoformat(), "heads": lines}, indent=1) + "\n",
        encoding="utf-8",
    )
    draft.replace(path)
    return path


class UnreadableHeads(DomainError):
    message = _l("%(path)s does not hold exported heads.")


def read(place: Path) -> list[Head]:
    """The heads of a file, or of every file of a folder. Raises UnreadableHeads."""
    paths = sorted(place.glob("*.json")) if place.is_dir() else [place]
    return [head for path in paths for head in _of_file(path)]


def _of_file(path: Path) -> list[Head]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))["heads"]
        return [Head(str(one["stream"]), int(one["seq"]), str(one["hash"])) for one in found]
    except (ValueError, TypeError, KeyError) as error:
        raise UnreadableHeads(path=path) from error
