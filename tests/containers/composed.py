"""A project of Compose: brought up, looked into, taken down."""

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


def output_of(command: Sequence[str], environment: Mapping[str, str] | None = None) -> str:
    """What it prints; an AssertionError with its complaint when it fails."""
    ended = subprocess.run(
        command, check=False, capture_output=True, text=True, env=environment, timeout=300
    )
    assert ended.returncode == 0, (
        f"{' '.join(command)}: {ended.stdout[-500:]}{ended.stderr[-3000:]}"
    )
    return ended.stdout


def python_command(program: str) -> list[str]:
    """Runs a program of the folder ``inside`` where there is nothing of ours but an interpreter."""
    return ["python3", "-c", (Path(__file__).parent / "inside" / program).read_text("utf-8")]


def compose_command() -> list[str]:
    """Docker's plug-in, or the program of its own that Debian has."""
    plugin = ["docker", "compose"]
    found = subprocess.run([*plugin, "version"], check=False, capture_output=True).returncode == 0
    return plugin if found else [shutil.which("docker-compose") or "docker-compose"]


@dataclass(frozen=True)
class Composed:
    files: Sequence[Path]
    architecture: str
    """Also the profile."""
    project: str
    environment: Mapping[str, str]

    def up(self) -> None:
        try:
            self._compose("up", "--detach")
        except BaseException:
            self.down()
            raise

    def up_load(self, workers: int) -> str:
        """URL of Locust's master, beside the store; its workers may still be on their way."""
        wanted = ["load-master", "load-worker"]
        self._compose("up", "--detach", "--scale", f"load-worker={workers}", *wanted)
        return self._published("load-master", 8089)

    def down(self) -> None:
        self._compose("--profile", "load", "down", "--volumes", "--timeout", "2")

    @property
    def url(self) -> str:
        return self._published(f"edge-{self.architecture}", 8080)

    def _published(self, service: str, port: int) -> str:
        return f"http://{self._compose('port', service, str(port)).strip()}"

    def containers(self) -> dict[str, dict[str, Any]]:
        """What the engine knows of the running containers, by service."""
        ids = self._compose("ps", "--quiet").split()
        listed = json.loads(output_of(["docker", "inspect", *ids]))
        by_service = {
            each["Config"]["Labels"]["com.docker.compose.service"]: each for each in listed
        }
        return {name: each for name, each in by_service.items() if each["State"]["Running"]}

    def run_inside(self, service: str, program: str, *arguments: str) -> str:
        """Output of one of our programs inside the container of a service."""
        return self._compose("exec", "-T", service, *python_command(program), *arguments)

    def stop(self, service: str) -> int:
        """Exit code of a container that is asked to end."""
        container = self.containers()[service]["Id"]
        self._compose("stop", "--timeout", "9", service)
        code = output_of(["docker", "inspect", "--format", "{{.State.ExitCode}}", container])
        return int(code)

    def start(self, service: str) -> None:
        self._compose("start", service)

    def _compose(self, *arguments: str) -> str:
        options = [
            *(part for file in self.files for part in ("--file", str(file))),
            "--project-name", self.project,
            "--profile", self.architecture,
        ]  # fmt: skip
        return output_of([*compose_command(), *options, *arguments], self.environment)
