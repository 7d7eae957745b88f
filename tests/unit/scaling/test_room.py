"""How many instances fit into what is left."""

import pytest

from scaling.room import Room

COUNTS = {"monolith": 2}
SERVICES = {"storefront": 1, "recommendations": 1}
BY_COST = Room(most_cpus=0.8, quotas={"storefront": 0.2, "recommendations": 0.1})


def test_without_limits_any_number_fits() -> None:
    assert Room().most_of("monolith", COUNTS) is None
    assert Room().lacks(COUNTS) is None


def test_what_others_have_is_not_left() -> None:
    assert Room(most_instances=6).most_of("recommendations", SERVICES) == 5
    assert BY_COST.most_of("recommendations", SERVICES) == 6
    assert BY_COST.most_of("storefront", SERVICES) == 3


def test_quotas_that_fill_the_budget_exactly_fit() -> None:
    thirds = Room(most_cpus=0.3, quotas={"monolith": 0.1})
    assert thirds.most_of("monolith", COUNTS) == 3
    assert thirds.lacks({"monolith": 3}) is None


@pytest.mark.parametrize(
    ("room", "says"),
    [
        (Room(most_instances=1), "2 instances, and 1 are allowed"),
        (
            Room(most_cpus=0.25, quotas=BY_COST.quotas),
            "instances of 0.3 CPUs together, and 0.25 are left for them",
        ),
    ],
)
def test_what_does_not_fit_is_said_in_words(room: Room, says: str) -> None:
    assert room.lacks(SERVICES) == says
