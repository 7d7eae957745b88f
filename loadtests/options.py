"""What ``locust -f loadtests/locustfile.py`` is told, checked before anything is sent."""

import ipaddress
import socket
from argparse import Namespace
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError

from experiment.errors import InputError
from experiment.load import Load
from experiment.rows import ARRIVALS
from experiment.store import Sample
from loadtests.rates import Stretch
from loadtests.schedule import schedule


def add_arguments(parser: Any) -> None:
    """Add ours to Locust's own; those for the test bed are not in the web page."""
    add, hidden = parser.add_argument, {"include_in_web_ui": False}
    add("--rate", type=float, default=20.0, help="Journeys per second, whatever the store does.")
    add("--seconds", type=float, default=60.0, help="Length of the load.")
    add(
        "--journeys",
        default="browse=5,search=2,recommend=2,buy=1",
        help="Relative weights of the journeys.",
    )
    add("--seed", type=int, default=1, help="The same seed makes the same arrivals.")
    add("--deadline", type=float, default=5.0, help="Seconds after which a request timed out.")
    add(
        "--in-flight-cap",
        type=int,
        default=512,
        help="Requests beyond it are recorded as dropped; none ever waits.",
    )
    add(
        "--closed-users",
        type=int,
        default=0,
        help="A contrast: so many users who wait for their answers and leave out what is due "
        "meanwhile; 0 for the open loop.",
    )
    add("--allow-target", metavar="HOST", help="Permit this host, which is not loopback.", **hidden)
    # Paths stay strings: a Locust master sends the options to its workers.
    add("--arrivals", help="Schedule to run, instead of one made here.", **hidden)
    add("--record", help="Folder for rows and progress; else a new one.", **hidden)
    add("--start-at", type=float, help="Start of the load, Unix seconds; else soon.", **hidden)
    add(
        "--end-with-parent",
        action="store_true",
        help="End a worker when the process that started it is gone.",
        **hidden,
    )


def target_of(url: str | None, allowed_host: str | None) -> SplitResult:
    """The target as a checked URL. InputError unless it is http and loopback or allowed by name."""
    if not url:
        raise InputError("Name the store to load with --host http://127.0.0.1:PORT.")
    target = _split(url)
    if target.scheme != "http" or not target.hostname:
        raise InputError(f"The target {url} is not an http:// address.")
    if target.hostname != allowed_host and not _is_loopback(target.hostname):
        raise InputError(
            f"The target {target.hostname} is not this machine; "
            f"--allow-target {target.hostname} permits it."
        )
    return target


def arrivals_for(options: Namespace) -> pa.Table:
    """The schedule of the file ``--arrivals``, or one made from rate, seconds, mix and seed.

    Raises InputError.
    """
    if options.arrivals is not None:
        return _read_arrivals(Path(options.arrivals))
    if options.seconds <= 0:
        raise InputError("--seconds: must be greater than 0.")
    load = _load_of(options)
    return schedule(load, [Stretch(options.seconds, {})], Sample(), options.seed)


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port  # reading it checks it
    except ValueError as error:
        raise InputError(f"The target {url} is no address: {error}.") from error
    return parts


def _is_loopback(host: str) -> bool:
    try:
        found = socket.getaddrinfo(host, None)
    except OSError as error:
        raise InputError(f"The target {host} has no address.") from error
    return all(ipaddress.ip_address(address[0]).is_loopback for *_, address in found)


def _read_arrivals(file: Path) -> pa.Table:
    try:
        return pq.read_table(file).cast(ARRIVALS)
    except FileNotFoundError as error:
        raise InputError(f"There is no schedule {file}.") from error
    except (pa.ArrowInvalid, ValueError) as error:
        raise InputError(f"{file} is not a schedule of arrivals.") from error


def _load_of(options: Namespace) -> Load:
    mix = dict(part.partition("=")[::2] for part in options.journeys.split(","))
    try:
        return Load.model_validate({"rate": options.rate, "mix": mix})
    except ValidationError as error:
        first = error.errors()[0]
        member = "--rate" if first["loc"][0] == "rate" else "--journeys"
        raise InputError(f"{member}: {first['msg']}.") from error
