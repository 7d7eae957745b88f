"""Which prices a report counts with: those given for its run, or those of the project."""

from importlib import resources
from pathlib import Path

from experiment.prices import Prices, load_prices
from experiment.record import RunFolder, write_whole


def default_prices() -> Prices:
    """Made-up round numbers, declared as such in the table itself."""
    with resources.as_file(resources.files("analysis.money") / "default-prices.toml") as file:
        return load_prices(file)


def prices_of(folder: RunFolder) -> Prices:
    """Those that were kept with the run, else the project's; raises like ``load_prices``."""
    return load_prices(folder.prices) if folder.prices.exists() else default_prices()


def keep_prices(folder: RunFolder, file: Path) -> None:
    """Keep a valid table with the run, so that its report can be rebuilt byte for byte.

    Raises InputError, and keeps what was there, when the table is not valid.
    """
    load_prices(file)
    write_whole(folder.prices, file.read_bytes())
