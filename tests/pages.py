"""Pages as people read them: headings, sentences, errors, rows, and forms to fill in."""

import contextvars
import re
from typing import Any
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ptm_participation.core import clock
from ptm_participation.core.db import db


def _words(element: Tag | None) -> str:
    text = element.get_text(" ", strip=True) if element else ""
    return re.sub(r"\s+(?=[,.;:])|(\s)\s*", r"\1", text.replace("\u00a0", " ")).replace("\n", " ")


class Page:
    """An answer of the site, read as a page."""

    def __init__(self, browser: "Browser", response: TestResponse) -> None:
        self.browser = browser
        self.response = response
        self.status = response.status_code
        self.address = response.request.full_path.rstrip("?")
        is_page = response.mimetype == "text/html"
        self.soup = BeautifulSoup(response.data if is_page else b"", "html.parser")

    @property
    def heading(self) -> str:
        return _words(self.soup.find("h1"))

    @property
    def title(self) -> str:
        return _words(self.soup.find("title"))

    @property
    def text(self) -> str:
        return _words(self.soup.find("main"))

    @property
    def errors(self) -> list[str]:
        """The sentences beside the fields."""
        return [_words(found) for found in self.soup.select(".form-feedback span")]

    def error_of(self, name: str) -> str:
        """The sentence beside one field."""
        assert self.soup.select_one(f"[name='{name}']") is not None, f"no field {name}"
        return _words(self.soup.find(id=f"{name}-error"))

    def rows(self, caption: str | None = None) -> list[list[str]]:
        """The body of a table as words, cell by cell."""
        tables = self.soup.find_all("table")
        for table in tables:
            if caption is None or caption in _words(table.find("caption")):
                return [
                    [_words(cell) for cell in row.find_all(["td", "th"])]
                    for row in table.select("tbody tr")
                ]
        raise AssertionError(f"no table {caption!r} on {self.address}")

    def items(self, selector: str) -> list[str]:
        return [_words(found) for found in self.soup.select(selector)]

    def link(self, words: str) -> str:
        """The address behind the words."""
        links = self.soup.find_all("a")
        exact = [found for found in links if _words(found) == words]
        for found in exact or [found for found in links if words in _words(found)]:
            return urljoin(self.address, found["href"])
        raise AssertionError(f"no link {words!r} on {self.address}")

    def follow(self, words: str) -> "Page":
        return self.browser.open(self.link(words))

    def form_with(self, name: str) -> Tag:
        """The form that holds a field or button of that name."""
        for form in self.soup.find_all("form"):
            if form.find(attrs={"name": name}):
                return form
        raise AssertionError(f"no form with {name!r} on {self.address}: {self.text[:300]}")

    def submit(self, *, has: str | None = None, button: str | None = None, **values: Any) -> "Page":
        """Fill in a form as it stands and send it.

        The form is the one that holds the first of the given fields, or the one named by `has`;
        `button` is «name=value» of the button that is pressed.
        """
        names = [name.replace("__", "-") for name in values]
        key = has or (names[0] if names else (button or "csrf_token").partition("=")[0])
        given = {name.replace("__", "-"): value for name, value in values.items()}
        return self._send(self.form_with(key), given, button)

    def press(self, words: str, **values: Any) -> "Page":
        """Fill in the form that has a button with these words, and press it."""
        for found in self.soup.select("form button"):
            if words in _words(found):
                form = found.find_parent("form")
                name = found.get("name")
                return self._send(form, values, f"{name}={found.get('value', '')}" if name else "")
        raise AssertionError(f"no button {words!r} on {self.address}")

    def _send(self, form: Tag, values: dict[str, Any], button: str | None) -> "Page":
        data = {**_filled(form), **values}
        if button:
            name, _sep, value = button.partition("=")
            data[name] = value or "1"
        action = urljoin(self.address, form.get("action") or self.address)
        if form.get("method", "get").lower() == "post":
            return self.browser.send(action, data)
        # As in a browser, the fields take the place of what the address asks.
        return self.browser.open(urlsplit(action)._replace(query="").geturl(), **data)


def _filled(form: Tag) -> dict[str, Any]:
    """What a browser would send of the form as it was shown, buttons excluded."""
    data: dict[str, Any] = {}

    def add(name: str, value: str) -> None:
        known = data.get(name)
        data[name] = (
            value if known is None else [*(known if isinstance(known, list) else [known]), value]
        )

    for field in form.find_all(["input", "textarea", "select"]):
        name, kind = field.get("name"), field.get("type", "text")
        if not name or kind in {"submit", "file"}:
            continue
        if field.name == "select":
            chosen = field.find("option", selected=True) or field.find("option")
            data[name] = chosen.get("value", "") if chosen else ""
        elif kind in {"radio", "checkbox"}:
            if field.has_attr("checked"):
                add(name, field.get("value", "on"))
        elif field.name == "textarea":
            data[name] = (field.string or "").removeprefix("\n")
        elif kind == "hidden":
            add(name, field.get("value", ""))
        else:
            data[name] = field.get("value", "")
    return data


class Browser:
    """Somebody with a browser of their own: cookies stay, redirects are followed."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def _apart(self, request: Any, *args: Any, **kwargs: Any) -> Page:
        """Make the request outside the test's own application context, as a server would.

        Flask reuses a context that is open, and with it `g` and the database session.
        """
        now = clock.now()

        def ask() -> TestResponse:
            with clock.at(now):
                response: TestResponse = request(*args, **kwargs)
                response.get_data()  # a stream is made while it is read
                return response

        response = contextvars.Context().run(ask)
        db.session.rollback()  # what the test reads next is what the page has just written
        return Page(self, response)

    def open(self, address: str, **query: Any) -> Page:
        return self._apart(
            self.client.get, address, query_string=query or None, follow_redirects=True
        )

    def send(self, address: str, data: dict[str, Any]) -> Page:
        """Post a form as a page of the site would, with its Origin."""
        return self._apart(
            self.client.post,
            urlsplit(address)._replace(scheme="", netloc="").geturl(),
            data=data,
            headers={"Origin": "http://localhost"},
            follow_redirects=True,
            content_type="multipart/form-data",
        )

    def sign_in(self, email: str, password: str) -> Page:
        return self.open("/accedi").submit(email=email, password=password)
