"""The server under measure: the program as `ptm serve` runs it, with the floors added.

Beside the product's own addresses it answers at

- `/bench/office` and `/bench/public`: an empty page in each of the two layouts;
- `/bench/bare`: a page of a second, bare Flask application in the same process, which has ten
  lines of template and nothing else: what Flask and the server cost before we begin.

The job worker is not started, so that only what is measured runs. Run as a module, with the
installation in the environment.
"""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Flask, render_template, render_template_string

from bench import floor
from ptm_participation import create_app, serving
from ptm_participation.accounts.access import Permission, public, requires
from ptm_participation.gateway import Gateway
from ptm_participation.web import Wsgi

BARE = "/bench/bare"
BARE_TEMPLATE = """<!doctype html>
<html lang="it">
  <head><title>{{ title }}</title></head>
  <body>
    <h1>{{ title }}</h1>
    <ul>
    {% for number in numbers %}<li>{{ number }}</li>{% endfor %}
    </ul>
  </body>
</html>
"""

bp = Blueprint("bench", __name__, template_folder="templates")


@bp.route("/bench/office")
@requires(Permission.REGISTER)
def empty_office() -> Any:
    return render_template("bench/empty_office.html")


@bp.route("/bench/public")
@public
def empty_public() -> Any:
    return render_template("bench/empty_public.html")


def bare() -> Flask:
    """A Flask application without anything of ours."""
    app = Flask("bare", static_folder=None)

    @app.route(BARE)
    def page() -> str:
        return render_template_string(BARE_TEMPLATE, title="Bare", numbers=range(10))

    return app


class Beside:
    """Two applications in one process: the bare one at its address, ours at all the others."""

    def __init__(self, ours: Wsgi, other: Wsgi) -> None:
        self.ours, self.other = ours, other

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        bare_one = environ["PATH_INFO"] == BARE
        return (self.other if bare_one else self.ours)(environ, start_response)


def create(config: Any) -> Flask:
    """The product's application with its floors, the empty pages and the bare application."""
    app = create_app(config)
    app.register_blueprint(bp)
    floor.install(app)
    app.wsgi_app = Beside(app.wsgi_app, bare().wsgi_app)  # type: ignore[method-assign]
    return app


def gateway() -> Gateway:
    """What each of the server's workers runs, as wsgi.gateway does for the product."""
    from config import Config

    app = create(Config())
    return Gateway(
        app, threads=app.config["THREADS"], largest_body=app.config["MAX_CONTENT_LENGTH"]
    )


def main() -> None:
    from wsgi import create as create_product

    server = serving._server(create_product())  # the settings of `ptm serve`, whatever they are
    server.target = "bench.serving:gateway"
    server.serve()


if __name__ == "__main__":
    main()
