from microservices.carts.data import create_data
from store.rules.books import Books
from store.runtime.deployable import Deployable

DEPLOYABLE = Deployable(
    role="carts",
    app="microservices.carts.app:create_app()",
    routes=("/api/cart",),
    secrets=("secret", "service_token"),
    create_data=create_data,
    read_books=lambda _: Books(),
)
