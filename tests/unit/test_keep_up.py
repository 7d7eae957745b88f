"""``up`` with a store that is none: what it says, and how it ends."""

import subprocess
import sys
from contextlib import nullcontext
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import pytest

from experiment.errors import RunError
from experiment.store import Sample
from testbed import keeping
from testbed.platforms.platform import Deployment
from testbed.telling import Telling
from testbed.terminal import Terminal


class FakeStore:
    url = "http://127.0.0.1:1"
    start_s = 1.25
    looks = 0
    is_up = True

    def check(self) -> None:
        self.looks += 1
        if self.looks == 3:
            raise RunError("The edge has ended.")

    def down(self) -> None:
        self.is_up = False


class FakePlatform:
    def __init__(self, store: FakeStore, folder: Path) -> None:
        self._store = store
        self.belongings = SimpleNamespace(temporary_folder=lambda: nullcontext(folder))

    def up(
        self, deployment: Deployment, _workdir: Path, port: int | None, tell: Telling
    ) -> FakeStore:
        assert port is None
        tell(deployment.starting)
        return self._store


def test_up_says_its_steps_looks_at_its_store_and_ends_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, said = FakeStore(), StringIO()
    monkeypatch.setattr(
        keeping, "open_platform", lambda _: nullcontext(FakePlatform(store, tmp_path))
    )
    monkeypatch.setattr(keeping, "LOOK_EVERY_S", 0.0)
    with pytest.raises(RunError, match="The edge has ended"):
        keeping.keep_up(Terminal(file=said), "monolith", None, Sample())
    assert said.getvalue().splitlines()[:2] == [
        "Starting the edge, the payment provider and 1 instance of monolith.",
        "monolith is at http://127.0.0.1:1 (ready in 1.2 s)",
    ]
    assert not store.is_up


def test_up_loads_nothing_that_draws() -> None:
    """It would take as long to load as the rest of the start."""
    loaded = "import sys, testbed.keeping; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", loaded], check=False).returncode == 0
