"""What a container's process becomes: the same server as a process of platform ``local``."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from store.runtime import serving
from store.runtime.settings import SettingsError


def test_an_instance_is_named_after_its_container_unless_it_was_given_a_name() -> None:
    assert serving.completed({}, "a1b2")["TWINSTACK_INSTANCE"] == "a1b2"
    named = serving.completed({"TWINSTACK_INSTANCE": "carts-2"}, "a1b2")
    assert named["TWINSTACK_INSTANCE"] == "carts-2"


def test_secrets_are_read_from_the_files_that_the_environment_names(tmp_path: Path) -> None:
    (tmp_path / "signing").write_text("s3\n")
    (tmp_path / "password").write_text("p4\n")
    found = serving.completed(
        {
            "TWINSTACK_SECRET_FILE": str(tmp_path / "signing"),
            "TWINSTACK_DATABASE_PASSWORD_FILE": str(tmp_path / "password"),
        },
        "host",
    )
    assert (found["TWINSTACK_SECRET"], found["PGPASSWORD"]) == ("s3", "p4")


def test_a_secret_that_cannot_be_read_is_told_by_its_file(tmp_path: Path) -> None:
    missing = str(tmp_path / "missing")
    with pytest.raises(SettingsError, match="missing cannot be read: No such file"):
        serving.completed({"TWINSTACK_SECRET_FILE": missing}, "host")


def _served(**environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "store.runtime.serving"],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path.cwd()), **environment},
        check=False,
        capture_output=True,
        text=True,
    )


def test_a_process_without_an_application_ends_in_one_sentence() -> None:
    ended = _served(TWINSTACK_ROLE="carts", TWINSTACK_SECRET="s")
    assert (ended.returncode, ended.stderr) == (1, "missing in the environment: TWINSTACK_APP\n")


def test_a_process_without_settings_says_which_are_missing() -> None:
    ended = _served(TWINSTACK_APP="monolith.app:create_app()")
    assert ended.returncode == 1
    assert "TWINSTACK_ROLE" in ended.stderr
