from testbed.platforms.store.shedding import QUIET_S, Shedding


class Edge:
    def __init__(self) -> None:
        self.now, self.refused = 100.0, {"carts": 0, "search": 0}
        self.told: list[tuple[str, str]] = []
        self.shedding = Shedding(
            lambda: dict(self.refused), lambda *told: self.told.append(told), lambda: self.now
        )

    def after(self, seconds: float, **refused: int) -> None:
        self.now += seconds
        for role, more in refused.items():
            self.refused[role] += more
        assert self.shedding.totals() == self.refused


def test_shedding_begins_with_a_refusal_and_ends_when_there_are_no_more() -> None:
    edge = Edge()
    edge.after(1.0)
    assert edge.told == []
    edge.after(1.0, carts=5)
    edge.after(1.0, carts=1)
    assert edge.told == [("carts", "shedding-began")]
    edge.after(1.0)
    edge.after(QUIET_S)
    edge.after(QUIET_S)
    assert edge.told == [("carts", "shedding-began"), ("carts", "shedding-ended")]


def test_looking_twice_in_a_moment_does_not_end_it() -> None:
    edge = Edge()
    edge.after(1.0, carts=5)
    edge.after(0.01)
    edge.after(1.0, carts=5)
    assert edge.told == [("carts", "shedding-began")]


def test_each_role_is_told_apart() -> None:
    edge = Edge()
    edge.after(1.0, carts=1)
    edge.after(1.0, search=1)
    edge.after(1.0, search=1)
    assert edge.told == [
        ("carts", "shedding-began"),
        ("search", "shedding-began"),
        ("carts", "shedding-ended"),
    ]
