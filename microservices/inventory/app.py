"""The inventory: what is in stock, and for whom it is kept."""

from uuid import UUID

from flask import Flask
from pydantic import BaseModel

from microservices.inventory import stock
from microservices.inventory.reservations import Reservations
from microservices.inventory.stock import Lines
from microservices.service import create_service
from store.runtime import inputs
from store.runtime.background import Background
from store.runtime.database import Database
from store.runtime.problems import not_found

SWEEP_EVERY_S = 1.0


class Line(BaseModel):
    product_id: int
    quantity: int


class NewReservation(BaseModel):
    lines: list[Line]

    def ascending(self) -> Lines:
        ordered = sorted(self.lines, key=lambda line: line.product_id)
        return Lines([each.product_id for each in ordered], [each.quantity for each in ordered])


def create_app() -> Flask:
    service = create_service("inventory")
    reservations = Reservations(service.database, service.settings.reservation_s)
    _add_stock_calls(service.app, service.database)
    _add_reservation_calls(service.app, reservations)
    if "reservation-expiry" not in service.settings.without:
        Background("reservation-sweeper", SWEEP_EVERY_S, reservations.expire_one).start()
    return service.app


def _add_stock_calls(app: Flask, database: Database) -> None:
    @app.get("/internal/stock/<int:product_id>")
    def get_stock(product_id: int) -> dict[str, int]:
        with database.autocommit() as connection:
            pieces = stock.available(connection, product_id)
        if pieces is None:
            raise not_found("product")
        return {"product_id": product_id, "available": pieces}


def _add_reservation_calls(app: Flask, reservations: Reservations) -> None:
    path = "/internal/reservations/<uuid:order_id>/<int:attempt>"

    @app.put(path)
    def hold(order_id: UUID, attempt: int) -> tuple[str, int]:
        reservations.hold(order_id, attempt, inputs.body(NewReservation).ascending())
        return "", 204

    @app.put(f"{path}/sale")  # not POST: it may be repeated, and callers go by the verb
    def sell(order_id: UUID, attempt: int) -> tuple[str, int]:
        reservations.sell(order_id, attempt)
        return "", 204

    @app.delete(path)
    def release(order_id: UUID, attempt: int) -> tuple[str, int]:
        reservations.release(order_id, attempt)
        return "", 204
