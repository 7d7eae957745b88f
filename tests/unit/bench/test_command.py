import pytest
from typer.testing import CliRunner

from experiment.errors import InputError
from testbed.cli import app, machine


def test_a_bench_with_fewer_rounds_than_starts_is_refused_before_anything_starts() -> None:
    with pytest.raises(InputError, match="4 starts need at least as many rounds"):
        machine.bench(starts=4, rounds=3)


def test_two_starts_are_refused_because_they_cannot_tell() -> None:
    done = CliRunner().invoke(app, ["bench", "--starts", "2"])
    assert done.exit_code == 2
    assert "--starts" in done.output
