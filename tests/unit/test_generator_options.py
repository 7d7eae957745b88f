"""What the generator refuses to start with."""

import math
from argparse import Namespace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from experiment.errors import InputError
from experiment.rows import ARRIVALS
from loadtests.options import arrivals_for, make_record, require_usable, target_of


def _options(**changed: object) -> Namespace:
    given = {"arrivals": None, "rate": 20.0, "seconds": 2.0, "journeys": "browse=1,buy=2"}
    sending = {"deadline": 5.0, "in_flight_cap": 512, "closed_users": 0}
    return Namespace(**{**given, **sending, "seed": 1, **changed})


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_loopback_is_a_target(host: str) -> None:
    assert target_of(f"http://{host}:8080", None).port == 8080


def test_another_machine_is_refused_unless_it_is_named() -> None:
    with pytest.raises(InputError, match=r"192\.0\.2\.1 is not this machine"):
        target_of("http://192.0.2.1", "192.0.2.2")
    assert target_of("http://192.0.2.1", "192.0.2.1").hostname == "192.0.2.1"


@pytest.mark.parametrize(
    "url",
    [None, "", "127.0.0.1:8080", "https://127.0.0.1", "http://", "http://[", "http://127.0.0.1:x"],
)
def test_what_is_no_http_address_is_refused(url: str | None) -> None:
    with pytest.raises(InputError):
        target_of(url, None)


def test_a_schedule_is_made_from_rate_seconds_mix_and_seed() -> None:
    table = arrivals_for(_options(rate=200.0))
    assert set(table["journey"].to_pylist()) == {"browse", "buy"}


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("rate", 0.0),
        ("rate", math.inf),
        ("seconds", -1.0),
        ("seconds", math.nan),
        ("seconds", math.inf),
        ("seed", -1),
        ("seed", 2**64),
        ("deadline", -1.0),
        ("deadline", math.nan),
        ("in_flight_cap", 0),
        ("closed_users", -1),
        ("journeys", ""),
        ("journeys", "buy=1,buy=2"),
        ("journeys", "buy=inf"),
        ("journeys", "dance=1"),
        ("journeys", "buy"),
        ("journeys", "buy=-2"),
    ],
)
def test_an_impossible_option_is_named(option: str, value: object) -> None:
    with pytest.raises(InputError, match=f"--{option.replace('_', '-')}: "):
        require_usable(_options(**{option: value}))


def test_more_journeys_than_fit_into_memory_are_refused() -> None:
    with pytest.raises(InputError, match="a schedule holds 3,000,000 at most"):
        arrivals_for(_options(rate=1e6, seconds=60.0))


def test_blanks_in_the_weights_of_journeys_mean_nothing() -> None:
    blank = arrivals_for(_options(journeys=" browse = 1 ,buy =2"))
    assert blank.equals(arrivals_for(_options()))


def test_a_schedule_file_is_read_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "arrivals.parquet"
    made = arrivals_for(_options())
    pq.write_table(made, file)
    assert arrivals_for(_options(arrivals=file)).equals(made)


def test_a_missing_or_broken_schedule_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="There is no schedule"):
        arrivals_for(_options(arrivals=tmp_path / "none.parquet"))
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(b"nothing")
    with pytest.raises(InputError, match="is not a schedule"):
        arrivals_for(_options(arrivals=broken))
    other = tmp_path / "other.parquet"
    pq.write_table(ARRIVALS.empty_table().drop(["seq"]), other)
    with pytest.raises(InputError, match="is not a schedule"):
        arrivals_for(_options(arrivals=other))


def test_the_rows_of_a_trial_are_not_replaced(tmp_path: Path) -> None:
    make_record(tmp_path / "new" / "folder")
    make_record(tmp_path / "new" / "folder")
    (tmp_path / "run.json").write_bytes(b"{}")
    with pytest.raises(InputError, match="is the record of a trial; name another folder"):
        make_record(tmp_path)
