"""Journeys: the steps of each, and which steps need the success of an earlier one."""

from collections.abc import Collection, Mapping

from experiment.load import Journey

STEPS: Mapping[Journey, tuple[str, ...]] = {
    "browse": ("list-products", "product-page", "product-page"),
    "view": ("product-page",),
    "search": ("search", "product-page"),
    "recommend": ("recommend",),
    "buy": ("product-page", "sign-in", "put-cart-item", "checkout", "list-orders"),
}
REPEAT = "repeat-checkout"
"""One step more for the share of buyers that ``load.repeats`` names: the same key, once again."""
LONGEST = 1 + max(len(steps) for steps in STEPS.values())

_NEEDS: Mapping[str, frozenset[str]] = {
    "put-cart-item": frozenset({"sign-in"}),
    "get-cart": frozenset({"sign-in"}),
    "checkout": frozenset({"sign-in", "put-cart-item"}),
    REPEAT: frozenset({"sign-in", "put-cart-item"}),
    "list-orders": frozenset({"sign-in"}),
}


def can_run(operation: str, succeeded: Collection[str]) -> bool:
    """Whether a step has what it needs from the journey's steps that were ``ok`` so far.

    Steps that need nothing always run: one failure does not hide the state of other features.
    """
    return _NEEDS.get(operation, frozenset()).issubset(succeeded)


def is_order(operation: str, status: int | None) -> bool:
    """Whether a right answer with this status confirms an order; a refusal is right as well."""
    return operation in ("checkout", REPEAT) and status == 201  # noqa: PLR2004 - Created
