"""What the web pages get from the store: the same entries that the API views call."""

from dataclasses import dataclass
from uuid import UUID

from monolith.modules import Modules
from store.runtime.tokens import Tokens
from store.web.shop import Document


@dataclass(frozen=True)
class InProcessShop:
    """``store.web.shop.Shop`` by calls within the process."""

    modules: Modules
    tokens: Tokens

    def products(self, category: str | None, page: int, page_size: int) -> Document:
        return self.modules.catalog.products(category, page, page_size)

    def product_page(self, product_id: int) -> Document:
        return self.modules.storefront.product_page(product_id)

    def search(self, q: str, page: int, page_size: int) -> Document:
        return self.modules.search.search(q, page, page_size)

    def register(self, email: str, name: str, password: str) -> Document:
        return self.modules.accounts.register(email, name, password)

    def sign_in(self, email: str, password: str, earlier_token: str) -> Document:
        return self.modules.accounts.sign_in(email, password, earlier_token)

    def cart(self, token: str) -> Document:
        return self.modules.carts.cart(self.tokens.customer(token))

    def put_cart_item(self, token: str, product_id: int, quantity: int) -> Document:
        return self.modules.carts.put(self.tokens.customer(token), product_id, quantity)

    def add_cart_item(self, token: str, product_id: int, quantity: int) -> Document:
        return self.modules.carts.add(self.tokens.customer(token), product_id, quantity)

    def delete_cart_item(self, token: str, product_id: int) -> Document:
        return self.modules.carts.delete(self.tokens.customer(token), product_id)

    def checkout(self, token: str, key: str, card: str, coupon: str | None) -> Document:
        return self.modules.orders.checkout(self.tokens.customer(token), key, card, coupon)

    def orders(self, token: str, page: int, page_size: int) -> Document:
        return self.modules.orders.orders(self.tokens.customer(token), page, page_size)

    def order(self, token: str, order_id: str) -> Document:
        return self.modules.orders.order(self.tokens.customer(token), UUID(order_id))
