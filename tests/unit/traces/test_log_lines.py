"""One line of an access log."""

from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import quote

from hypothesis import given
from hypothesis import strategies as st

from testbed.traces.log_lines import parse

offsets = st.integers(-14 * 4, 14 * 4).map(lambda quarters: timedelta(minutes=15 * quarters))
seconds = st.integers(0, 4_000_000_000)
paths = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
agents = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30)
clients = st.ip_addresses().map(str)
sizes = st.sampled_from(["-", "0", "512"])
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def _logged(time_s: int, offset: timedelta) -> str:
    moment = datetime.fromtimestamp(time_s, UTC).astimezone(timezone(offset))
    return f"{moment:%d}/{MONTHS[moment.month - 1]}/{moment:%Y:%H:%M:%S %z}"


@given(time_s=seconds, offset=offsets, path=paths, agent=agents, client=clients, size=sizes)
def test_what_was_written_is_read_back(
    *, time_s: int, offset: timedelta, path: str, agent: str, client: str, size: str
) -> None:
    escaped = agent.replace("\\", "\\\\").replace('"', '\\"')
    common = f'{client} - - [{_logged(time_s, offset)}] "GET /{quote(path, safe="")}?q=1 HTTP/2.0"'
    for line in (f"{common} 200 {size}", f'{common} 200 {size} "-" "{escaped}"'):
        assert parse(line) == (time_s, "GET", f"/{path}")


@given(st.text(max_size=200))
def test_other_text_is_no_line_and_no_error(text: str) -> None:
    assert parse(text) is None


def test_impossible_times_are_no_lines() -> None:
    for time in ("31/Feb/2026:00:00:00 +0000", "01/Foo/2026:00:00:00 +0000"):
        assert parse(f'::1 - - [{time}] "GET / HTTP/1.1" 200 1') is None


def test_what_is_no_http_request_is_kept_as_it_was_logged() -> None:
    hit = parse('::1 - - [01/Jan/2026:00:00:00 +0000] "\\x16\\x03" 400 1')
    assert hit is not None
    assert (hit.method, hit.path) == ("", "\\x16\\x03")


def test_a_whole_url_is_read_as_its_path() -> None:
    hit = parse('::1 - - [01/Jan/2026:00:00:00 +0000] "GET http://[::1]/search?q=a HTTP/1.1" 200 1')
    assert hit is not None
    assert hit.path == "/search"
