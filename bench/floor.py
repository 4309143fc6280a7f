"""The floor under a page: the same template on the same rows, with nothing in between.

A request that carries the header `X-Floor` gets the page's floor instead of the page, at the same
address and through the same server, session, permission, language and layout. The first such
request of a process *records* the page: it runs the view once and keeps the SQL that it sent, the
template that it rendered and what it gave to it. From then on the statements are sent as they are
on the raw cursor of the session's connection, their rows are fetched and thrown away, and the
template is rendered with what was kept. What a page takes over its floor is therefore what our
views, use cases, queries and the ORM take. A floor that would ask the database anything while it
renders, or whose page differs by one character, is refused.
"""

import contextlib
import dataclasses
import functools
import threading
from collections.abc import Callable, Iterator
from typing import Any

import sqlalchemy as sa
from flask import Flask, before_render_template, current_app, render_template, request

from ptm_participation.core import clock
from ptm_participation.core.db import db

HEADER = "X-Floor"

# What templates ask for by themselves: the floor keeps the answers, their statements being
# among those that it sends.
ASKED_BY_TEMPLATES = (
    *("office_in_charge", "present_window"),
    *("kept_procedure", "procedures_to_choose"),
)

Statement = tuple[str, Any]


class NotAFloor(Exception):
    """What was recorded is not the page, or would go on asking the database."""


@dataclasses.dataclass(frozen=True, slots=True)
class Recording:
    """A page taken apart: what was asked, and what was rendered with which values."""

    statements: list[Statement]
    template: str
    context: dict[str, Any]

    def replay(self) -> str:
        cursor = db.session.connection().connection.cursor()
        send(cursor, self.statements)
        return self.render()

    def render(self) -> str:
        return render_template(self.template, **self.context)


def send(cursor: Any, statements: list[Statement]) -> None:
    """Send statements on a cursor of the driver, and fetch what they find."""
    for statement, parameters in statements:
        cursor.execute(statement, parameters)
        if cursor.description is not None:
            cursor.fetchall()
    cursor.close()


@contextlib.contextmanager
def statements_sent() -> Iterator[list[Statement]]:
    """What the session's present connection is asked within the block."""
    sent: list[Statement] = []

    def note(_conn: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        sent.append((statement, parameters))

    # On this connection alone: what other threads send is theirs. It ends with the request.
    connection = db.session.connection()
    sa.event.listen(connection, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        sa.event.remove(connection, "before_cursor_execute", note)


def install(app: Flask) -> None:
    """Give every endpoint its floor. An endpoint's mark of access stays on it."""
    for endpoint, view in app.view_functions.items():
        app.view_functions[endpoint] = _with_floor(view)


def _with_floor(view: Callable[..., Any]) -> Callable[..., Any]:
    recordings: dict[str, Recording] = {}
    one_at_a_time = threading.Lock()

    @functools.wraps(view)
    def answer(**arguments: Any) -> Any:
        if HEADER not in request.headers:
            return view(**arguments)
        address = request.url
        if address not in recordings:
            with one_at_a_time:
                if address not in recordings:
                    recordings[address] = record(view, arguments)
        return recordings[address].replay()

    return answer


def record(view: Callable[..., Any], arguments: dict[str, Any]) -> Recording:
    """Run the view of this request and keep what it did. Raises NotAFloor."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    rendered: list[tuple[str, dict[str, Any]]] = []

    def note(_app: Flask, template: Any, context: dict[str, Any], **_more: Any) -> None:
        rendered.append((template.name, dict(context)))

    with clock.at(clock.now()), before_render_template.connected_to(note, app):
        with statements_sent() as statements:
            page = view(**arguments)
        asked = list(statements)
        if len(rendered) != 1:
            raise NotAFloor(f"{request.path} renders {len(rendered)} templates")
        template, context = rendered[0]
        recording = Recording(asked, template, _given(app, context))
        db.session.expunge_all()  # from here on nothing that was kept can ask for more
        with statements_sent() as late:
            again = recording.render()
        if late:
            raise NotAFloor(f"{request.path} asks while it renders: {late}")
        if again != page:
            raise NotAFloor(f"{request.path} differs from its page")
    return recording


def _given(app: Flask, context: dict[str, Any]) -> dict[str, Any]:
    """What the view gave to its template: all but what every template gets with each request."""
    common: dict[str, Any] = {}
    app.update_template_context(common)
    given = {name: value for name, value in context.items() if name not in common}
    known = {**app.jinja_env.globals, **common}
    return given | {name: _always(known[name]()) for name in ASKED_BY_TEMPLATES}


def _always(answer: Any) -> Callable[[], Any]:
    return lambda: answer
