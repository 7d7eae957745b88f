"""Blank answers: the same from a module of the monolith and from a service."""

from dataclasses import dataclass

import pytest
from flask import Flask
from struck import Struck

from microservices.service import _add_boundary
from monolith.module import Module, Process, entry
from store.rules.pricing import Item, price_basket
from store.runtime.faults import blank
from store.runtime.faults.wrong_body import WrongBody
from store.runtime.problems import not_found
from store.runtime.settings import Settings
from store.runtime.tokens import Tokens

HIT = {"product_id": 3, "name": "Lamp", "score": 0.5, "coupon": None, "is_new": True}
BLANK_HIT = {"product_id": 0, "name": "", "score": 0.0, "coupon": None, "is_new": True}


class Catalog(Module):
    role = "catalog"

    @entry
    def hit(self) -> dict[str, object]:
        return dict(HIT)

    @entry
    def gone(self) -> None:
        raise not_found("product")

    @entry
    def nothing(self) -> None:
        pass


def _module(process: Struck) -> Catalog:
    settings = Settings(role="monolith", instance="monolith-1", secret="s")
    parts = (settings, None, None, process.telemetry, process.points, Tokens("s"))
    return Catalog(Process(*parts))


def _service(process: Struck) -> Flask:
    app = Flask("catalog")
    app.add_url_rule("/hit", "hit", view_func=lambda: dict(HIT))
    app.add_url_rule("/gone", "gone", view_func=lambda: (dict(HIT), 404))
    app.add_url_rule("/nothing", "nothing", view_func=lambda: ("", 204))
    app.add_url_rule("/healthz", "healthz", view_func=lambda: dict(HIT))
    _add_boundary(app, "catalog", process.points)
    return app


def test_an_answer_is_blank_on_both_sides(process: Struck) -> None:
    process.arm(WrongBody(role="catalog"))
    assert _module(process).hit() == BLANK_HIT
    assert _service(process).test_client().get("/hit").json == BLANK_HIT
    assert process.hits == 2


def test_other_roles_answer_as_ever(process: Struck) -> None:
    process.arm(WrongBody(role="search"))
    assert _module(process).hit() == HIT
    assert _service(process).test_client().get("/hit").json == HIT


def test_refusals_and_calls_without_an_answer_are_not_struck(process: Struck) -> None:
    process.arm(WrongBody(role="catalog"))
    module, client = _module(process), _service(process).test_client()
    module.nothing()
    with pytest.raises(Exception, match="no such product"):
        module.gone()
    assert client.get("/gone").json == HIT
    assert client.get("/nothing").data == b""
    assert client.get("/healthz").json == HIT
    assert process.hits == 0


def test_what_is_found_by_a_blank_number_is_not_found_by_its_own() -> None:
    assert blank({7: {"name": "Lamp"}}) == {0: {"name": ""}}


def test_a_blank_basket_is_still_a_basket_of_so_many_lines() -> None:
    basket = price_basket([Item(3, "Lamp", 2, 1_000), Item(4, "Desk", 1, 9_000)])
    spoilt = blank(basket)
    assert type(spoilt) is type(basket)
    assert [line.quantity for line in spoilt.lines] == [0, 0]
    assert spoilt.subtotal_cents == 0


def test_a_value_without_a_known_blank_is_refused() -> None:
    @dataclass
    class Answer:
        made_of: object

    with pytest.raises(TypeError, match="no blank object"):
        blank(Answer(object()))
