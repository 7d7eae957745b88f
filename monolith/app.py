"""The application: one process, one database, every feature."""

import atexit
from collections.abc import Iterator

from flask import Blueprint, Flask
from psycopg import OperationalError

from monolith import accounts, carts, catalog, recommendations, search, storefront
from monolith.module import Process
from monolith.modules import Modules, assemble
from monolith.orders import outbox
from monolith.orders.views import views as orders_views
from monolith.shop import InProcessShop
from store.payment_provider.client import ProviderClient
from store.runtime.application import create_base
from store.runtime.background import Background
from store.runtime.database import Database, Waits
from store.runtime.peers import Peers
from store.runtime.resilience.guard import Protection
from store.runtime.settings import Settings, SettingsError
from store.runtime.tokens import Tokens
from store.web.pages import create_shop

READY_WITHIN_S = 2.0
RELAY_EVERY_S = 0.2
GIVE_BACK_EVERY_S = 0.5
JOURNAL_CONNECTIONS = 4


def create_app() -> Flask:
    """The whole store, from the environment of this process.

    Index and model are built before it returns, so a process that answers at all has them.
    """
    settings = Settings.from_environment()
    if settings.database_url is None or settings.peers_file is None:
        raise SettingsError("the monolith needs a database and a payment provider")
    waits = Waits.of(settings.policies)
    database = Database(settings.database_url, settings.threads, waits)
    journal = Database(settings.database_url, JOURNAL_CONNECTIONS, waits)
    atexit.register(database.close)
    atexit.register(journal.close)
    app, telemetry, faults = create_base(settings, lambda: _is_ready(database), database)
    protection = Protection.of(settings, telemetry)
    token = settings.required("provider_token")
    provider = ProviderClient(Peers(settings.peers_file), protection, token)
    tokens = Tokens(settings.required("secret"))
    process = Process(settings, database, journal, telemetry, faults, tokens)
    modules = assemble(process, provider)
    for blueprint in _blueprints(modules, process):
        app.register_blueprint(blueprint)
    _start_background(modules, process)
    return app


def _is_ready(database: Database) -> bool:
    try:
        with database.autocommit(READY_WITHIN_S) as connection:
            connection.execute("SELECT 1")
    except OperationalError:
        return False
    return True


def _blueprints(modules: Modules, process: Process) -> Iterator[Blueprint]:
    yield accounts.views(modules.accounts)
    yield catalog.views(modules.catalog)
    yield search.views(modules.search)
    yield recommendations.views(modules.recommendations)
    yield carts.views(modules.carts, process.tokens)
    yield orders_views(modules.orders, process.tokens)
    shop = create_shop(InProcessShop(modules, process.tokens), process.settings.instance)
    for blueprint in (storefront.views(modules.storefront), shop):
        # Nobody calls the storefront but over HTTP, so its boundary is all of its views.
        blueprint.before_request(modules.storefront.reach)
        yield blueprint


def _start_background(modules: Modules, process: Process) -> None:
    relay = lambda: outbox.relay(process, modules.notifications.apply)  # noqa: E731 - one line says it
    Background("outbox-relay", RELAY_EVERY_S, relay).start()
    Background("charge-recovery", GIVE_BACK_EVERY_S, modules.payments.give_back_left).start()
