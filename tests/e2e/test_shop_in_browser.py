"""The web shop of both architectures as a visitor meets it, in a real browser, without script."""

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import requests
from playwright.sync_api import Browser, Page, expect, sync_playwright

from experiment.store import Architecture
from store.runtime.faults.error import Error
from testbed.platforms.platform import RunningStore

ARGUMENTS = [
    "--no-sandbox",
    "--headless",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
ACCESSIBILITY = (Path(__file__).parent / "accessibility.js").read_text()
PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 800}
MOST_TAB_STOPS = 120
FOCUSED_NAME = """() => {
    const it = document.activeElement;
    return (it.labels?.[0] ?? it).textContent.trim().replace(/\\s+/g, " ");
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("There is no Chromium on the PATH: apt-get install chromium.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module", params=["monolith", "microservices"])
def store(
    request: pytest.FixtureRequest,
    browser: Browser,
    running_store: Callable[[Architecture], RunningStore],
) -> RunningStore:
    """A running store; a test that asks for it runs against both architectures."""
    return running_store(request.param)


@pytest.fixture
def page(browser: Browser, store: RunningStore) -> Iterator[Page]:
    """A window on the shop's home page, of a visitor who is not known yet."""
    context = browser.new_context(
        base_url=store.url, viewport=DESKTOP, java_script_enabled=False, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto("/")
    yield page
    context.close()


@pytest.fixture
def customer(page: Page) -> Page:
    """The same window after registering."""
    page.goto("/register")
    page.get_by_label("Name").fill("Ada Lovejoy")
    page.get_by_label("E-mail address").fill(_fresh_address())
    page.get_by_label("Password").fill("correct horse")
    page.get_by_role("main").get_by_role("button").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    return page


@pytest.fixture
def recommendations_down(store: RunningStore) -> Iterator[None]:
    address = f"{store.url}/api/product-pages/1"
    store.arm_faults([Error(role="recommendations")])
    try:
        _await_degraded(address, ["recommendations"])
        yield
    finally:
        store.arm_faults([])
        _await_degraded(address, [])


def _fresh_address() -> str:
    return f"{uuid4().hex}@example.org"


def _await_degraded(address: str, roles: list[str]) -> None:
    deadline = time.monotonic() + 20
    while requests.get(address, timeout=10).json()["degraded"] != roles:
        assert time.monotonic() < deadline, f"{address} does not become degraded by {roles}"
        time.sleep(0.1)


def _tab_to(page: Page, name: str) -> None:
    """Move the focus with the keyboard alone."""
    seen = []
    for _ in range(MOST_TAB_STOPS):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(FOCUSED_NAME))
        if seen[-1].startswith(name):
            return
    pytest.fail(f"The keyboard does not reach {name!r}, only {seen}")


def _press(page: Page, name: str) -> None:
    _tab_to(page, name)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def _write(page: Page, label: str, text: str) -> None:
    _tab_to(page, label)
    page.keyboard.type(text)


def _put_into_cart(page: Page, product_id: int) -> None:
    page.goto(f"/products/{product_id}")
    page.get_by_role("button", name="Add to cart").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cart")


def _order(page: Page, submit: Callable[[], None]) -> None:
    """Order; about one payment in a hundred is declined by chance, and then tried again."""
    done = page.get_by_text("Confirmed and paid.")
    declined = page.get_by_text("The payment was declined.")
    again = page.get_by_role("button", name="Try again")
    for _ in range(3):
        submit()
        expect(done.or_(declined).or_(again)).to_be_visible()
        if again.is_visible():
            again.click()
            expect(done.or_(declined)).to_be_visible()
        if done.is_visible():
            return
    pytest.fail("Three payments in a row were declined.")


def test_a_visitor_registers_finds_orders_and_sees_the_order_by_keyboard_alone(page: Page) -> None:
    product = page.locator(".tile h2").first.inner_text()
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED_NAME) == "Skip to content"
    _press(page, "Sign in")
    _press(page, "Make an account")
    _write(page, "Name", "Ada Lovejoy")
    _write(page, "E-mail address", _fresh_address())
    _write(page, "Password", "correct horse")
    _press(page, "Make an account")
    _tab_to(page, "Search products")
    page.keyboard.type(product)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    _press(page, product)
    expect(page.get_by_role("heading", level=1)).to_have_text(product)
    _press(page, "Add to cart")
    expect(page.get_by_role("heading", level=1)).to_have_text("Cart")
    _order(page, lambda: _press(page, "Order and pay"))
    _press(page, "Orders")
    expect(page.locator(".orders li")).to_have_count(1)
    expect(page.locator(".orders li")).to_contain_text(product)


def test_the_focus_is_visible_at_every_stop(page: Page) -> None:
    for _ in range(30):
        page.keyboard.press("Tab")
        outlined = page.evaluate(
            """() => [document.activeElement, document.activeElement.closest(".tile")]
                .some((it) => it && getComputedStyle(it).outlineStyle !== "none")"""
        )
        assert outlined, page.evaluate(FOCUSED_NAME)


def test_a_double_click_orders_once(customer: Page) -> None:
    _put_into_cart(customer, 3)
    _order(customer, customer.get_by_role("button", name="Order and pay").dblclick)
    customer.goto("/orders")
    expect(customer.locator(".orders li")).to_have_count(1)


def test_a_declined_card_is_explained_and_the_cart_is_kept(customer: Page) -> None:
    _put_into_cart(customer, 3)
    customer.get_by_label("Card").fill("card_declined")
    customer.get_by_role("button", name="Order and pay").click()
    expect(customer.get_by_role("alert")).to_have_text("The payment was declined.")
    expect(customer.locator(".cart li")).to_have_count(1)


def test_going_back_to_a_cart_after_ordering_finds_it_empty(customer: Page) -> None:
    _put_into_cart(customer, 3)

    def order_from_the_cart() -> None:
        # After a decline the browser shows the answer to a POST, to which it cannot go back.
        customer.goto("/cart")
        customer.get_by_role("button", name="Order and pay").click()

    _order(customer, order_from_the_cart)
    customer.go_back()
    expect(customer.get_by_text("Your cart is empty.")).to_be_visible()


def test_signing_in_leads_back_to_where_one_was(page: Page) -> None:
    page.goto("/products/3")
    product = page.get_by_role("heading", level=1).inner_text()
    page.get_by_role("button", name="Add to cart").click()
    page.get_by_role("link", name="Make an account").click()
    page.get_by_label("Name").fill("Ada Lovejoy")
    page.get_by_label("E-mail address").fill(_fresh_address())
    page.get_by_label("Password").fill("correct horse")
    page.get_by_role("main").get_by_role("button").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(product)


@pytest.mark.parametrize(
    ("scheme", "viewport"),
    [
        pytest.param("light", DESKTOP, id="light-desktop"),
        pytest.param("dark", PHONE, id="dark-phone", marks=pytest.mark.long),
        pytest.param("dark", DESKTOP, id="dark-desktop", marks=pytest.mark.long),
        pytest.param("light", PHONE, id="light-phone", marks=pytest.mark.long),
    ],
)
def test_every_page_is_accessible(customer: Page, scheme: str, viewport: dict[str, int]) -> None:
    customer.set_viewport_size(viewport)
    customer.emulate_media(color_scheme=scheme)
    _put_into_cart(customer, 3)
    addresses = ["/", "/search?q=oak", "/search", "/products/3", "/cart", "/orders", "/nowhere"]
    for address in [*addresses, "/sign-in", "/register"]:
        customer.goto(address)
        assert customer.evaluate(ACCESSIBILITY) == [], address
    customer.goto("/cart")
    _order(customer, customer.get_by_role("button", name="Order and pay").click)
    assert customer.evaluate(ACCESSIBILITY) == [], "the page of an order"


def test_a_shop_without_recommendations_says_so_calmly(
    page: Page, recommendations_down: None
) -> None:
    page.goto("/products/1")
    expect(page.get_by_text("Recommendations are taking a break.")).to_be_visible()
    expect(page.get_by_role("button", name="Add to cart")).to_be_visible()
    assert page.evaluate(ACCESSIBILITY) == []


def test_the_foot_of_the_page_says_which_instance_answered(page: Page, store: RunningStore) -> None:
    named = page.get_by_text("Answered by").locator("code").inner_text()
    assert named in {instance.name for instance in store.instances()}
