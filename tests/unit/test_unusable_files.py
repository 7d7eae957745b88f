"""Damaged files, paths that cannot be, a user without a home: one sentence with a remedy."""

import errno
import os
import shutil
from pathlib import Path

import pytest

from analysis.measured import load_run
from experiment import noise_floor
from experiment.errors import InputError, RunError
from experiment.record import RunFolder, TrialRecord, read_json
from experiment.trace import read_trace
from testbed import doctor
from testbed.files import expected_failure
from testbed.janitor import Belongings, state_dir
from testbed.platforms.local import installation
from tests.unit.analysis.conftest import Truth, make_run
from tests.unit.conftest import Twinstack

LINE = '192.0.2.1 - - [01/Jan/2026:08:{:02d}:00 +0000] "GET / HTTP/1.1" 200 5\n'


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return make_run(tmp_path_factory.mktemp("whole") / "run", Truth(blocks=2, rate=12.0))


@pytest.fixture
def run(measured: RunFolder, tmp_path: Path) -> RunFolder:
    return RunFolder(Path(shutil.copytree(measured.path, tmp_path / "run")))


def test_a_trace_with_eight_zeroed_bytes_is_read_or_refused_wherever_they_are(
    tmp_path: Path, twinstack: Twinstack
) -> None:
    log, file = tmp_path / "log", tmp_path / "trace"
    log.write_text("".join(LINE.format(minute) for minute in range(60)), encoding="ascii")
    assert twinstack("trace", "import", log, "--out", file)[0] == 0
    whole, refused = file.read_bytes(), 0
    for at in range(0, len(whole), 8):
        file.write_bytes(whole[:at] + bytes(8) + whole[at + 8 :])
        try:
            read_trace(file)
        except InputError:
            refused += 1
    assert refused > len(whole) / 8 / 2


OUT = {
    "a file": ("file", "cannot be a folder: "),
    "below a file": ("file/x", "cannot be a folder: "),
    "too long": ("x" * 256, "File name too long"),
    "in /proc": ("/proc/x", "cannot be written"),
}


@pytest.mark.parametrize("name", OUT)
@pytest.mark.parametrize("command", [("report", "--out"), ("export", "--csv")])
def test_a_place_that_no_report_can_have_is_refused_with_a_remedy(
    run: RunFolder, twinstack: Twinstack, command: tuple[str, str], name: str
) -> None:
    (run.path / "file").write_bytes(b"")
    place, why = OUT[name]
    what, option = command
    code, says = twinstack(what, run.path, option, run.path / place)
    assert code == 2
    assert why in says
    assert len(says.splitlines()) == 1
    assert not run.report.exists()


@pytest.mark.parametrize("command", ["report", "export", "project", "compare", "plan"])
@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("file", "is not the folder of a run"),
        ("file/below", "is not the folder of a run"),
        ("x" * 256, "File name too long; name a shorter one"),
        ("circle", "is not the folder of a run"),
    ],
)
def test_a_run_that_cannot_be_there_is_one_sentence(
    tmp_path: Path, twinstack: Twinstack, command: str, path: str, why: str
) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "circle").symlink_to("circle")
    place, out = tmp_path / path, tmp_path / "out"
    words = {
        "report": (place,),
        "export": (place, "--csv", out),
        "project": (place,),
        "compare": (place, "--out", out),
        "plan": ("first-look", "--pilot", place),
    }
    code, says = twinstack(command, *words[command])
    assert code == 2
    assert why in says
    assert len(says.splitlines()) == 1
    assert not out.exists()


@pytest.mark.parametrize("results", ["file", "file/below", "x" * 256])
def test_results_that_cannot_be_written_are_refused_before_anything_starts(
    tmp_path: Path, twinstack: Twinstack, monkeypatch: pytest.MonkeyPatch, results: str
) -> None:
    def start(*_: object) -> None:
        raise AssertionError("a platform was opened")

    monkeypatch.setattr("testbed.commands.open_platform", start)
    (tmp_path / "file").write_bytes(b"")
    code, says = twinstack("run", "first-look", "--results", tmp_path / results)
    assert code == 2
    assert "cannot be" in says


def test_a_report_in_place_of_which_there_is_a_file_is_refused(
    run: RunFolder, twinstack: Twinstack
) -> None:
    run.report.write_bytes(b"mine")
    code, says = twinstack("report", run.path)
    assert (code, run.report.read_bytes()) == (2, b"mine")
    assert "is a file" in says


def test_a_record_that_is_a_folder_is_damage_of_its_trial(run: RunFolder) -> None:
    record = run.trial(1, "monolith").run
    record.unlink()
    record.mkdir()
    with pytest.raises(InputError, match=r"run\.json cannot be read: Is a directory"):
        read_json(record, TrialRecord)
    (damage,) = load_run(run).damaged
    assert "block 1, monolith: block-01/monolith/run.json cannot be read" in str(damage)


@pytest.mark.parametrize(
    ("code", "kind", "says"),
    [
        (errno.EACCES, InputError, "/x: Permission denied; allow yourself to use it"),
        (errno.ENAMETOOLONG, InputError, "/x: File name too long; name a shorter one"),
        (errno.ELOOP, InputError, "/x: Too many levels of symbolic links"),
        (errno.EROFS, InputError, "/x: Read-only file system; name one that can be written"),
        (errno.ENOSPC, RunError, r"No space left on device \(/x\).* make room on that disk"),
        (errno.EMFILE, RunError, r"Too many open files \(/x\).* \(ulimit -n\)"),
    ],
)
def test_what_is_wrong_with_a_path_is_said_with_the_remedy(
    code: int, kind: type[Exception], says: str
) -> None:
    expected = expected_failure(OSError(code, os.strerror(code), "/x"))
    assert expected is not None
    with pytest.raises(kind, match=says):
        raise expected


def test_what_is_no_matter_of_files_stays_a_traceback() -> None:
    assert expected_failure(ConnectionRefusedError(errno.ECONNREFUSED, "refused")) is None
    assert expected_failure(OSError(errno.ENOENT, "of what?")) is None


@pytest.fixture
def homeless(monkeypatch: pytest.MonkeyPatch) -> None:
    """A user of a container: no entry in passwd, and nothing in the environment."""

    def nobody(uid: int) -> None:
        raise KeyError(f"getpwuid(): uid not found: {uid}")

    for name in ("TWINSTACK_STATE", "XDG_STATE_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("pwd.getpwuid", nobody)


@pytest.mark.usefixtures("homeless")
def test_a_user_without_a_home_is_told_of_the_state_folder(twinstack: Twinstack) -> None:
    del os.environ["TWINSTACK_STATE"]
    code, says = twinstack("clean")
    assert code == 2
    assert "no home folder" in says
    assert "Set TWINSTACK_STATE to a folder of yours." in says


@pytest.mark.usefixtures("homeless")
def test_the_doctor_looks_for_a_browser_without_a_home() -> None:
    assert doctor._browser().name == "Chromium"


@pytest.mark.usefixtures("homeless")
def test_postgresql_is_not_started_for_a_user_whom_it_will_refuse(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 12345)
    with pytest.raises(InputError, match=r"user 12345 has none .* add an entry to /etc/passwd"):
        installation.user_of_servers()


def test_a_home_that_cannot_be_written_is_told_of_the_state_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("TWINSTACK_STATE", raising=False)
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("HOME", str(tmp_path / "file"))
    with pytest.raises(InputError, match=r"Not a directory .* Set TWINSTACK_STATE"):
        Belongings(state_dir())


def test_floors_that_cannot_be_read_are_one_sentence(tmp_path: Path) -> None:
    noise_floor.file_in(tmp_path).mkdir()
    with pytest.raises(InputError, match=r"noise-floor\.json cannot be read: Is a directory"):
        noise_floor.read(tmp_path)
