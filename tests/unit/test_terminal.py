"""What commands print: data as they are, whole, and harmless, on whatever console there is."""

import io
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.page import environment
from experiment.visible import visible
from projection.plots import cost
from projection.project import Projection
from testbed import cli, scenarios
from testbed.display import LiveDisplay, PlainDisplay
from testbed.glyphs import substitute_missing
from testbed.telling import telling
from testbed.terminal import Terminal

GOLDEN = Path(__file__).with_name("traces") / "golden.log"
ACTING = "\x1b[2J\x07\r\x9b31m\x85\u202e\u2066\u2028\x7f"
ESCAPED = r"\x1b[2J\x07\r\x9b31m\x85\u202e\u2066\u2028\x7f"


def _console(width: int, encoding: str = "utf-8", *, is_terminal: bool = True) -> Terminal:
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    substitute_missing(file)
    return Terminal(file=file, width=width, force_terminal=is_terminal, color_system=None)


def _printed(console: Terminal) -> str:
    file = cast("io.TextIOWrapper", console.file)
    file.flush()
    return cast("io.BytesIO", file.buffer).getvalue().decode(file.encoding)


def _fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str
) -> str:
    monkeypatch.setattr("sys.argv", ["twinstack", *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    return capsys.readouterr().err


@pytest.mark.parametrize("name", ["run [copy]", "[error]", "a[/x]b", "[bold]c", ":smile:", r"\[x]"])
def test_a_path_in_an_error_is_the_one_that_was_given(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = _fails(monkeypatch, capsys, "report", name)
    assert said == f"twinstack: {name} is not the folder of a run: it has no plan.json.\n"


def test_a_quoted_line_is_whole_and_acts_on_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "error.log"
    log.write_text("[error] [/x] \x1b[2Jgone\n", encoding="utf-8")
    said = _fails(monkeypatch, capsys, "trace", "import", str(log), "--out", str(tmp_path / "t"))
    assert r"'[error] [/x] \x1b[2Jgone'" in said


def test_a_path_of_a_log_acts_on_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "access.log"
    line = '::1 - - [01/Jan/2026:08:00:00 +0000] "GET /%1b]0;x%07%C2%9b%E2%80%AE HTTP/1.1" 404 1\n'
    log.write_text(line, encoding="utf-8")
    said = _fails(monkeypatch, capsys, "trace", "import", str(log), "--out", str(tmp_path / "t"))
    assert r"GET /\x1b]0;x\x07\x9b\u202e" in said


def test_a_line_end_in_a_name_does_not_end_the_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = _fails(monkeypatch, capsys, "report", "a\ntwinstack: all is well")
    assert said.startswith(r"twinstack: a\ntwinstack: all is well is not the folder")


@given(st.text())
def test_nothing_that_is_shown_acts(text: str) -> None:
    shown = visible(text)
    assert all(char.isprintable() or char in "\n\t" or ord(char) > 0x9F for char in shown)
    assert not set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069") & set(shown)
    if text.isprintable():
        assert shown == text


def test_every_way_of_printing_shows_data_as_they_are() -> None:
    console = _console(200)
    data = f"[bold]{ACTING}[/x]"
    console.say(data)
    console.say((data, "bold"))
    console.show([(data, data)], head=("[a]", "[/b]"))
    console.print(data)
    for display in (PlainDisplay(console, 1, 1.0), LiveDisplay(console, 1, 1.0)):
        with display:
            display.trial(data)
            display.step(data)
    with telling(console) as tell:
        tell(data)
    printed = _printed(console)
    assert printed.count(f"[bold]{ESCAPED}[/x]") >= 9
    assert "[a]" in printed
    assert "[/b]" in printed
    assert not {"\x07", "\x9b", "\u202e"} & set(printed)


def test_a_page_shows_what_would_turn_its_text() -> None:
    page = environment().from_string("{{ data }}, {{ ours | safe }}")
    assert page.render(data="<a\u202e\x1b>", ours="<b>") == r"&lt;a\u202e\x1b&gt;, <b>"


def test_a_currency_is_no_formula() -> None:
    point = SimpleNamespace(
        journeys_per_s=1.0,
        of=lambda _: SimpleNamespace(per_million=lambda _: 1.0),
        ratio=lambda _: 1.0,
    )
    prices = SimpleNamespace(currency=r"$\x$")
    projection = SimpleNamespace(points=[point], prices=prices, crossovers=[])
    figure = cost.draw(cast("Projection", projection))
    figure.savefig(io.BytesIO(), format="svg")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
@pytest.mark.parametrize(
    "arguments",
    [
        ("scenarios",),
        ("plan", "crash-one-feature", "--results", "none"),
        ("trace", "import", str(GOLDEN), "--out", "{}/t"),
        ("report", "--help"),
    ],
)
def test_a_console_without_our_characters_gets_substitutes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str, arguments: tuple[str, ...]
) -> None:
    out = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(out, encoding=encoding))
    monkeypatch.setattr("sys.argv", ["twinstack", *(each.format(tmp_path) for each in arguments)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    sys.stdout.flush()
    assert ended.value.code in {0, None}
    assert out.getvalue()


@given(st.text(st.characters(codec="utf-8")), st.sampled_from(["ascii", "latin-1", "cp1252"]))
def test_no_text_is_an_error_on_any_console(text: str, encoding: str) -> None:
    console = _console(60, encoding)
    console.say(text)
    console.show([(text, text)])
    _printed(console)


def test_what_is_known_by_another_character_is_written_so() -> None:
    console = _console(80, "ascii")
    console.say("\N{MINUS SIGN}5 \N{EN DASH} caf\xe9")
    assert _printed(console) == "-5 - caf\\xe9\n"


def test_a_name_that_is_no_text_is_printed_by_its_bytes() -> None:
    console = _console(80)
    console.say("run\udcff")
    assert _printed(console) == "run\\xff\n"


NAME = "an-arm-with-quite-a-long-name-for-an-arm-with-a-name"


@pytest.mark.parametrize("width", [20, 40, 60, 80, 120])
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_a_table_cuts_no_word(width: int, encoding: str) -> None:
    rows = [(name, scenarios.find(name).question, "25 min") for name in scenarios.names()]
    console = _console(width, encoding)
    console.show(rows, head=("Scenario", "Question", "Full takes"))
    words = {word for row in rows for cell in row for word in cell.split()}
    assert words <= set(_printed(console).split())


@pytest.mark.parametrize("width", [40, 80, 120, 200])
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_a_live_line_cuts_no_word_and_keeps_the_time(width: int, encoding: str) -> None:
    console = _console(width, encoding)
    with LiveDisplay(console, 2, 60.0) as display:
        display.trial(f"block 1/10 {NAME}")
        display.phase("outage-of-one-service", 3.0)
        display.rates({"rates": {"good_per_s": 20.0, "bad_per_s": 0.0}})
    printed = _printed(console)
    whole = printed.replace("\n", "") if width < len(NAME) else printed
    assert NAME in whole
    assert "outage-of-one-service" in printed
    assert "20 good/s 0 bad/s" in printed
    assert "-:--:--" in printed


@pytest.mark.parametrize("width", [40, 90])
def test_a_sentence_is_wrapped_between_words_and_a_path_is_whole(width: int) -> None:
    path = f"/somewhere/{NAME}/index.html"
    console = _console(width)
    console.say(f"The report with everything that anybody wanted to know: {path}")
    printed = _printed(console)
    assert path in printed
    assert (len(printed.splitlines()) > 1) == (40 < width < len(printed))
    elsewhere = _console(width, is_terminal=False)
    elsewhere.say("A sentence of which a program reads one line, however long it is.")
    assert _printed(elsewhere).count("\n") == 1


@pytest.mark.parametrize("command", [("run",), ("trace", "import"), ("bench",)])
def test_help_on_a_narrow_terminal_names_every_option(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    said = []
    for columns in ("40", "200"):
        monkeypatch.setenv("COLUMNS", columns)
        monkeypatch.setattr("sys.argv", ["twinstack", *command, "--help"])
        with pytest.raises(SystemExit):
            cli.main()
        output: Any = capsys.readouterr().out
        said.append({word for word in output.split() if word.startswith("--")})
    assert said[0] == said[1] != set()
