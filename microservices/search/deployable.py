from microservices.search.data import create_data
from store.rules.books import Books
from store.runtime.deployable import Deployable

DEPLOYABLE = Deployable(
    role="search",
    app="microservices.search.app:create_app()",
    routes=("/api/search",),
    create_data=create_data,
    read_books=lambda _: Books(),
)
