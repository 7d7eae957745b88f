from microservices.notifications.data import create_data, read_books
from store.runtime.deployable import Deployable

DEPLOYABLE = Deployable(
    role="notifications",
    app="microservices.notifications.app:create_app()",
    routes=(),
    secrets=("service_token",),
    create_data=create_data,
    read_books=read_books,
)
