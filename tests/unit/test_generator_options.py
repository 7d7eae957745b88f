"""What the generator refuses to start with."""

from argparse import Namespace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from experiment.errors import InputError
from experiment.rows import ARRIVALS
from loadtests.options import arrivals_for, target_of


def _options(**changed: object) -> Namespace:
    given = {"arrivals": None, "rate": 20.0, "seconds": 2.0, "journeys": "browse=1,buy=2"}
    return Namespace(**{**given, "seed": 1, **changed})


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
        ("seconds", -1.0),
        ("journeys", "dance=1"),
        ("journeys", "buy"),
        ("journeys", "buy=-2"),
    ],
)
def test_an_impossible_option_is_named(option: str, value: object) -> None:
    with pytest.raises(InputError, match=f"--{option}"):
        arrivals_for(_options(**{option: value}))


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
