"""What Docker's engine changes on its host is put back: on commands that only keep account."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

LISTED = """\
-P FORWARD ACCEPT
-N MINE
-A FORWARD -i eth0 -j MINE
"""


@pytest.fixture
def engine(
    script: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> ModuleType:
    module = script("engine")
    monkeypatch.setattr(module, "STATE", tmp_path)
    monkeypatch.setattr(module, "FORWARDING", tmp_path / "ip_forward")
    monkeypatch.setattr(module, "LINKS", tmp_path / "links")
    module.FORWARDING.write_text("0\n")
    return module


@pytest.fixture
def ran(engine: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[str], str]]:
    """Commands that were run instead of being run, with what they were given to read."""
    commands = []

    def run(command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
        commands.append((command, options.get("input", "")))
        return subprocess.CompletedProcess(command, 0, stdout=LISTED)

    monkeypatch.setattr(engine.subprocess, "run", run)
    return commands


def test_the_firewall_is_kept_with_policies_chains_and_rules(
    engine: ModuleType, ran: list[tuple[list[str], str]]
) -> None:
    kept = engine.Network.found().firewall
    assert kept.startswith(
        "*filter\n:FORWARD ACCEPT [0:0]\n:MINE - [0:0]\n-A FORWARD -i eth0 -j MINE\nCOMMIT\n*nat\n"
    )


def test_stopping_gives_back_what_was_found_first_and_only_once(
    engine: ModuleType, ran: list[tuple[list[str], str]]
) -> None:
    found = engine.Network.found()
    engine._remember(found)
    engine._remember(engine.Network("*filter\nCOMMIT\n", "1\n", []))
    engine.FORWARDING.write_text("1\n")
    (engine.LINKS / "docker0" / "bridge").mkdir(parents=True)
    ran.clear()
    engine.stop()
    engine.stop()
    assert ran == [
        (["ip", "link", "delete", "docker0"], ""),
        (["iptables-restore"], found.firewall),
    ]
    assert engine.FORWARDING.read_text() == "0\n"


def test_a_process_that_got_the_number_later_is_left_alone(
    engine: ModuleType, ran: list[tuple[list[str], str]]
) -> None:
    sleeper = subprocess.Popen(["sleep", "60"])
    try:
        (engine.STATE / "dockerd.pid").write_text(str(sleeper.pid))
        engine.stop()
        assert sleeper.poll() is None
    finally:
        sleeper.kill()
        sleeper.wait()


def test_a_machine_without_docker_is_told_how_to_get_it(
    engine: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine.shutil, "which", lambda _: None)
    with pytest.raises(engine.EngineError, match=r"not installed; .*docker/engine\.py install"):
        engine.check()


def test_only_what_is_missing_is_installed(
    engine: ModuleType, ran: list[tuple[list[str], str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine.shutil, "which", lambda program: program != "debootstrap")
    engine.install()
    assert [command[-1] for command, _ in ran] == ["-qq", "debootstrap"]
    ran.clear()
    monkeypatch.setattr(engine.shutil, "which", lambda _: "/usr/bin/it")
    engine.install()
    assert ran == []
