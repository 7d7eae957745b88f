"""A budget that holds under load only."""

from pathlib import Path

import pytest

from testbed.platforms.machine.easing import Easing

FILES = {"cpu.max": ("2500 10000", "max 10000"), "cpu.cfs_quota_us": ("2500", "-1")}


@pytest.mark.parametrize("name", FILES)
def test_the_quota_holds_inside_and_is_lifted_before_and_after(tmp_path: Path, name: str) -> None:
    held, lifted = FILES[name]
    file = tmp_path / name
    file.write_text(held)
    easing = Easing([tmp_path])
    assert file.read_text() == lifted
    with easing.held():
        assert file.read_text() == held
    assert file.read_text() == lifted
    assert easing.says == ", under load only"


def test_a_load_that_fails_lifts_the_quota_too(tmp_path: Path) -> None:
    (tmp_path / "cpu.max").write_text("2500 10000")
    easing = Easing([tmp_path])
    with pytest.raises(KeyError), easing.held():
        raise KeyError
    assert (tmp_path / "cpu.max").read_text() == "max 10000"


def test_without_a_cpu_quota_there_is_nothing_to_lift(tmp_path: Path) -> None:
    (tmp_path / "memory.max").write_text("1000")
    easing = Easing([tmp_path])
    with easing.held():
        assert [file.name for file in tmp_path.iterdir()] == ["memory.max"]
    assert easing.says == ""
