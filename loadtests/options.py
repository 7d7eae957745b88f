"""What ``locust -f loadtests/locustfile.py`` is told, checked before anything is sent."""

import ipaddress
import socket
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar
from urllib.parse import SplitResult, urlsplit

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from experiment.errors import InputError
from experiment.load import MOST_USERS, DeadlineSeconds, InFlightCap, Journey, Load
from experiment.part import Positive, Seed
from experiment.phase import PhaseSeconds
from experiment.record import TrialFolder
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
    wanted = _validated(_Schedule, options)
    load = Load(rate=wanted.rate, mix=wanted.journeys)
    return schedule(load, [Stretch(wanted.seconds, {})], Sample(), wanted.seed)


def require_usable(options: Namespace) -> None:
    """InputError, with the option's name, for a value that no scenario could hold."""
    _validated(_Sending, options)
    if options.arrivals is None:
        _validated(_Schedule, options)


def make_record(folder: Path) -> None:
    """Make the folder ``--record``; InputError where a trial has left its rows, which would go."""
    if TrialFolder(folder).run.exists():
        raise InputError(f"--record: {folder} is the record of a trial; name another folder.")
    folder.mkdir(parents=True, exist_ok=True)


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
    except (pa.ArrowException, OSError, ValueError) as error:
        raise InputError(f"{file} is not a schedule of arrivals.") from error


def _weights(text: object) -> object:
    """``browse=5, buy=1`` as a mapping."""
    if not isinstance(text, str):
        return text
    parts = [[side.strip() for side in part.partition("=")[::2]] for part in text.split(",")]
    weights = dict(parts)
    if len(weights) < len(parts):
        raise ValueError("a journey is named twice")
    return weights


class _Options(BaseModel):
    model_config = ConfigDict(from_attributes=True, allow_inf_nan=False)


class _Schedule(_Options):
    """What a schedule is made from, within the bounds of a scenario."""

    rate: Positive
    seconds: PhaseSeconds
    journeys: Annotated[Mapping[Journey, Positive], BeforeValidator(_weights), Field(min_length=1)]
    seed: Seed


class _Sending(_Options):
    """How a schedule is sent, within the bounds of a scenario."""

    deadline: DeadlineSeconds
    in_flight_cap: InFlightCap
    closed_users: Annotated[int, Field(ge=0, le=MOST_USERS)]


Wanted = TypeVar("Wanted", bound=_Options)


def _validated(model: type[Wanted], options: Namespace) -> Wanted:
    try:
        return model.model_validate(options)
    except ValidationError as error:
        first = error.errors()[0]
        option = str(first["loc"][0]).replace("_", "-")
        reason = first["msg"].removeprefix("Value error, ")
        raise InputError(f"--{option}: {reason}.") from error
