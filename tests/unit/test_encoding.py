"""Files of other editors: a byte-order mark is read, another encoding is named."""

import codecs
import gzip
from pathlib import Path

import pytest

from experiment.encoding import seems_to_be
from experiment.errors import InputError
from experiment.prices import load_prices
from experiment.scenario import load_scenario
from testbed import scenarios
from testbed.traces.mapping import read_table

TABLE = "[[rules]]\npath = '^/kaufen'\njourney = 'buy' # für später\n"


def _written(folder: Path, content: bytes) -> Path:
    file = folder / "mine.toml"
    file.write_bytes(content)
    return file


def test_a_byte_order_mark_changes_nothing(tmp_path: Path) -> None:
    scenario = scenarios.FOLDER / "first-look.toml"
    content = scenario.read_bytes().replace(b"\n", b"\r\n")
    marked = _written(tmp_path, codecs.BOM_UTF8 + content)
    assert load_scenario(marked) == load_scenario(scenario)
    table = read_table(_written(tmp_path, codecs.BOM_UTF8 + TABLE.encode()))
    assert table.journey_of("GET", "/kaufen") == "buy"


@pytest.mark.parametrize("read", [load_scenario, read_table, load_prices])
@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (TABLE.encode("utf-16"), "mine.toml seems to be text in UTF-16"),
        (TABLE.encode("utf-16-le"), "mine.toml seems to be text in UTF-16"),
        (TABLE.encode("utf-16-be"), "mine.toml seems to be text in UTF-16"),
        (gzip.compress(TABLE.encode()), "mine.toml seems to be gzip"),
        (TABLE.encode("cp1252"), "mine.toml is not text in UTF-8: line 3 has other bytes"),
        (b"n = " + 5_000 * b"1", "mine.toml is not valid TOML"),
    ],
)
def test_another_encoding_is_refused_by_name(
    tmp_path: Path, read: object, content: bytes, sentence: str
) -> None:
    assert callable(read)
    with pytest.raises(InputError) as raised:
        read(_written(tmp_path, content))
    assert sentence in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_host_may_be_called_like_a_format() -> None:
    assert seems_to_be(b"PAR1-web1.example:80 1.2.3.4 - - [") is None
    assert seems_to_be(b"PAR1\x15\x04\x15") == "Parquet"
