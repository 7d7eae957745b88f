"""All modules of one process, wired by hand: who calls whom."""

from dataclasses import dataclass

from monolith.accounts import Accounts
from monolith.carts import Carts
from monolith.catalog import Catalog
from monolith.inventory import Inventory
from monolith.module import Process
from monolith.notifications import Notifications
from monolith.orders.module import Orders
from monolith.payments.module import Payments
from monolith.recommendations import Recommendations, train_model
from monolith.search import Search, build_index
from monolith.storefront import Storefront
from store.payment_provider.client import ProviderClient


@dataclass(frozen=True)
class Modules:
    """Those that something outside of the modules enters."""

    accounts: Accounts
    catalog: Catalog
    search: Search
    recommendations: Recommendations
    carts: Carts
    orders: Orders
    payments: Payments
    notifications: Notifications
    storefront: Storefront


def assemble(process: Process, provider: ProviderClient) -> Modules:
    """Reads the database: the index of search and the model of recommendations are built here."""
    catalog, carts, inventory = Catalog(process), Carts(process), Inventory(process)
    payments, notifications = Payments(process, provider), Notifications(process)
    trained = train_model(process.database, process.settings.recommendation_factors)
    recommendations = Recommendations(process, trained)
    return Modules(
        accounts=Accounts(process),
        catalog=catalog,
        search=Search(process, build_index(process.database)),
        recommendations=recommendations,
        carts=carts,
        orders=Orders(process, carts, inventory, payments, notifications),
        payments=payments,
        notifications=notifications,
        storefront=Storefront(process, catalog, inventory, recommendations),
    )
