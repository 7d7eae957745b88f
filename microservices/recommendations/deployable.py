from microservices.recommendations.data import create_data
from store.rules.books import Books
from store.runtime.deployable import Deployable

DEPLOYABLE = Deployable(
    role="recommendations",
    app="microservices.recommendations.app:create_app()",
    routes=("/api/recommendations",),
    create_data=create_data,
    read_books=lambda _: Books(),
)
