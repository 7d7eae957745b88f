"""What all pages have in common."""

import re

import pytest
from flask.testing import FlaskClient

PUBLIC = ["/", "/search?q=oak", "/products/1", "/sign-in", "/register", "/products/404"]
OWN = ["/cart", "/orders"]


@pytest.mark.parametrize("address", PUBLIC)
def test_every_page_says_who_answered(stranger: FlaskClient, address: str) -> None:
    page = stranger.get(address)
    assert "Answered by <code>monolith-7</code>" in page.text
    assert page.headers["X-Instance"] == "monolith-7"


@pytest.mark.parametrize("address", PUBLIC)
def test_every_page_forbids_foreign_content(stranger: FlaskClient, address: str) -> None:
    headers = stranger.get(address).headers
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("address", [*PUBLIC, *OWN])
def test_pages_of_a_signed_in_visitor_are_never_stored(customer: FlaskClient, address: str) -> None:
    assert customer.get(address).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("address", OWN)
def test_own_pages_lead_to_sign_in_and_back(stranger: FlaskClient, address: str) -> None:
    answer = stranger.get(address)
    assert answer.status_code == 303
    assert answer.location == f"/sign-in?next={address}"


def test_the_style_sheet_may_be_kept_and_is_checked_by_etag(stranger: FlaskClient) -> None:
    found = re.search(r'href="(/static/shop\.css\?v=\w+)"', stranger.get("/").text)
    assert found
    style = stranger.get(found[1])
    assert style.mimetype == "text/css"
    assert style.cache_control.max_age == 365 * 24 * 3600
    style.close()
    again = stranger.get(found[1], headers={"If-None-Match": style.headers["ETag"]})
    assert again.status_code == 304
    again.close()


def test_nothing_but_static_files_is_served_as_one(stranger: FlaskClient) -> None:
    assert stranger.get("/static/../pages.py").status_code == 404
