"""All processes of the architecture: ten services."""

from microservices.accounts.deployable import DEPLOYABLE as ACCOUNTS
from microservices.carts.deployable import DEPLOYABLE as CARTS
from microservices.catalog.deployable import DEPLOYABLE as CATALOG
from microservices.inventory.deployable import DEPLOYABLE as INVENTORY
from microservices.notifications.deployable import DEPLOYABLE as NOTIFICATIONS
from microservices.orders.deployable import DEPLOYABLE as ORDERS
from microservices.payments.deployable import DEPLOYABLE as PAYMENTS
from microservices.recommendations.deployable import DEPLOYABLE as RECOMMENDATIONS
from microservices.search.deployable import DEPLOYABLE as SEARCH
from microservices.storefront.deployable import DEPLOYABLE as STOREFRONT

DEPLOYABLES = (
    STOREFRONT,
    ACCOUNTS,
    CATALOG,
    SEARCH,
    RECOMMENDATIONS,
    CARTS,
    INVENTORY,
    PAYMENTS,
    ORDERS,
    NOTIFICATIONS,
)
