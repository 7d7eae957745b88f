"""A scenario knows the guards that the stores have, and no others."""

from typing import get_args

from experiment import store as planned
from store.runtime import guards


def test_an_arm_can_run_without_each_guard_that_there_is() -> None:
    assert set(get_args(planned.Guard)) == set(get_args(guards.Guard))
