"""PostgreSQL in a container is set as on platform ``local``."""

from pathlib import Path

import pytest

from store.postgres import serving
from store.postgres.server import BUFFERS_MB, CONNECTIONS, server_command, settings


def test_without_a_size_it_is_the_server_for_all_data_reached_over_tcp() -> None:
    assert serving.options({}) == {**settings(CONNECTIONS, BUFFERS_MB), **serving.REACHED_BY}


def test_its_size_comes_from_the_environment() -> None:
    chosen = serving.options({"TWINSTACK_CONNECTIONS": "100", "TWINSTACK_BUFFERS_MB": "14"})
    assert (chosen["max_connections"], chosen["shared_buffers"]) == ("100", "14MB")


def test_each_option_becomes_a_flag_of_the_server() -> None:
    command = server_command(Path("/bin/postgres"), Path("/data"), {"port": "5432"})
    assert command == ["/bin/postgres", "-D", "/data", "-c", "port=5432"]


def test_the_password_comes_from_a_file_or_from_the_environment(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("p1\n")
    assert serving._password({"POSTGRES_PASSWORD_FILE": str(tmp_path / "password")}) == "p1"
    assert serving._password({"POSTGRES_PASSWORD": "p2"}) == "p2"


def test_no_server_is_made_without_a_password() -> None:
    with pytest.raises(SystemExit, match="POSTGRES_PASSWORD_FILE or POSTGRES_PASSWORD"):
        serving._password({"POSTGRES_PASSWORD": " "})
