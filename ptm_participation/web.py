"""What every page shares: language, access, sessions, headers, errors and Jinja's filters."""

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, g, render_template, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.routing import IntegerConverter, ValidationError
from whitenoise import WhiteNoise

from ptm_participation.accounts.access import PUBLIC, SIGNED_IN, Permission, access_mark
from ptm_participation.accounts.models import User, Visitor
from ptm_participation.accounts.reader import home_for, signed_in_user
from ptm_participation.accounts.service import session_user
from ptm_participation.accounts.views import ask_to_sign_in
from ptm_participation.accounts.views import bp as accounts
from ptm_participation.communications import receipts
from ptm_participation.communications.views import bp as communications
from ptm_participation.consultations.views import bp as consultations
from ptm_participation.core import clock, formats, sentences
from ptm_participation.core.chips import narrowed
from ptm_participation.core.errors import DomainError
from ptm_participation.core.numbers import whole
from ptm_participation.extensions import babel, csrf, sessions
from ptm_participation.observations import (
    again,
    bridge,
    choosing,
    closing,
    desk,
    keeping_filters,
    linking,
    mailbox,
    marking,
    office,
    paper,
    proof,
    regularising,
    selecting,
    sending,
    starting,
    terms,
    tracking,
    views,
    worklist,
)
from ptm_participation.observations.blueprint import bp as observations
from ptm_participation.plan import map_views, mapping_views
from ptm_participation.plan import office as plan_office
from ptm_participation.plan.views import bp as plan
from ptm_participation.procedure import choice
from ptm_participation.procedure.queries import office_in_charge
from ptm_participation.procedure.views import bp as procedure
from ptm_participation.reference.views import bp as reference
from ptm_participation.reporting import territory
from ptm_participation.reporting.tables import listed
from ptm_participation.reporting.views import bp as reporting
from ptm_participation.site import comparing, maps, plan_pages
from ptm_participation.site.views import bp as site
from ptm_participation.stakeholders.views import bp as stakeholders

BLUEPRINTS = (
    site,
    accounts,
    observations,
    consultations,
    stakeholders,
    plan,
    procedure,
    communications,
    reference,
    reporting,
)
# Modules whose import registers views, job handlers and witnesses of the log.
REGISTERED = (
    again,
    bridge,
    closing,
    desk,
    keeping_filters,
    selecting,
    views,
    starting,
    choosing,
    sending,
    office,
    worklist,
    paper,
    terms,
    mailbox,
    linking,
    regularising,
    tracking,
    map_views,
    maps,
    marking,
    receipts,
    proof,
    territory,
    comparing,
    mapping_views,
    plan_office,
    plan_pages,
)

# Three for each of the two thousand rows that an attendance sheet may have, and some.
MOST_FIELDS = 8000

LANGUAGES = {"it": "Italiano", "en": "English"}
VENDOR_FOLDERS = ("assets", "css", "fonts", "js", "svg")
# Of other packages, by the name under which pages ask for them.
VENDOR_FILES = {
    "echarts": ("echarts/dist", ("echarts.common.min.js",)),
    "leaflet": ("leaflet/dist", ("leaflet.js", "leaflet.css")),
    "geoman": (
        "@geoman-io/leaflet-geoman-free/dist",
        ("leaflet-geoman.min.js", "leaflet-geoman.css"),
    ),
}

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


class LanguagePrefix:
    """English pages live at `/en` before the same path.

    The prefix becomes the script name, so every address built within the request keeps it.
    """

    def __init__(self, wsgi: Wsgi) -> None:
        self.wsgi = wsgi

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == "/en" or path.startswith("/en/"):
            environ["PATH_INFO"] = path[3:] or "/"
            environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + "/en"
            environ["ptm.language"] = "en"
        return self.wsgi(environ, start_response)


class WholeNumber(IntegerConverter):
    """A number in an address, in the digits 0 to 9, as large as the database can hold."""

    regex = "[0-9]+"

    def to_python(self, value: str) -> int:
        number = whole(value)
        if number is None:
            raise ValidationError()
        return number


def set_up(app: Flask) -> None:
    """Bind the extensions and give the application its manners."""
    app.url_map.converters["int"] = WholeNumber
    babel.init_app(app, locale_selector=request_language)
    babel.domain_instance = sentences.Sentences()
    csrf.init_app(app)
    sessions.init_app(app, add_context_processor=False)
    sessions.anonymous_user = Visitor
    sessions.user_loader(session_user)
    app.session_interface = Cookies()
    _serve_assets(app)
    app.url_defaults(choice.keep_choice)
    app.before_request(check_address)
    app.before_request(check_form_data)
    app.before_request(check_form_token)
    app.before_request(check_access)
    app.after_request(add_headers)
    app.register_error_handler(DomainError, show_domain_error)
    app.register_error_handler(CSRFError, show_expired_form)
    app.register_error_handler(HTTPException, show_http_error)
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(formats.FILTERS, narrowed=narrowed, listed=listed)
    sentences.install(app.jinja_env, babel.domain_instance)
    app.jinja_env.globals.update(
        clock=clock,
        Permission=Permission,
        get_locale=get_locale,
        other_language=other_language,
        languages=LANGUAGES,
        home_for=home_for,
        office_in_charge=office_in_charge,
        kept_procedure=choice.kept_procedure,
        procedures_to_choose=choice.procedures_to_choose,
        public_url=lambda path: app.config["PUBLIC_URL"] + path,
    )
    app.context_processor(lambda: {"reader": signed_in_user() if request else Visitor()})


def _serve_assets(app: Flask) -> None:
    """Serve our own and the design system's files under an address that changes with them."""
    root = Path(app.config["ROOT"])
    own, vendor = root / "static", root / "node_modules" / "bootstrap-italia" / "dist"
    digest = hashlib.sha256((root / "package-lock.json").read_bytes())
    for path in sorted(own.rglob("*")):
        if path.is_file():
            digest.update(path.read_bytes())
    base = f"/assets/{digest.hexdigest()[:12]}"
    app.wsgi_app = LanguagePrefix(app.wsgi_app)  # type: ignore[method-assign]
    served = WhiteNoise(
        app.wsgi_app, max_age=31536000, immutable_file_test=lambda _path, _url: True
    )
    served.add_files(str(own), prefix=f"{base}/ptm/")
    for folder in VENDOR_FOLDERS:
        served.add_files(str(vendor / folder), prefix=f"{base}/bi/{folder}/")
    for package, (folder, names) in VENDOR_FILES.items():
        for name in names:
            path = root / "node_modules" / folder / name
            served.add_file_to_dictionary(f"{base}/{package}/{name}", str(path))
    app.wsgi_app = served  # type: ignore[method-assign]
    app.jinja_env.globals["asset"] = lambda path: f"{base}/{path}"


# -- language ----------------------------------------------------------------------------


def request_language() -> str:
    """The language of the address; Italian outside a request."""
    return str(request.environ.get("ptm.language", "it")) if request else "it"


def other_language() -> tuple[str, str]:
    """The code of the other language, and this page's address in it."""
    path = request.full_path.rstrip("?")
    if request_language() == "en":
        return "it", path
    return "en", "/en" + path


# -- access ------------------------------------------------------------------------------


def check_access() -> Any:
    """Let the request through only as far as its endpoint's mark allows."""
    if request.endpoint is None:
        return None
    mark = access_mark(current_app.view_functions[request.endpoint])
    if mark == PUBLIC:
        return None
    user = signed_in_user()
    if not isinstance(user, User):
        return ask_to_sign_in()
    if mark == SIGNED_IN or (isinstance(mark, Permission) and user.can(mark)):
        return None
    return abort(403)


def check_address() -> None:
    """Refuse a NUL in an address: PostgreSQL keeps none, not even to search for it."""
    if "\0" in request.path or any("\0" in text for _name, text in request.args.items(multi=True)):
        abort(400)


def check_form_data() -> None:
    """Refuse a form that no page of ours makes, before anything reads it.

    Werkzeug bounds a form sent in parts; one that is encoded it would read whole, however long,
    and take apart into however many fields.
    """
    if request.mimetype == "application/x-www-form-urlencoded":
        longest = current_app.config["MAX_FORM_MEMORY_SIZE"]
        if (request.content_length or 0) > longest or request.get_data().count(b"&") > MOST_FIELDS:
            abort(413)
    elif None in request.form or None in request.files:  # a part without a name
        abort(400)


def check_form_token() -> None:
    """Refuse a form that another site sent; let one whose session ended show its text again.

    A form posted from one of our own pages with an expired token goes on to its view, whose
    form then does not validate and is shown again with all that was typed.
    """
    if request.method in {"GET", "HEAD", "OPTIONS"}:
        return
    try:
        csrf.protect()
    except CSRFError:
        if not sent_by_our_page():
            raise
        g.session_expired = True


def sent_by_our_page() -> bool:
    """Whether the browser says that the request comes from a page of this site."""
    origin = request.headers.get("Origin", "")
    return bool(origin) and urlsplit(origin).netloc == request.host


# -- answers -----------------------------------------------------------------------------


def add_headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("X-Frame-Options", "DENY")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    if request.is_secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if "Cache-Control" not in headers:
        shareable = getattr(g, "shareable", False) and response.status_code == 200
        headers["Cache-Control"] = "public, max-age=60" if shareable else "no-store"
        headers.add("Vary", "Cookie")
    return response


class Cookies(SecureCookieSessionInterface):
    """Flask's signed cookie; an answer that depends on the session is never kept by a cache."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        super().save_session(app, session, response)
        if session.accessed:
            response.headers["Cache-Control"] = "no-store"


def show_domain_error(error: DomainError) -> tuple[str, int]:
    # The sentence is the page's title here, and titles have no full stop.
    title = str(error).removesuffix(".")
    return render_template("error.html", title=title, status=error.status), error.status


def show_expired_form(_error: CSRFError) -> tuple[str, int]:
    return (
        render_template(
            "error.html",
            title=_("This form was not sent from a page of this site"),
            explanation=_("Nothing was saved. Open the page again and send the form from there."),
            status=400,
        ),
        400,
    )


def show_http_error(error: HTTPException) -> Any:
    if error.response is not None:
        return error.response
    titles = {
        400: _("The request could not be read"),
        403: _("Your account may not do this"),
        404: _("This page does not exist, or you cannot see it"),
        405: _("This address does not accept that"),
        408: _("The data arrived too slowly"),
        413: _(
            "Too much in one go: 20 MB a file, 60 MB in all, and for texts what is said by them"
        ),
        429: _("Too many tries: wait a little"),
        503: _("The service is busy: try again in a few seconds"),
    }
    status = error.code or 500
    title = titles.get(status, _("Something went wrong on our side"))
    return render_template("error.html", title=title, status=status), status
