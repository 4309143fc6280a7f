"""The server under those who are slow, too large, or killed."""

import contextlib
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from ptm_participation.observations import codes
from tests.conftest import Database
from tests.serving.server import (
    PATIENCE_SECONDS,
    Installation,
    Served,
    empty_database,
    serve,
    worker_pids,
)


@pytest.fixture
def served(database: Database) -> Iterator[Served]:
    with serve(database, PTM_WORKERS="2", PTM_THREADS="2") as running:
        yield running


def _trickle(port: int, stop: threading.Event) -> None:
    """Send the head of a large form, then a byte now and then."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)) as line:
        line.sendall(
            b"POST /osserva HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\n\r\n"
        )
        while not stop.wait(0.3):
            line.sendall(b"x")


def test_sixty_four_slow_senders_keep_nobody_out(served: Served) -> None:
    stop = threading.Event()
    senders = [
        threading.Thread(target=_trickle, args=(served.port, stop), daemon=True)
        for _sender in range(64)
    ]
    for sender in senders:
        sender.start()
    stop.wait(1.0)

    statuses = [served.get("/", timeout=5)[0] for _turn in range(5)]
    stop.set()

    assert statuses == [200] * 5


def test_a_worker_that_is_killed_is_replaced(served: Served) -> None:
    before = worker_pids(served)
    assert len(before) == 2

    for pid in before:
        os.kill(pid, signal.SIGKILL)

    deadline = time.monotonic() + 20
    while not (set(worker_pids(served)) - set(before)) and time.monotonic() < deadline:
        threading.Event().wait(0.1)
    answered = False
    while not answered and time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            answered = served.get("/", timeout=5)[0] == 200
    assert answered


def _kill_all_workers(served: Served, killed: set[int]) -> None:
    """Wait for two workers that were not killed before, and kill them."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(found := set(worker_pids(served)) - killed) < 2 and time.monotonic() < deadline:
        threading.Event().wait(0.05)
    for pid in found:
        os.kill(pid, signal.SIGKILL)
    killed |= found


def test_workers_killed_again_and_again_are_replaced(served: Served) -> None:
    """The server that starts them gives up on the second time; then it is started again."""
    killed: set[int] = set()
    for _turn in range(3):
        _kill_all_workers(served, killed)

    answered = False
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not answered and served.process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            answered = served.get("/", timeout=5)[0] == 200
    assert answered
    assert len(killed) == 6


def test_a_second_server_on_the_same_address_is_refused_in_a_sentence(
    served: Served, database: Database
) -> None:
    second = Installation(database.folder, database.url, port=served.port)

    done = second.run("serve")

    assert done.returncode == 1
    assert f"127.0.0.1:{served.port}" in done.stderr
    assert "PTM_BIND" in done.stderr
    assert "Traceback" not in done.stderr
    assert served.get("/")[0] == 200


@pytest.mark.parametrize("bind", ["nowhere", "127.0.0.1:99999", "192.0.2.1:8000"])
def test_an_address_that_is_none_is_refused_in_a_sentence(database: Database, bind: str) -> None:
    place = Installation(database.folder, database.url, settings={"PTM_BIND": bind})

    done = place.run("serve")

    assert done.returncode == 1
    assert "PTM_BIND" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_body_that_is_too_large_is_refused_before_it_is_read(served: Served) -> None:
    with socket.create_connection(("127.0.0.1", served.port), timeout=10) as line:
        line.sendall(b"POST /osserva HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n")
        answer = line.recv(4096).decode()

    assert answer.startswith("HTTP/1.1 413")
    assert "Troppi dati in una volta" in answer
    assert "Nothing was saved" in answer


def test_an_address_with_accents_and_a_long_answer_come_through(served: Served) -> None:
    status, body = served.get("/piano?q=citt%C3%A0")
    styles = served.get(_asset(served, ".css"))

    assert status == 200
    assert "città" in body.decode()
    assert styles[0] == 200
    assert len(styles[1]) > 10_000


def _say(served: Served, request: bytes) -> str:
    """Send bytes as they are, and read the whole answer."""
    with socket.create_connection(("127.0.0.1", served.port), timeout=30) as line:
        line.sendall(request)
        answer = b""
        while piece := line.recv(65536):
            answer += piece
    return answer.decode()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/piano/%E2%82%AC", 404),
        ("/piano/nda/art-%D9%A3", 404),
        ("/segui/%ED%A0%80", 404),
        ("/piano/%FF", 404),
        ("/%2570iano", 404),
        ("/%70iano", 200),
    ],
)
def test_an_address_is_read_once_and_whatever_it_is_answered_with_a_page(
    served: Served, path: str, status: int
) -> None:
    answer = _say(served, f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())

    assert answer.startswith(f"HTTP/1.1 {status}")
    assert "content-security-policy" in answer
    assert "<h1" in answer


def test_a_caller_cannot_pass_for_others_by_what_only_the_proxy_may_say(
    app: Flask, database: Database
) -> None:
    """To an application `X_Forwarded_For` is the same name as the proxy's `X-Forwarded-For`."""
    guess = codes.code_of("a" * 32)
    with serve(database, PTM_TRUSTED_PROXIES="1") as running:
        answers = [
            _say(
                running,
                f"GET /segui/{guess} HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 192.0.2.1\r\n"
                f"X_Forwarded_For: 192.0.2.{turn}\r\nConnection: close\r\n\r\n".encode(),
            )
            for turn in range(2, 15)
        ]

    assert answers[0].startswith("HTTP/1.1 404")
    assert answers[-1].startswith("HTTP/1.1 429")


def test_a_form_that_comes_in_pieces_is_bounded_like_any_other(served: Served) -> None:
    head = (
        b"POST /accedi HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\n\r\n"
    )
    answer = _say(served, head + b"300000\r\n" + b"a" * 0x300000 + b"\r\n0\r\n\r\n")

    assert answer.startswith("HTTP/1.1 413")


def _asset(served: Served, ending: str) -> str:
    page = served.get("/")[1].decode()
    return next(part for part in page.split('"') if part.endswith(ending))


def test_the_server_stops_when_it_is_told_to(database: Database) -> None:
    with serve(database) as running:
        running.process.send_signal(signal.SIGTERM)

        assert running.process.wait(15) is not None


def test_a_demonstration_that_has_just_been_made_gives_its_documents(
    engine: str, tmp_path: Path
) -> None:
    """And so it does where PTM_HOME is a path from the folder in which the command was given."""
    url = empty_database(engine, tmp_path, f"served_{Database(engine, tmp_path).worker}")
    place = Installation(tmp_path, url, settings={"PTM_HOME": "casa"})

    with place.served("demo", "--serve") as running:
        documents = [running.get("/osserva/modulo.pdf", timeout=60)[1][:5] for _turn in range(4)]
        home = running.get("/")[1].decode()

    assert documents == [b"%PDF-"] * 4
    assert "79" in home
    assert (tmp_path / "casa" / "files").is_dir()
