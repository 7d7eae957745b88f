"""A connection is not shared any more behind a body that may be left unread."""

from store.runtime import server_hooks
from store.runtime.limits import MAX_BODY_BYTES


class _Request:
    def __init__(self, **headers: str) -> None:
        self.headers = [(name.replace("_", "-"), value) for name, value in headers.items()]
        self.closes = False

    def force_close(self) -> None:
        self.closes = True


def _closes(**headers: str) -> bool:
    request = _Request(**headers)
    server_hooks.pre_request(None, request)
    return request.closes


def test_a_connection_is_closed_behind_what_gunicorn_would_not_read_away() -> None:
    assert _closes(HOST="store", CONTENT_LENGTH=str(MAX_BODY_BYTES))
    assert _closes(TRANSFER_ENCODING="chunked")


def test_a_connection_is_kept_behind_what_gunicorn_reads_away() -> None:
    assert not _closes(HOST="store")
    assert not _closes(CONTENT_LENGTH=str(MAX_BODY_BYTES - 1))
