"""The load: a process of its own that asks for pages over connections that stay open.

Several *sides* (a page and its floor, say) are asked in turn, in short rounds over the same
number of connections, so that whatever else the machine is doing falls on all of them alike; they
are compared within a round, and the median of the rounds counts. Each connection asks for the
next page as soon as it has read the last. The client is written on bare sockets: it must cost as
little as possible of the cores that it shares with the server. A round's rate is the sum of those
of its connections, each until its own last answer, so that the end of a round costs nothing.

Beside the clock stands the processor's time that the server's processes took for an answer (the
kernel's count; PostgreSQL's own processes are not in it). On a busy machine it is the steadier
figure of the two, though caches that others fill still show in it.
"""

import dataclasses
import json
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from config import ROOT

LEAST = 2  # requests of a connection in a round, however long they take
SLOW_SECONDS = 0.5  # pages slower than this are asked in fewer rounds
FEW_ROUNDS = 3
PATIENCE_SECONDS = 120.0


class NoAnswer(Exception):
    """A page that is not answered as it should."""


@dataclasses.dataclass(frozen=True, slots=True)
class Side:
    """One of the things compared: an address on a server of this machine."""

    port: int
    path: str
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)
    server: int = 0  # the process whose children answer

    @property
    def request(self) -> bytes:
        lines = [f"GET {self.path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


@dataclasses.dataclass(frozen=True, slots=True)
class Served:
    """How a side did: requests a second in each round, how long answers took, and how much of
    the server's processors each (ms)."""

    rates: list[float]
    p50: float
    p99: float
    cpu: float

    @property
    def rate(self) -> float:
        return statistics.median(self.rates)


def ratio(one: Served, other: Served) -> float:
    """The throughput of one against the other: the median over the rounds."""
    pairs = zip(one.rates, other.rates, strict=True)
    return statistics.median(mine / theirs for mine, theirs in pairs)


def run(
    sides: Sequence[Side], *, connections: int, rounds: int = 5, seconds: float = 1.0
) -> list[Served]:
    """Ask the sides in turn from a process of its own."""
    order = {
        "sides": [dataclasses.asdict(side) for side in sides],
        "connections": connections,
        "rounds": rounds,
        "seconds": seconds,
    }
    done = subprocess.run(
        [sys.executable, "-m", "bench.load"],
        cwd=ROOT,
        input=json.dumps(order),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NoAnswer(done.stderr.strip().splitlines()[-1])
    return [Served(**served) for served in json.loads(done.stdout)]


# -- within that process -----------------------------------------------------------------


class Connection:
    """A connection that stays open; one that the server ended for being idle is opened again."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._open()

    def _open(self) -> None:
        self.socket = socket.create_connection(("127.0.0.1", self.port), PATIENCE_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, side: Side) -> float:
        """Ask once and read the whole answer; how long it took."""
        try:
            return self._ask(side)
        except ConnectionError:
            self.socket.close()
            self._open()
            return self._ask(side)

    def _ask(self, side: Side) -> float:
        request = side.request
        start = time.perf_counter()
        self.socket.sendall(request)
        received = b""
        while (end := received.find(b"\r\n\r\n")) < 0:
            received += self._more()
        head = received[:end].lower()
        left = _length(head) - (len(received) - end - 4)
        while left > 0:
            left -= len(self._more())
        if not head.startswith(b"http/1.1 200"):
            raise SystemExit(f"{side.path}: {head.splitlines()[0].decode()}")
        return time.perf_counter() - start

    def _more(self) -> bytes:
        piece = self.socket.recv(256 * 1024)
        if not piece:
            raise ConnectionResetError("the server hung up")
        return piece


def _length(head: bytes) -> int:
    for line in head.splitlines():
        name, _sep, value = line.partition(b":")
        if name == b"content-length":
            return int(value)
    raise SystemExit("The answer does not say how long it is.")


def _at_once(connections: list[Connection], work: Callable[[Connection], Any]) -> list[Any]:
    """Do the work on all the connections at once; a failure of one is that of all."""
    results: list[Any] = [None] * len(connections)

    def one(place: int) -> None:
        try:
            results[place] = work(connections[place])
        except BaseException as error:
            results[place] = error

    threads = [threading.Thread(target=one, args=(place,)) for place in range(len(connections))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return results


def _round(side: Side, seconds: float) -> Callable[[Connection], list[float]]:
    def work(connection: Connection) -> list[float]:
        times: list[float] = []
        deadline = time.perf_counter() + seconds
        while len(times) < LEAST or time.perf_counter() < deadline:
            times.append(connection.ask(side))
        return times

    return work


def _measure(sides: list[Side], connections: int, rounds: int, seconds: float) -> list[Any]:
    # Sides of one server share its connections, and so the processes that these happen to reach.
    opened = {
        port: [Connection(port) for _ in range(connections)] for port in {s.port for s in sides}
    }
    # What a process does once is done here: the floors record, caches fill.
    warm = [min(_at_once(opened[side.port], _round(side, 0.0)), key=min) for side in sides]
    slow = any(min(times) > SLOW_SECONDS for times in warm)
    rates: list[list[float]] = [[] for _ in sides]
    answers: list[list[float]] = [[] for _ in sides]
    cpu = [0.0 for _ in sides]
    for _ in range(min(rounds, FEW_ROUNDS) if slow else rounds):
        for place, side in enumerate(sides):
            before = _cpu_seconds(side.server)
            by_connection = _at_once(opened[side.port], _round(side, seconds))
            cpu[place] += _cpu_seconds(side.server) - before
            rates[place].append(sum(len(times) / sum(times) for times in by_connection))
            answers[place] += [time for times in by_connection for time in times]
    return [
        {
            "rates": rates[place],
            "p50": _percentile(times, 50),
            "p99": _percentile(times, 99),
            "cpu": 1000 * cpu[place] / len(times),
        }
        for place, times in enumerate(answers)
    ]


def _cpu_seconds(server: int) -> float:
    """The processor's time that a server's workers have taken until now."""
    workers = Path(f"/proc/{server}/task/{server}/children").read_text().split()
    ticks = 0
    for worker in workers:
        _name, _sep, fields = Path(f"/proc/{worker}/stat").read_text().rpartition(")")
        ticks += sum(int(field) for field in fields.split()[11:13])  # utime and stime
    return ticks / os.sysconf("SC_CLK_TCK")


def _percentile(times: list[float], percent: int) -> float:
    ordered = sorted(times)
    return 1000 * ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def main() -> None:
    order = json.load(sys.stdin)
    sides = [Side(**side) for side in order.pop("sides")]
    json.dump(_measure(sides, **order), sys.stdout)


if __name__ == "__main__":
    main()
