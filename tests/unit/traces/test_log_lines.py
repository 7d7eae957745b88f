"""One line of an access log."""

from datetime import UTC, date, datetime, timedelta, timezone
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from testbed.traces.log_lines import Hit, parse

offsets = st.integers(-14 * 4, 14 * 4).map(lambda quarters: timedelta(minutes=15 * quarters))
seconds = st.integers(0, 4_000_000_000)
paths = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/.\n"), max_size=30)
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
        assert parse(line) == (time_s, "GET", f"/{path}", True, "2xx")


@given(st.text(max_size=200))
def test_other_text_is_no_line_and_no_error(text: str) -> None:
    assert parse(text) is None


def test_impossible_times_are_no_lines() -> None:
    for time in ("31/Feb/2026:00:00:00 +0000", "01/Foo/2026:00:00:00 +0000"):
        assert parse(f'::1 - - [{time}] "GET / HTTP/1.1" 200 1') is None


@given(
    day=st.dates(), hour=st.integers(0, 99), offset=st.from_regex(r"[+-][0-9]{4}", fullmatch=True)
)
@example(day=date(1, 1, 1), hour=0, offset="+0100")
@example(day=date(9999, 12, 31), hour=23, offset="-0100")
def test_no_time_is_an_error(day: date, hour: int, offset: str) -> None:
    logged = f"{day:%d}/{MONTHS[day.month - 1]}/{day.year:04}:{hour:02}:00:00 {offset}"
    hit = parse(f'::1 - - [{logged}] "GET / HTTP/1.1" 200 1')
    assert hit is None or hit.path == "/"


def _asked(request: str) -> Hit:
    hit = parse(f'::1 - - [01/Jan/2026:00:00:00 +0000] "{request}" 400 1')
    assert hit is not None
    return hit


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("/", "/"),
        ("//", "/"),
        ("//api///products/1", "/api/products/1"),
        ("/a/./b/../c", "/a/c"),
        ("/a/%2E%2E/", "/"),
        ("/%0A", "/%0A"),
        ("/search/?q=../..", "/search/"),
        ("/search?q=red shoe", "/search"),
        ("/red shoe", "/red shoe"),
        ("http://[::1]/search?q=a", "/search"),
        ("HTTP://shop.example", "/"),
        ("http://shop.example?q=a", "/"),
        (r"/caf\xC3\xA9/\"a\"", '/café/"a"'),
        ("/caf\\\N{REPLACEMENT CHARACTER}", "/caf\N{REPLACEMENT CHARACTER}"),
    ],
)
def test_a_path_is_read_as_a_web_server_reads_it(target: str, path: str) -> None:
    assert _asked(f"GET {target} HTTP/1.1")[1:4] == ("GET", path, True)
    assert _asked(f"GET {target}")[1:4] == ("GET", path, True)


@pytest.mark.parametrize(
    ("request_line", "method", "logged"),
    [
        ("GET login.cgi HTTP/1.0", "GET", "login.cgi"),
        ("GET login.cgi?user=ann HTTP/1.0", "GET", "login.cgi"),
        ("CONNECT shop.example:443 HTTP/1.1", "CONNECT", "shop.example:443"),
        ("OPTIONS * HTTP/1.1", "OPTIONS", "*"),
        ("GET /../../etc/passwd HTTP/1.1", "GET", "/../../etc/passwd"),
        ("GET http:///etc HTTP/1.1", "GET", "http:///etc"),
        ("GET  HTTP/1.1", "GET", ""),
        (r"\x16\x03", "", r"\x16\x03"),
        ("get /?user=ann HTTP/1.1", "", "get /"),
        ("-", "", "-"),
    ],
)
def test_a_target_that_is_no_path_stays_as_logged_but_for_its_query(
    request_line: str, method: str, logged: str
) -> None:
    assert _asked(request_line)[1:4] == (method, logged, False)


@pytest.mark.parametrize(
    ("status", "name"),
    [("101", "1xx"), ("201", "2xx"), ("304", "304"), ("302", "3xx"), ("499", "4xx"), ("503", "5xx"),
     ("000", "unknown"), ("-", "unknown")],
)  # fmt: skip
def test_what_was_answered_is_told_by_class(status: str, name: str) -> None:
    hit = parse(f'::1 - - [01/Jan/2026:00:00:00 +0000] "GET / HTTP/1.1" {status} 1')
    assert hit is not None
    assert hit.status == name
