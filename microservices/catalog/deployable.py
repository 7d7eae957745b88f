from microservices.catalog.data import create_data
from store.rules.books import Books
from store.runtime.deployable import Deployable

DEPLOYABLE = Deployable(
    role="catalog",
    app="microservices.catalog.app:create_app()",
    routes=("/api/products",),
    secrets=("service_token",),
    create_data=create_data,
    read_books=lambda _: Books(),
)
