from microservices.accounts.data import create_data
from store.rules.books import Books
from store.runtime.deployable import Deployable

DEPLOYABLE = Deployable(
    role="accounts",
    app="microservices.accounts.app:create_app()",
    routes=("/api/accounts", "/api/sessions"),
    secrets=("secret",),
    create_data=create_data,
    read_books=lambda _: Books(),
)
