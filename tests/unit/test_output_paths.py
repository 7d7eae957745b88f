"""An output path that is taken is refused before the work, and whatever lies there stays."""

import os
import resource
import shutil
import socket
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from analysis.page import draw_all
from analysis.report import build_pooled, require_room
from experiment.errors import InputError
from experiment.machine import Machine
from experiment.output import replacing, require_file, require_folder
from experiment.record import write_json, write_whole
from projection.report import FIGURES, _require_room
from testbed.traces.mapping import OF_THE_PROJECT
from tests.unit.analysis.conftest import Truth, make_run
from tests.unit.conftest import Twinstack

LINE = '192.0.2.1 - - [01/Jan/2026:08:00:0{} +0000] "GET / HTTP/1.1" 200 5\n'
LOG = "".join(map(LINE.format, range(3)))


@pytest.fixture
def log(tmp_path: Path) -> Path:
    file = tmp_path / "access.log"
    file.write_text(LOG, encoding="ascii")
    return file


def _link(at: Path, to: Path) -> Path:
    at.symlink_to(to)
    return at


def _hard_link(at: Path, to: Path) -> Path:
    at.hardlink_to(to)
    return at


@pytest.mark.parametrize(
    "name_of",
    [
        lambda log: log,
        lambda log: _link(log.with_name("link"), log),
        lambda log: _hard_link(log.with_name("second-name"), log),
        lambda log: log.parent / "." / ".." / log.parent.name / log.name,
    ],
    ids=["itself", "a link to it", "a hard link to it", "another path to it"],
)
def test_the_log_that_is_read_is_no_place_to_write(
    twinstack: Twinstack, log: Path, name_of: Callable[[Path], Path]
) -> None:
    code, says = twinstack("trace", "import", log, "--out", name_of(log))
    assert code == 2
    assert "is read by this command" in says
    assert log.read_text(encoding="ascii") == LOG


def test_nor_is_the_table_of_journeys(twinstack: Twinstack, tmp_path: Path, log: Path) -> None:
    table = tmp_path / "table.toml"
    rules = shutil.copyfile(OF_THE_PROJECT, table).read_bytes()
    code, says = twinstack("trace", "import", log, "--map", table, "--out", table)
    assert code == 2
    assert "is read by this command" in says
    assert table.read_bytes() == rules


def test_nor_is_the_table_that_ships_with_the_project(twinstack: Twinstack, log: Path) -> None:
    second_name = _link(log.with_name("table.toml"), OF_THE_PROJECT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("testbed.traces.importing.write_whole", lambda *_: None)
        code, says = twinstack("trace", "import", log, "--out", second_name)
    assert code == 2
    assert "is read by this command" in says


@pytest.mark.parametrize("command", ["report", "project"])
def test_no_page_is_drawn_over_the_prices_that_it_counts_with(
    twinstack: Twinstack, tmp_path: Path, command: str
) -> None:
    run = _folder(tmp_path / "run")
    (run / "plan.json").write_bytes(b"{}")
    own = {"report": "report", "project": "projection"}[command]
    prices = run / own / "figures" / "prices.toml"
    prices.parent.mkdir(parents=True)
    prices.write_bytes(b"")
    code, says = twinstack(command, run, "--prices", prices)
    assert code == 2
    assert f"{prices} is read by this command and lies in {run / own}" in says
    assert prices.exists()


@pytest.mark.parametrize("words", [("report", "--out"), ("project", "--to"), ("compare", "--out")])
def test_no_page_is_drawn_over_the_runs_that_it_shows(
    twinstack: Twinstack, tmp_path: Path, words: tuple[str, str]
) -> None:
    run = tmp_path / "figures" / "run"
    run.mkdir(parents=True)
    (run / "plan.json").write_bytes(b"{}")
    command, option = words
    code, says = twinstack(command, run, option, tmp_path)
    assert code == 2
    assert f"{run} is read by this command and lies in {tmp_path}" in says


def test_nor_is_the_log_that_standard_input_is(tmp_path: Path, log: Path) -> None:
    descriptor = os.open(log, os.O_RDONLY)
    try:
        with pytest.raises(InputError, match="is read by this command"):
            require_file(log, Path(f"/dev/fd/{descriptor}"))
    finally:
        os.close(descriptor)


def _fifo(at: Path) -> Path:
    os.mkfifo(at)
    return at


def _folder(at: Path) -> Path:
    at.mkdir()
    return at


def _socket(at: Path) -> Path:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(at))
    return at


TAKEN: dict[str, Callable[[Path], Path]] = {
    "a pipe": _fifo,
    "a folder": _folder,
    "a socket": _socket,
    "a link to a pipe": lambda at: _link(at, _fifo(at.with_name("pipe"))),
}
"""Devices are asked for by themselves: a command that did write would take one from its system."""


@pytest.mark.parametrize("name", TAKEN)
@pytest.mark.parametrize(
    "command",
    [("trace", "import", "access.log"), ("bench",), ("selfcheck", "--quick")],
    ids=lambda words: words[0],
)
@pytest.mark.usefixtures("log")
def test_what_is_no_regular_file_is_refused_and_stays(
    twinstack: Twinstack,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: tuple[str, ...],
    name: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    out = TAKEN[name](Path("d"))
    kind, before = stat.S_IFMT(out.lstat().st_mode), sorted(tmp_path.iterdir())
    code, says = twinstack(*command, "--out", out)
    assert code == 2
    assert f"{out} is a " in says
    assert stat.S_IFMT(out.lstat().st_mode) == kind
    assert [file for file in sorted(tmp_path.iterdir()) if file.name != "state"] == before


@pytest.mark.parametrize("device", ["/dev/full", "/dev/null"])
def test_a_device_is_refused(device: str) -> None:
    with pytest.raises(InputError, match="is a pipe, socket or device"):
        require_file(Path(device))


UNUSABLE = {
    "below a file": ("access.log/x", "Not a directory"),
    "in a folder that is not there": ("none/x", "No such file or directory"),
    "too long": ("x" * 256, "File name too long"),
    "in /proc": ("/proc/x", "cannot be written"),
    "a circle of links": ("circle", "Too many levels of symbolic links"),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_a_path_that_no_file_can_have_is_refused_before_the_work(
    twinstack: Twinstack, log: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(log.parent)
    Path("circle").symlink_to("circle")
    out, why = UNUSABLE[name]
    code, says = twinstack("bench", "--out", out)
    assert code == 2
    assert f"{out} cannot be written: " in says
    assert why in says


@pytest.mark.parametrize(
    "check", [lambda out: require_file(out / "file"), require_folder], ids=["file", "folder"]
)
def test_a_disk_that_takes_nothing_is_told_before_the_work(
    tmp_path: Path, check: Callable[[Path], None]
) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        with pytest.raises(InputError, match=r"cannot be written: File too large\."):
            check(tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_link_is_followed_and_stays_one(tmp_path: Path, twinstack: Twinstack, log: Path) -> None:
    place = tmp_path / "place"
    place.write_bytes(b"old")
    link, to_nothing = _link(tmp_path / "a", place), _link(tmp_path / "b", tmp_path / "new")
    for out in (link, to_nothing):
        assert twinstack("trace", "import", log, "--out", out) == (0, "")
        assert out.is_symlink()
    assert place.read_bytes() == (tmp_path / "new").read_bytes() != b"old"


@pytest.mark.parametrize("length", [200, 255])
def test_a_name_may_be_as_long_as_names_can_be(tmp_path: Path, length: int) -> None:
    file = tmp_path / ("x" * length)
    require_file(file)
    write_whole(file, b"1")
    assert file.read_bytes() == b"1"


def test_what_fails_half_way_leaves_what_was_there_and_names_the_file(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"old")

    def written() -> Iterator[None]:
        with replacing(file) as part:
            part.write_bytes(b"ne")
            yield
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match=r"No space left on device: '.*/file'"):
        list(written())
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]


def test_records_are_written_through_the_same_check(tmp_path: Path) -> None:
    machine = Machine(cpu_model="", cores=1, memory_mb=1, kernel="", python="", load_before=0.0)
    with pytest.raises(InputError, match="is a folder"):
        write_json(_folder(tmp_path / "run.json"), machine)
    assert list(tmp_path.iterdir()) == [tmp_path / "run.json"]


@pytest.mark.parametrize("name", ["file", "below/file", "x" * 256, "../../proc/x"])
@pytest.mark.parametrize("check", [require_folder, lambda out: require_room(out, "summary.json")])
def test_a_folder_that_cannot_be_is_refused(
    tmp_path: Path, name: str, check: Callable[[Path], None]
) -> None:
    (tmp_path / "below").write_bytes(b"")
    (tmp_path / "file").write_bytes(b"")
    out = Path("/proc/x") if "proc" in name else tmp_path / name
    with pytest.raises(InputError, match=r"cannot be (written|a folder)"):
        check(out)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["below", "file"]


def test_a_projection_replaces_nothing_but_a_projection(tmp_path: Path) -> None:
    mine = _folder(tmp_path / "figures") / "mine.png"
    mine.write_bytes(b"")
    with pytest.raises(InputError, match="holds something else than a projection"):
        _require_room(tmp_path)
    (tmp_path / "index.html").write_bytes(b"")
    _require_room(tmp_path)
    (tmp_path / "notes").write_bytes(b"")
    with pytest.raises(InputError, match="holds something else"):
        _require_room(tmp_path)


LEFT = [".index.html.4711", ".DS_Store"]


@pytest.mark.parametrize("name", [*LEFT, *(f"figures/{name}" for name in sorted(FIGURES)[:2])])
def test_what_a_killed_projection_left_is_in_nobodys_way(tmp_path: Path, name: str) -> None:
    (tmp_path / "figures").mkdir()
    (tmp_path / name).write_bytes(b"")
    _require_room(tmp_path)


@pytest.mark.parametrize("name", LEFT)
def test_a_report_goes_where_there_are_hidden_files_only(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"")
    require_room(tmp_path, "summary.json")


def test_a_report_that_was_killed_over_its_figures_may_be_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(_plots: object, _run: object, figures: Path) -> None:
        figures.mkdir()
        raise KeyboardInterrupt

    run = make_run(tmp_path / "run", Truth(blocks=1, rate=5.0))
    monkeypatch.setattr("analysis.report.draw_all", killed)
    with pytest.raises(KeyboardInterrupt):
        build_pooled([run], tmp_path / "out")
    require_room(tmp_path / "out", "summary.json")


def test_figures_elsewhere_are_not_removed_through_a_link(tmp_path: Path) -> None:
    kept = _folder(tmp_path / "elsewhere") / "mine.png"
    kept.write_bytes(b"")
    with pytest.raises(InputError, match="is no folder of figures"):
        draw_all([], None, _link(tmp_path / "figures", kept.parent))
    assert kept.exists()
