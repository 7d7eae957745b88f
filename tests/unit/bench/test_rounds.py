import pytest

from testbed.bench.cost import Cost
from testbed.bench.rounds import Measure, interleaved, over_starts


def test_every_way_is_measured_once_a_round_in_an_order_that_changes() -> None:
    asked: list[tuple[int, str]] = []

    def measure(name: str) -> Measure:
        def made(number: int) -> Cost:
            asked.append((number, name))
            return Cost(float(number), {})

        return made

    costs = interleaved({name: measure(name) for name in "abc"}, 6, 1, lambda _: None)
    by_round = [[name for number, name in asked if number == each] for each in range(7)]
    assert all(sorted(names) == ["a", "b", "c"] for names in by_round)
    assert len({tuple(names) for names in by_round}) > 2
    assert [cost.wall_ms for cost in costs["a"]] == [1, 2, 3, 4, 5, 6]


def test_a_seed_gives_its_order_again() -> None:
    def orders(seed: int) -> list[str]:
        seen: list[str] = []
        ways: dict[str, Measure] = {
            name: lambda _, name=name: seen.append(name) or Cost(1.0, {})  # type: ignore[misc, func-returns-value]
            for name in "abcd"
        }
        interleaved(ways, 3, seed, lambda _: None)
        return seen

    assert orders(7) == orders(7) != orders(8)


def test_a_start_is_one_unit_however_many_rounds_it_has() -> None:
    first = {"a": [Cost(1.0, {"caller": 0.2}), Cost(3.0, {"caller": 0.4})]}
    second = {"a": [Cost(5.0, {"caller": 0.5})]}
    [one, other] = over_starts([first, second])["a"]
    assert (one.wall_ms, other.wall_ms) == (2.0, 5.0)
    assert one.cpu_ms["caller"] == pytest.approx(0.3)
