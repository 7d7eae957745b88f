import pytest

from experiment.errors import InputError
from testbed.cli import machine


def test_a_bench_with_fewer_rounds_than_starts_is_refused_before_anything_starts() -> None:
    with pytest.raises(InputError, match="4 starts need at least as many rounds"):
        machine.bench(starts=4, rounds=3)
