"""Parsers of others' files that run in a process of their own, with a bound on time and memory.

Each module is a program that imports nothing of this package: bytes come in, JSON goes out. What
loops, crashes or fills the memory takes no server with it.
"""

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

SECONDS = 30
MEMORY = 2 * 1024**3
_TURN = threading.BoundedSemaphore(2)  # or several officers at once would take all the memory

# The limits are set in the new process: a server of many threads must do nothing between the two.
_BOUNDED = """
import resource, runpy, sys
seconds, memory = int(sys.argv[2]), int(sys.argv[3])
resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
runpy.run_path(sys.argv[1], run_name="__main__")
"""


class ParserStopped(Exception):
    """The parser took too long or too much, or died of the file."""


def run(program: str, data: bytes) -> Any:
    """What a program of this folder makes of the bytes. Raises ParserStopped."""
    path = Path(__file__).with_name(f"{program}.py")
    try:
        with _TURN:
            done = subprocess.run(  # noqa: S603 – our own program, and nothing of the file in it
                [sys.executable, "-I", "-c", _BOUNDED, str(path), str(SECONDS), str(MEMORY)],
                input=data,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=SECONDS,
                check=True,
                env={"PYTHONUTF8": "1"},
            )
        return json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError) as error:
        raise ParserStopped from error
