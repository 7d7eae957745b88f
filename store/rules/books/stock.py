"""I1, I2, I6: stock and what is reserved of it."""

from store.rules.books.check import Check, Checks
from store.rules.books.entries import Books, StockEntry


def checks(books: Books) -> Checks:
    ordered = {entry.product_id: entry.pieces for entry in books.ordered}
    held = {entry.product_id: entry.pieces for entry in books.held}
    for entry in books.stock:
        product_id = entry.product_id
        wrong = _why_not_adding_up(entry, ordered.get(product_id, 0), held.get(product_id, 0))
        yield Check("I1", wrong)
        lowest = min(entry.initial, entry.on_hand, entry.reserved, entry.sold)
        is_bad = lowest < 0 or entry.sold > entry.initial
        yield Check("I2", f"stock is out of bounds: {entry}" if is_bad else "")
    for reservation in books.reservations:
        is_late = reservation.status == "held" and reservation.overdue
        yield Check("I6", f"reservation outlives its time: {reservation}" if is_late else "")


def _why_not_adding_up(entry: StockEntry, ordered: int, held: int) -> str:
    if entry.initial != entry.on_hand + entry.reserved + entry.sold:
        return f"stock does not add up: {entry}"
    if entry.sold != ordered:
        return f"sold {entry.sold} pieces of product {entry.product_id}, {ordered} are in orders"
    if entry.reserved != held:
        return f"reserved {entry.reserved} pieces of product {entry.product_id}, {held} are held"
    return ""
