from microservices.orders.data import create_data, read_books, read_limbo
from store.runtime.deployable import Deployable

DEPLOYABLE = Deployable(
    role="orders",
    app="microservices.orders.app:create_app()",
    routes=("/api/orders",),
    secrets=("secret", "service_token"),
    create_data=create_data,
    read_books=read_books,
    read_limbo=read_limbo,
)
