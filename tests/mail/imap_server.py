"""A mailbox on loopback: as much of IMAP4rev1 (RFC 3501) as reading one takes.

It may be told to hang up after so many messages, as servers do.
"""

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

USER, PASSWORD = "ufficio", "una parola / strana"


class Mailbox:
    """The messages, and which of them were read."""

    def __init__(self, *messages: bytes) -> None:
        self.messages = list(messages)
        self.seen: set[int] = set()
        self.dies_after: int | None = None
        self.url = ""
        self.fetched = 0


class _Session(socketserver.StreamRequestHandler):
    mailbox: Mailbox

    def handle(self) -> None:
        self._say("* OK ready")
        for line in self.rfile:
            tag, _space, rest = line.decode("utf-8").strip().partition(" ")
            command = rest.upper()
            if command.startswith("LOGOUT"):
                self._say("* BYE")
                self._say(f"{tag} OK")
                return
            if self._answer(rest, command):
                self._say(f"{tag} OK done")
            elif self.mailbox.dies_after is not None and self.mailbox.dies_after < 0:
                return
            else:
                self._say(f"{tag} NO")

    def _answer(self, rest: str, command: str) -> bool:
        """Say what a command asks for; whether it went well."""
        box = self.mailbox
        if command.startswith("CAPABILITY"):
            self._say("* CAPABILITY IMAP4rev1")
        elif command.startswith("LOGIN"):
            return USER in rest and PASSWORD in rest
        elif command.startswith("SELECT"):
            if '"INBOX"' not in rest:
                return False
            self._say(f"* {len(box.messages)} EXISTS")
        elif command.startswith("UID SEARCH"):
            unseen = [str(n) for n in range(1, len(box.messages) + 1) if n not in box.seen]
            self._say(f"* SEARCH {' '.join(unseen)}".rstrip())
        elif found := re.match(r"UID FETCH (\d+) \(RFC822.SIZE\)", command):
            uid = int(found[1])
            self._say(f"* {uid} FETCH (UID {uid} RFC822.SIZE {len(box.messages[uid - 1])})")
        elif found := re.match(r"UID FETCH (\d+) \(BODY.PEEK\[\]\)", command):
            return self._send(int(found[1]))
        elif found := re.match(r"UID STORE (\d+) \+FLAGS \(\\SEEN\)", command):
            box.seen.add(int(found[1]))
        else:
            return False
        return True

    def _send(self, uid: int) -> bool:
        box = self.mailbox
        content = box.messages[uid - 1]
        self.wfile.write(f"* {uid} FETCH (UID {uid} BODY[] {{{len(content)}}}\r\n".encode())
        if box.dies_after is not None:
            box.dies_after -= 1
            if box.dies_after < 0:
                self.wfile.write(content[: len(content) // 2])
                self.wfile.flush()
                return False
        self.wfile.write(content + b")\r\n")
        box.fetched += 1
        return True

    def _say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")


@contextmanager
def serving(*messages: bytes) -> Iterator[Mailbox]:
    """Serve a mailbox that holds these messages until the block ends."""
    mailbox = Mailbox(*messages)
    session = type("Session", (_Session,), {"mailbox": mailbox})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), session) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.server_address[1]
        mailbox.url = f"imap://{USER}:una%20parola%20%2F%20strana@127.0.0.1:{port}/INBOX"
        try:
            yield mailbox
        finally:
            server.shutdown()
