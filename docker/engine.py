#!/usr/bin/env python3
"""Docker's engine by hand, where no init system starts it: in CI, or inside a container.

``start`` does nothing where an engine answers already. ``stop`` ends only what ``start`` began, and
gives the firewall back as ``start`` found it: Docker itself leaves its chains, and FORWARD at DROP.
Needs root, and nothing but the standard library.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

PACKAGES = {
    "docker.io": "dockerd",
    "iptables": "iptables",
    "docker-compose": "docker-compose",
    "debootstrap": "debootstrap",
}
"""Debian's packages, each with the program that makes it unnecessary."""
FOR_ADMINISTRATORS = "/usr/local/sbin:/usr/sbin:/sbin"
"""Folders of these programs, which ``su`` leaves out of the PATH."""
STATE = Path("/run/twinstack-engine")
TABLES = ("filter", "nat", "mangle", "raw")
START_WITHIN_S = 60.0
STOP_WITHIN_S = 60.0
POLL_S = 0.1
FORWARDING = Path("/proc/sys/net/ipv4/ip_forward")
LINKS = Path("/sys/class/net")


class EngineError(Exception):
    """The engine cannot be started or stopped; says what to do in one sentence."""


@dataclass(frozen=True)
class Network:
    """What the engine changes on its host."""

    firewall: str
    """All tables in the form that ``iptables-restore`` reads."""
    forwarding: str
    bridges: list[str]

    @classmethod
    def found(cls) -> "Network":
        firewall = "".join(map(_table, TABLES))
        return cls(firewall, FORWARDING.read_text(encoding="ascii"), _bridges())

    def restore(self) -> None:
        for bridge in set(_bridges()) - set(self.bridges):
            subprocess.run(["ip", "link", "delete", bridge], check=True)
        subprocess.run(["iptables-restore"], input=self.firewall, text=True, check=True)
        FORWARDING.write_text(self.forwarding, encoding="ascii")


def _table(name: str) -> str:
    """Unlike ``iptables-save``, also when it holds nothing: what came later has to go."""
    listed = subprocess.run(
        ["iptables", "-t", name, "-S"], check=True, capture_output=True, text=True
    ).stdout.splitlines()
    chains, rules = [], []
    for line in listed:
        match line.split():
            case ["-P", chain, policy]:
                chains.append(f":{chain} {policy} [0:0]")
            case ["-N", chain]:
                chains.append(f":{chain} - [0:0]")
            case _:
                rules.append(line)
    return "\n".join([f"*{name}", *chains, *rules, "COMMIT", ""])


def _bridges() -> list[str]:
    return [link.parent.name for link in LINKS.glob("*/bridge")]


def install() -> None:
    missing = [package for package, program in PACKAGES.items() if not shutil.which(program)]
    if not missing:
        return
    subprocess.run(["apt-get", "update", "-qq"], check=True)
    subprocess.run(
        ["apt-get", "install", "--yes", "-qq", "--no-install-recommends", *missing],
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        stdout=subprocess.DEVNULL,
        check=True,
    )


def check() -> None:
    """EngineError tells the first thing that is missing and how to get it."""
    if shutil.which("docker") is None:
        raise EngineError(
            "Docker is not installed; on Debian or Ubuntu, as root: docker/engine.py install"
        )
    if not answers():
        raise EngineError(
            "Docker's engine does not answer; start it as your system does (systemctl start "
            "docker), or, where no init system runs, as root: docker/engine.py start"
        )
    if not _works("docker", "compose", "version") and not _works("docker-compose", "version"):
        raise EngineError(
            "Docker Compose is not installed; on Debian or Ubuntu, as root: apt-get install "
            "docker-compose"
        )


def answers() -> bool:
    return _works("docker", "version")


def _works(*command: str) -> bool:
    if shutil.which(command[0]) is None:
        return False
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def start(data_root: Path | None) -> None:
    """Returns when the engine answers; nothing has changed when it does not come to that."""
    if answers():
        return
    STATE.mkdir(mode=0o700, exist_ok=True)
    _remember(Network.found())
    try:
        _launch([] if data_root is None else ["--data-root", str(data_root)])
    except BaseException:
        stop()
        raise


def _launch(options: list[str]) -> None:
    log = STATE / "dockerd.log"
    with log.open("wb") as output:
        engine = subprocess.Popen(
            ["dockerd", *options], stdout=output, stderr=output, start_new_session=True
        )
    _pid_file().write_text(str(engine.pid), encoding="ascii")

    def is_up() -> bool:
        if engine.poll() is not None:
            raise EngineError(f"dockerd ended by itself; its log is {log}.")
        return answers()

    _await(is_up, START_WITHIN_S, f"dockerd does not answer; its log is {log}.")


def stop() -> None:
    """End what ``start`` began, and restore what it found. Safe to repeat."""
    if _pid_file().exists():
        pid = int(_pid_file().read_text(encoding="ascii"))
        if _is_engine(pid):
            os.kill(pid, signal.SIGTERM)
            _await(lambda: not _is_engine(pid), STOP_WITHIN_S, f"dockerd ({pid}) does not end.")
        _pid_file().unlink()
    if _found_file().exists():
        Network(**json.loads(_found_file().read_text(encoding="utf-8"))).restore()
        _found_file().unlink()


def _is_engine(pid: int) -> bool:
    """Whether the process lives and is no other that got the number later."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except FileNotFoundError:
        return False
    name, state = stat.split()[1:3]
    return name == "(dockerd)" and state != "Z"


def _remember(network: Network) -> None:
    """What a start that was cut off has left there comes from before it, and is kept."""
    if not _found_file().exists():
        _found_file().write_text(json.dumps(asdict(network)), encoding="utf-8")


def _pid_file() -> Path:
    return STATE / "dockerd.pid"


def _found_file() -> Path:
    return STATE / "network.json"


def _await(is_done: Callable[[], bool], within_s: float, complaint: str) -> None:
    until = time.monotonic() + within_s
    while not is_done():
        if time.monotonic() > until:
            raise EngineError(complaint)
        time.sleep(POLL_S)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("install", help=f"install what is missing of {', '.join(PACKAGES)}")
    starting = commands.add_parser("start", help="start dockerd, unless an engine answers")
    starting.add_argument("--data-root", type=Path, help="where it keeps images and containers")
    commands.add_parser("stop", help="stop what start began; restore the firewall")
    commands.add_parser("check", help="whether an engine and Compose are there; exit code 2: no")
    chosen = parser.parse_args()
    os.environ["PATH"] = f"{os.environ.get('PATH', '')}:{FOR_ADMINISTRATORS}"
    try:
        match chosen.command:
            case "install":
                install()
            case "start":
                start(chosen.data_root)
            case "stop":
                stop()
            case "check":
                check()
    except EngineError as error:
        sys.stderr.write(f"{error}\n")
        return 2 if chosen.command == "check" else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
