"""Messages saved as files, one after another."""

from collections.abc import Iterator
from pathlib import Path

from flask_babel import gettext as _

from ptm_participation.mail.duplicates import Match, Seen
from ptm_participation.mail.message import Message, read

MOST_BYTES = 1024 * 1024 * 1024


def messages(place: Path) -> Iterator[tuple[str, tuple[bytes, Message, Match] | str]]:
    """Each file in its turn with its bytes and what was read of them, or why it could not be
    opened.

    One message at a time is held: a folder may be far larger than the memory.
    """
    seen = Seen()
    for path in _files(place):
        name = _shown(path)
        try:
            if path.stat().st_size > MOST_BYTES:
                yield name, _("The file is larger than any message: it is not opened.")
                continue
            raw = path.read_bytes()
        except OSError as error:
            yield name, _("The file cannot be opened (%(why)s).", why=error.strerror or error)
            continue
        message = read(raw)
        yield name, (raw, message, seen.add(name, message))


def _files(place: Path) -> list[Path]:
    """The file, or those of the folder in the order of their names, hidden ones left out.

    A link is not followed out of the folder, nor a pipe waited for.
    """
    if not place.is_dir():
        return [place]
    found = (
        path for path in place.rglob("*") if _is_file(path) and not _hidden(path.relative_to(place))
    )
    return sorted(found)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file() and not path.is_symlink()
    except OSError:  # in a folder that may be listed and not entered: said when it is opened
        return True


def _hidden(path: Path) -> bool:
    return any(step.startswith(".") for step in path.parts)


def _shown(path: Path) -> str:
    """The path as words, whatever bytes its name is of."""
    return str(path).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
