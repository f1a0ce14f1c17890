"""The application: its routes, what guards them, and how it tells errors."""

from __future__ import annotations

from fastapi import FastAPI

from vaultweb import described, pages, problems
from vaultweb.assets import Assets
from vaultweb.connections import Connections
from vaultweb.exporting.downloads import Downloads
from vaultweb.guards import Guard
from vaultweb.news import News
from vaultweb.previews import Previews
from vaultweb.quick import Quick
from vaultweb.routes import ROUTERS
from vaultweb.session import Sessions, cookie_name
from vaultweb.settings import Settings
from vaultweb.uploads import Uploads


def application(settings: Settings, sessions: Sessions, connections: Connections, news: News) -> tuple[Guard, Quick]:
    """Return the whole as one ASGI application, and the shorter way to its thumbnails.

    Routes find its parts in `request.app.state`.
    """
    app = FastAPI(
        title=described.TITLE,
        version=described.VERSION,
        openapi_url="/api/openapi.json",
        docs_url=None,  # they load scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.settings = settings
    app.state.sessions = sessions
    app.state.connections = connections
    app.state.news = news
    app.state.assets = assets = Assets()
    app.state.previews = previews = Previews(connections)
    app.state.uploads = Uploads(settings.socket)
    app.state.downloads = Downloads()
    problems.install(app)
    described.install(app, cookie_name(settings.port))
    for router in ROUTERS:
        app.include_router(router)
    app.state.routes = [route for router in ROUTERS for route in router.routes]
    app.include_router(pages.router)
    guard = Guard(app, settings, sessions)
    quick = Quick(guard.admits, previews, assets, settings.static / "assets")
    sessions.on_end = quick.forget
    return guard, quick
