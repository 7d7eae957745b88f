"""What a test bed has to run: one kind of process."""

from monolith.data import TABLES, create_data, read_books, read_limbo
from store.runtime.deployable import Deployable

DEPLOYABLES = (
    Deployable(
        role="monolith",
        app="monolith.app:create_app()",
        routes=("/",),
        secrets=("secret", "provider_token"),
        create_data=create_data,
        read_books=read_books,
        read_limbo=read_limbo,
        tables=TABLES,
    ),
)
