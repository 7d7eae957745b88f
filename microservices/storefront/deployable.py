from store.runtime.deployable import Deployable

DEPLOYABLE = Deployable(
    role="storefront",
    app="microservices.storefront.app:create_app()",
    routes=("/", "/api/product-pages"),
    secrets=("service_token",),
)
