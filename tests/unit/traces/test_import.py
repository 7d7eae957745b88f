"""From an access log to the arrivals of a scenario."""

import bz2
import gzip
import hashlib
import io
import lzma
import re
from pathlib import Path

import numpy as np
import pytest
from played_trace import import_plain, log_of, scenario_with_trace
from typer.testing import CliRunner

from experiment.errors import InputError
from experiment.scenario import load_scenario
from experiment.trace import read_trace
from loadtests.schedule import arrivals_of
from testbed.traces.cli import app
from testbed.traces.importing import import_log
from testbed.traces.log_lines import StatusClass
from testbed.traces.mapping import OF_THE_PROJECT, read_table
from testbed.traces.opening import BLOCK
from testbed.traces.reading import Reading, Rules
from testbed.traces.telling import rows_about

GOLDEN = Path(__file__).with_name("golden.log")


def test_every_line_of_a_log_is_accounted_for(tmp_path: Path) -> None:
    reading = import_plain(GOLDEN, tmp_path / "a.trace")
    counts = (reading.lines, len(reading.seconds), reading.ignored, reading.unmapped, reading.bad)
    assert counts == (9, 4, 2, 2, 1)
    assert list(reading.first_bad) == [8]
    assert reading.disordered == 1
    assert dict(reading.unmapped_paths) == {"\\x16\\x03\\x01": 1, "GET /wp-login.php": 1}


def test_arrivals_keep_their_second_across_the_end_of_summer_time(tmp_path: Path) -> None:
    import_plain(GOLDEN, tmp_path / "a.trace")
    trace = read_trace(tmp_path / "a.trace")
    arrivals = trace.arrivals.to_pandas()
    assert arrivals.journey.tolist() == ["browse", "search", "recommend", "buy"]
    assert np.floor(arrivals.arrival_s).tolist() == [0, 1, 2, 3]
    assert trace.header.span_s == 6
    assert trace.header.first == "2026-10-25T00:59:58+00:00"


def test_the_same_log_gives_the_same_bytes_plain_or_compressed_but_for_its_name(
    tmp_path: Path,
) -> None:
    packed = tmp_path / "golden.log.gz"
    packed.write_bytes(gzip.compress(GOLDEN.read_bytes()))
    for log, out in ((GOLDEN, "a"), (GOLDEN, "b"), (packed, "c")):
        import_plain(log, tmp_path / out)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    plain, unpacked = (read_trace(tmp_path / name).arrivals for name in "ac")
    assert plain.equals(unpacked)


@pytest.mark.parametrize("packed", [False, True])
def test_a_log_is_read_from_standard_input_plain_or_compressed(
    tmp_path: Path, *, packed: bool
) -> None:
    content = gzip.compress(GOLDEN.read_bytes()) if packed else GOLDEN.read_bytes()
    out = tmp_path / "a.trace"
    done = CliRunner().invoke(app, ["import", "-", "--out", str(out)], input=content)
    assert done.exit_code == 0, done.output
    import_plain(GOLDEN, tmp_path / "b.trace")
    trace, of_file = read_trace(out), read_trace(tmp_path / "b.trace")
    assert trace.arrivals.equals(of_file.arrivals)
    assert trace.header.source == "standard input"
    assert trace.header.source_sha256 == hashlib.sha256(content).hexdigest()


def test_a_log_whose_name_is_no_text_is_named_by_its_bytes(tmp_path: Path) -> None:
    log = log_of(tmp_path, "08:00:00").rename(tmp_path / "x\udcff.log")
    import_plain(log, tmp_path / "a.trace")
    assert read_trace(tmp_path / "a.trace").header.source == r"x\xff.log"


def test_an_empty_standard_input_is_refused_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO()))
    with pytest.raises(InputError, match="standard input is empty"):
        import_plain(Path("-"), tmp_path / "a.trace")


@pytest.mark.parametrize(
    ("times", "sentence"),
    [
        (["08:00:00", "10:00:00"], "Line 2 is 7200 s after .* --max-gap 7200"),
        (["08:00:00", "08:10:00", "08:05:00"], "Line 3 is 300 s before .* --max-back 300"),
    ],
)
def test_a_jump_in_time_is_refused_with_the_option_that_accepts_it(
    tmp_path: Path, times: list[str], sentence: str
) -> None:
    log = log_of(tmp_path, *times)
    with pytest.raises(InputError, match=sentence):
        import_plain(log, tmp_path / "a.trace")
    assert not (tmp_path / "a.trace").exists()
    assert import_plain(log, tmp_path / "a.trace", Rules(7_200, 300)).bad == 0


def test_a_window_leaves_out_what_is_outside(tmp_path: Path) -> None:
    log = log_of(tmp_path, "08:00:00", "10:00:00", "10:00:05")
    reading = import_plain(log, tmp_path / "a.trace", Rules(begin_s=1_767_258_000))
    assert (reading.outside, len(reading.seconds)) == (1, 2)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"a,b\n1,2\n", "2 of 2 lines .* the first is line 1: 'a,b'"),
        (b"\x1f\x8b\x08\x00broken", "damaged gzip|not in common"),
    ],
)
def test_what_is_no_access_log_is_refused_in_one_sentence(
    tmp_path: Path, content: bytes, sentence: str
) -> None:
    log = tmp_path / "x.log"
    log.write_bytes(content)
    with pytest.raises(InputError, match=sentence) as raised:
        import_plain(log, tmp_path / "a.trace")
    assert "\n" not in str(raised.value)


def test_a_request_that_asked_for_no_path_stands_for_no_journey(tmp_path: Path) -> None:
    table = tmp_path / "map.toml"
    table.write_text("[[rules]]\npath = '.'\njourney = 'buy'\n", encoding="utf-8")
    log = log_of(tmp_path, "08:00:00")
    with log.open("a", encoding="utf-8") as more:
        for request in ("GET login.cgi?user=ann HTTP/1.0", "OPTIONS * HTTP/1.1", r"\x16\x03"):
            more.write(f'::1 - - [01/Jan/2026:08:00:01 +0000] "{request}" 400 1\n')
    reading, _ = import_log(log, tmp_path / "a.trace", read_table(table), Rules())
    assert len(reading.seconds) == 1
    assert set(reading.unmapped_paths) == {"GET login.cgi", "OPTIONS *", r"\x16\x03"}


def test_no_query_is_printed(tmp_path: Path) -> None:
    log = log_of(tmp_path, "08:00:00", request="GET /blog?name=ann HTTP/1.1")
    for line in ("", "::1 - - [today] GET /blog?name=ann\n" * 2):
        log.write_text(log.read_text(encoding="utf-8") + line, encoding="utf-8")
        with pytest.raises(InputError) as raised:
            import_plain(log, tmp_path / "a.trace")
        assert "/blog" in str(raised.value)
        assert "ann" not in str(raised.value)


def _import_bytes(folder: Path, content: bytes) -> Reading:
    log = folder / "x.log"
    log.write_bytes(content)
    return import_plain(log, folder / "a.trace")


LINE = b'::1 - - [01/Jan/2026:08:00:00 +0000] "GET / HTTP/1.1" 200 1'


def test_a_line_counts_once_however_long_it_is(tmp_path: Path) -> None:
    long_path = LINE.replace(b"GET /", b"GET /" + 200_000 * b"a")
    agent = LINE + b' "-" "' + 200_000 * b"a" + b'"'
    reading = _import_bytes(tmp_path, b"\n".join([LINE, long_path, agent, LINE]))
    assert (reading.lines, reading.bad, len(reading.seconds)) == (4, 1, 3)
    assert list(reading.first_bad) == [2]


def test_empty_lines_are_no_bad_lines_and_keep_their_numbers(tmp_path: Path) -> None:
    reading = _import_bytes(tmp_path, b"\n\r\n \n\n" + LINE + b"\r\nbad\n")
    assert (reading.lines, reading.empty, reading.bad, len(reading.seconds)) == (6, 4, 1, 1)
    assert list(reading.first_bad) == [6]


def test_a_time_that_is_none_is_one_bad_line(tmp_path: Path) -> None:
    impossible = LINE.replace(b"01/Jan/2026:08:00:00 +0000", b"01/Jan/0001:00:00:00 +0100")
    reading = _import_bytes(tmp_path, LINE + b"\n" + impossible)
    assert (reading.bad, len(reading.seconds)) == (1, 1)


PLAIN, PACKED = LINE + b"\n", gzip.compress(LINE + b"\n")


@pytest.mark.parametrize(
    ("content", "arrivals"),
    [
        (PLAIN + PACKED, 2),
        (PACKED + PLAIN, 2),
        (PACKED + PACKED + PLAIN + PACKED, 4),
        (LINE + PACKED, 2),
        (gzip.compress(LINE) + PLAIN, 2),
        (gzip.compress(LINE[:20]) + gzip.compress(LINE[20:]), 1),
        (PACKED + bytes(1_000), 1),  # as tapes are filled up
        (bytes(200_000) + PLAIN, 1),  # as a log that was cut while it was written
        (b"\xef\xbb\xbf\n" + PLAIN, 1),
    ],
)
def test_each_part_of_a_log_is_read_as_what_it_is(
    tmp_path: Path, content: bytes, arrivals: int
) -> None:
    reading = _import_bytes(tmp_path, content)
    assert len(reading.seconds) == arrivals
    assert reading.bad == 0


@pytest.mark.parametrize("before", [0, BLOCK - 2, BLOCK - 1, BLOCK])
def test_a_part_is_found_wherever_it_begins(tmp_path: Path, before: int) -> None:
    assert len(_import_bytes(tmp_path, before * b"\n" + PACKED).seconds) == 1
    with pytest.raises(InputError, match="seems to be Zstandard"):
        _import_bytes(tmp_path, before * b"\n" + b"\x28\xb5\x2f\xfd\x00")


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"\x28\xb5\x2f\xfd\x00", "Zstandard"),
        (lzma.compress(PLAIN), "xz"),
        (bz2.compress(PLAIN), "bzip2"),
        (bz2.compress(PLAIN, 1), "bzip2"),
        (b"PK\x03\x04\x00", "a zip archive"),
        (PLAIN.decode().encode("utf-16"), "text in UTF-16"),
        (PLAIN.decode().encode("utf-16-le"), "text in UTF-16"),
        (PLAIN.decode().encode("utf-16-be"), "text in UTF-16"),
        (PACKED, "gzip"),
        (b"x.log".ljust(257, b"\0") + b"ustar  ", "a tar archive"),
    ],
)
def test_what_is_no_text_is_refused_by_name(tmp_path: Path, content: bytes, name: str) -> None:
    with pytest.raises(InputError, match=f"x.log seems to be {name}; give it as text"):
        _import_bytes(tmp_path, gzip.compress(content))
    if name != "gzip":
        with pytest.raises(InputError, match=f"seems to be {name}; give it as text"):
            _import_bytes(tmp_path, PACKED + content)
    if name in {"Zstandard", "xz", "a zip archive"} or content[:2] == b"\xff\xfe":
        with pytest.raises(InputError, match=f"something within that seems to be {name}"):
            _import_bytes(tmp_path, PLAIN + content)
    assert not (tmp_path / "a.trace").exists()


def test_a_cut_gzip_part_behind_text_is_damage(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds damaged gzip data: it ends too early"):
        _import_bytes(tmp_path, PLAIN + PACKED[:-1])


def _with_status(folder: Path) -> Path:
    log = folder / "x.log"
    lines = [LINE.decode().replace("200 1", f"{status} 1") for status in (200, 301, 304, 503)]
    log.write_text("\n".join(lines), encoding="utf-8")
    return log


def test_arrivals_are_told_by_what_was_answered(tmp_path: Path) -> None:
    out = tmp_path / "a.trace"
    done = CliRunner().invoke(app, ["import", str(_with_status(tmp_path)), "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert read_trace(out).header.answered == {"2xx": 1, "304": 1, "3xx": 1, "5xx": 1}
    assert read_trace(out).arrivals.num_rows == 4
    assert "1 with 3xx, 1 with 5xx" in done.output
    assert "--leave-out 3xx --leave-out 5xx" in done.output


def test_classes_of_status_can_be_left_out(tmp_path: Path) -> None:
    out = tmp_path / "a.trace"
    chosen = ["--leave-out", "3xx", "--leave-out", "5xx"]
    log = str(_with_status(tmp_path))
    done = CliRunner().invoke(app, ["import", log, "--out", str(out), *chosen])
    assert done.exit_code == 0, done.output
    header = read_trace(out).header
    assert (read_trace(out).arrivals.num_rows, header.left_out) == (2, ("3xx", "5xx"))
    assert "leave such requests out" not in done.output
    done = CliRunner().invoke(app, ["import", log, "--out", str(out), "--leave-out", "6xx"])
    assert done.exit_code == 2


def test_a_log_of_which_all_is_left_out_is_refused(tmp_path: Path) -> None:
    every = Rules(left_out=frozenset(StatusClass))
    with pytest.raises(InputError, match=r"All 4 arrivals in .*x\.log were left out"):
        import_plain(_with_status(tmp_path), tmp_path / "a.trace", every)


def test_a_log_without_any_journey_is_refused_with_its_most_frequent_paths(tmp_path: Path) -> None:
    log = log_of(tmp_path, "08:00:00", request="GET /blog HTTP/1.1")
    with pytest.raises(InputError, match=re.escape("most frequent are GET /blog")):
        import_plain(log, tmp_path / "a.trace")


def test_a_table_of_ones_own_decides_and_a_broken_one_is_named(tmp_path: Path) -> None:
    table = tmp_path / "map.toml"
    table.write_text("[[rules]]\npath = '^/wp-'\njourney = 'buy'\n", encoding="utf-8")
    _, trace = import_log(GOLDEN, tmp_path / "a.trace", read_table(table), Rules())
    assert trace.counts() == {"buy": 1}
    table.write_text("[[rules]]\npath = '('\njourney = 'buy'\n", encoding="utf-8")
    with pytest.raises(InputError, match="no regular expression"):
        read_table(table)


def test_the_table_at_the_end_tells_rates_and_journeys(tmp_path: Path) -> None:
    table = dict(
        rows_about(*import_log(GOLDEN, tmp_path / "a.trace", read_table(OF_THE_PROJECT), Rules()))
    )
    assert table["mean rate"] == "0.667 journeys/s"
    assert table["bad"] == "1 (first: 8)"
    assert table["  buy"] == "1"


def test_a_scenario_plays_a_trace_at_its_times_whatever_the_seed(tmp_path: Path) -> None:
    scenario = load_scenario(scenario_with_trace(tmp_path, 5, speed=2))
    begins = [arrivals_of(scenario, "full", seed).to_pandas() for seed in (1, 2)]
    times = [frame[frame.step == 0].intended_s.tolist() for frame in begins]
    recorded = read_trace(tmp_path / "shop.trace").times_of("browse") / 2
    lasts_s = scenario.duration_s("full")
    assert times[0] == times[1] == recorded[recorded < lasts_s].tolist()
    assert scenario.load.mix == {"browse": 4}


def test_phases_beyond_the_trace_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"only 100 s"):
        load_scenario(scenario_with_trace(tmp_path, 90))


def test_a_trace_that_changed_after_the_plan_is_refused(tmp_path: Path) -> None:
    scenario = load_scenario(scenario_with_trace(tmp_path, 5))
    import_plain(GOLDEN, tmp_path / "shop.trace")
    with pytest.raises(InputError, match="SHA-256"):
        arrivals_of(scenario, "full", 1)


def test_a_rate_beside_a_trace_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"load\.rate: a trace says this itself"):
        load_scenario(scenario_with_trace(tmp_path, 5, more="rate = 3"))


def test_a_file_that_is_no_trace_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is not a trace"):
        read_trace(GOLDEN)
