"""A Unix socket has a short path, whatever the folder for temporary files is called."""

import os
from pathlib import Path

import pytest

from experiment.errors import InputError
from testbed import socket_places


@pytest.mark.parametrize(
    ("name", "is_fit"),
    [("short", True), ("x" * 61, False), ("ü" * 31, False), ("with a blank", True)],
)
def test_a_folder_is_used_when_a_socket_fits_into_it(
    monkeypatch: pytest.MonkeyPatch, name: str, *, is_fit: bool
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: True)
    monkeypatch.setenv("TMPDIR", f"/{name}")
    assert (socket_places.short_base() == Path("/", name)) is is_fit


def test_where_no_folder_will_do_the_user_is_told_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(InputError, match="longer than 60 bytes, and /var/tmp and /tmp are"):
        socket_places.short_base()
