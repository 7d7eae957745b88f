from microservices.payments.data import create_data, read_books, read_limbo
from store.runtime.deployable import Deployable

DEPLOYABLE = Deployable(
    role="payments",
    app="microservices.payments.app:create_app()",
    routes=(),
    secrets=("service_token", "provider_token"),
    create_data=create_data,
    read_books=read_books,
    read_limbo=read_limbo,
)
