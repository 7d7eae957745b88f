"""Commands without a process for each."""

import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from testbed import cli

Twinstack = Callable[..., tuple[int, str]]


@pytest.fixture
def twinstack(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Iterator[Twinstack]:
    """Runs a command in this process; returns its exit code and what it said of its failure."""

    def command(*words: object) -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["twinstack", *map(str, words)])
        try:
            cli.main()
        except SystemExit as ended:
            return int(ended.code or 0), capsys.readouterr().err
        return 0, capsys.readouterr().err

    monkeypatch.setenv("TWINSTACK_STATE", str(tmp_path / "state"))
    yield command
    gc.enable()  # a report does without it
