from microservices.inventory.data import create_data, read_books, read_limbo
from store.runtime.deployable import Deployable

DEPLOYABLE = Deployable(
    role="inventory",
    app="microservices.inventory.app:create_app()",
    routes=(),
    secrets=("service_token",),
    create_data=create_data,
    read_books=read_books,
    read_limbo=read_limbo,
)
