"""PTM Participation: the register of the participation in a statutory spatial plan."""

from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from ptm_participation.core import clock, storage
from ptm_participation.core.db import db
from ptm_participation.core.transaction import prepare_engine


def create_app(config: Any) -> Flask:
    """The application for one configuration: extensions bound, blueprints registered."""
    from ptm_participation import web

    app = Flask(
        "ptm_participation", static_folder=None, template_folder=str(config.ROOT / "templates")
    )
    app.config.from_object(config)
    config.HOME.mkdir(parents=True, exist_ok=True)
    clock.run_from(config.CLOCK)
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
    app.extensions["ptm_files"] = storage.FileStore(config.STORAGE_URL)
    web.set_up(app)
    for blueprint in web.BLUEPRINTS:
        app.register_blueprint(blueprint)
    if config.TRUSTED_PROXIES:
        hops = config.TRUSTED_PROXIES
        app.wsgi_app = ProxyFix(app.wsgi_app, hops, hops, hops)  # type: ignore[method-assign]
    return app
