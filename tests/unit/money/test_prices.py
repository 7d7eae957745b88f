"""Tables of prices: valid ones are read, wrong ones are refused in one sentence."""

from pathlib import Path

import pytest

from analysis.money.prices import default_prices, keep_prices, prices_of
from experiment.errors import InputError
from experiment.prices import load_prices
from experiment.record import RunFolder

VALID = {
    "currency": '"EUR"',
    "cpu_hour": "0.05",
    "gb_hour": "0.006",
    "instance_hour": "0",
    "source": '"Our own invoices."',
    "as_of": "2026-01-31",
}


def table(tmp_path: Path, **changed: str | None) -> Path:
    """A valid table but for ``changed``; None leaves a key out."""
    values = {**VALID, **changed}
    file = tmp_path / "mine.toml"
    lines = [f"{key} = {value}\n" for key, value in values.items() if value is not None]
    file.write_text("".join(lines), encoding="utf-8")
    return file


def test_a_table_of_ones_own_is_read(tmp_path: Path) -> None:
    prices = load_prices(table(tmp_path))
    assert (prices.currency, prices.cpu_hour, prices.instance_hour) == ("EUR", 0.05, 0.0)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"cpu_hour": "-0.05"}, "mine.toml: cpu_hour: Input should be greater than or equal to 0."),
        ({"gb_hour": None}, "mine.toml: gb_hour: this key is missing."),
        ({"gb_hour": "nan"}, "mine.toml: gb_hour: Input should be a finite number."),
        ({"gb_hour": "inf"}, "mine.toml: gb_hour: Input should be a finite number."),
        ({"disk_hour": "1"}, "mine.toml: disk_hour: this key is not known; check its spelling."),
        ({"cpu_hour": "0", "gb_hour": "0"}, "mine.toml: all prices are zero, so nothing"),
        ({"source": '""'}, "mine.toml: source: String should have at least 1 character."),
        ({"cpu_hour": "five"}, "mine.toml is not valid TOML"),
    ],
    ids=str,
)
def test_a_wrong_table_is_refused_in_one_sentence(
    tmp_path: Path, changed: dict[str, str | None], says: str
) -> None:
    with pytest.raises(InputError) as error:
        load_prices(table(tmp_path, **changed))
    assert says in str(error.value)
    assert error.value.exit_code == 2


def test_a_table_that_is_not_there_or_no_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="There is no table of prices"):
        load_prices(tmp_path / "none.toml")
    with pytest.raises(InputError, match="is not a regular file"):
        load_prices(tmp_path)


def test_the_projects_own_prices_say_that_they_are_made_up() -> None:
    assert "made up" in default_prices().source


def test_prices_that_were_given_once_stay_with_the_run(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    folder.path.mkdir()
    assert prices_of(folder) == default_prices()
    keep_prices(folder, table(tmp_path))
    assert prices_of(folder).currency == "EUR"
    with pytest.raises(InputError):
        keep_prices(folder, table(tmp_path, cpu_hour="-1"))
    assert prices_of(folder).cpu_hour == 0.05
