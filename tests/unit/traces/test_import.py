"""From an access log to the arrivals of a scenario."""

import gzip
import hashlib
import io
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
from testbed.traces.mapping import read_table
from testbed.traces.reading import Rules
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
    table = dict(rows_about(*import_log(GOLDEN, tmp_path / "a.trace", read_table(None), Rules())))
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
