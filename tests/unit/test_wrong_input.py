"""Wrong input is one sentence and exit code 2, and leaves nothing."""

from pathlib import Path

import pytest

from tests.unit.conftest import Twinstack


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("run", "none.toml"), "no scenario file"),
        (("report", "nowhere"), "is not the folder of a run"),
        (("run",), "Name a scenario"),
        (("run", "first-look", "--resume", "nowhere"), "give --resume and nothing else"),
        (
            ("run", "--resume", "nowhere", "--load-listen", "127.0.0.1:5557"),
            "give --resume and nothing else",
        ),
        (("run", "--resume", "nowhere"), "is not the folder of a run"),
        (("run", "first-look", "--blocks", "0"), "Invalid value for '--blocks'"),
        (("run", "first-look", "--seed", str(2**32)), "Invalid value for '--seed'"),
        (
            ("load-worker", "--master", "127.0.0.1:1", "--patience-s", "nan"),
            "Invalid value for '--patience-s'",
        ),
        (
            ("trace", "import", "-", "--out", "x", "--max-gap", "nan"),
            "Invalid value for '--max-gap'",
        ),
        (("up", "monolith", "--products", "19"), "Invalid value for '--products'"),
        (("fly",), "No such command"),
    ],
)
def test_a_command_that_cannot_be_obeyed(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    twinstack: Twinstack,
    arguments: tuple[str, ...],
    sentence: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    code, says = twinstack(*arguments)
    assert code == 2
    assert sentence in says
    assert list(tmp_path.glob("results/*")) == []
