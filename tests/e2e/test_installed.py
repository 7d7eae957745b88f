"""Installed outside of its clone: what is packed, and that it works there."""

import os
import subprocess
import sys
import sysconfig
import tarfile
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def _built(target: str, folder: Path) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.iterdir()
    return built


def test_a_source_distribution_has_no_results(tmp_path: Path) -> None:
    with tarfile.open(_built("sdist", tmp_path)) as archive:
        rooms = {name.split("/")[1] for name in archive.getnames()}
    assert {"testbed", "tests", "pyproject.toml", "LICENSE"} <= rooms
    assert "results" not in rooms


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command, from a wheel in an environment of its own, as pipx and uv tool make it.

    The packages that it needs are those of the tests; of the clone nothing is on its path.
    """
    folder = tmp_path_factory.mktemp("an application")
    environment = folder / "venv"
    venv.create(environment, symlinks=True, with_pip=False)
    python = environment / "bin" / "python"
    wheel = _built("wheel", folder / "dist")
    install = [sys.executable, "-m", "uv", "pip", "install", "-q", "--python", str(python)]
    subprocess.run([*install, "--no-deps", "--offline", str(wheel)], check=True)
    (site,) = environment.glob("lib/python*/site-packages")
    needed = sysconfig.get_path("purelib")
    # Without site.addsitedir, which would read the .pth file that leads to the clone.
    (site / "needed.pth").write_text(f"{needed}\n", encoding="utf-8")
    return environment / "bin" / "twinstack"


@pytest.mark.long
def test_an_installed_application_measures_and_reports_beside_packages_of_the_same_names(
    application: Path, tmp_path: Path
) -> None:
    work = tmp_path / "a folder of the user's"
    for name in ("analysis", "store", "testbed", "scaling"):
        (work / name).mkdir(parents=True)
        (work / name / "__init__.py").write_text("raise SystemExit('the wrong package')\n")
    environment = {**os.environ, "TWINSTACK_STATE": str(tmp_path / "state")}

    def twinstack(*arguments: str) -> str:
        command = [str(application), *arguments]
        done = subprocess.run(
            command, check=False, cwd=work, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "outage-one-service" in twinstack("scenarios")
    said = twinstack("run", "first-look", "--profile", "smoke").split()
    assert "all gates passed" in " ".join(said)
    (run,) = (work / "results" / "first-look").iterdir()
    (run / "report" / "index.html").unlink()
    assert "Report:" in twinstack("report", str(run))
    assert (run / "report" / "index.html").is_file()
    assert '"commit":"unknown"' in (run / "plan.json").read_text().replace(": ", ":")
