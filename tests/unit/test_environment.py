"""What the user has set for other programs does not reach ours."""

import os
import pwd
import site
import sys
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from experiment.errors import InputError, RunError
from loadtests.own_settings import own_settings
from testbed import cli, doctor, machine
from testbed.generator import Generator, LoadOrder
from testbed.janitor import Belongings
from testbed.platforms import open_platform
from testbed.platforms.local import installation, platform, postgres
from testbed.platforms.local.installation import Installation
from testbed.platforms.local.postgres import PostgresServer


def test_the_command_line_forgets_settings_of_database_clients(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("PGPORT", "PGHOSTADDR", "PGSERVICE", "PGOPTIONS"):
        monkeypatch.setenv(name, "1")
    monkeypatch.setattr("sys.argv", ["twinstack", "--help"])
    with pytest.raises(SystemExit):
        cli.main()
    assert not [name for name in os.environ if name.startswith("PG")]


def test_a_connection_names_host_port_and_user_whatever_the_folder_is_called(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "a blank, and?host=elsewhere'"
    none = Installation(Path("/none"), None)
    server = PostgresServer(folder, none, {}, [], Belongings(tmp_path / "state"))
    told = conninfo_to_dict(server.url("carts", "owner", "secret"))
    assert told == {
        "host": str(folder),
        "port": 5432,
        "dbname": "carts",
        "user": "owner",
        "password": "secret",
    } or told == {**told, "host": str(folder), "port": "5432"}


@pytest.mark.parametrize("name", ["with a blank", "with,comma", 'with"quote'])
def test_data_lie_where_a_socket_can_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    base = Path("/var/tmp") / name
    monkeypatch.setenv("TMPDIR", str(base))
    monkeypatch.setattr(os, "access", lambda *_: True)
    is_fit = name == "with a blank"
    assert (platform._place_for_data().parent == base) is is_fit


def test_the_generator_reads_no_settings_of_locust_from_where_the_user_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Locust reads ~/.locust.conf, and locust.conf and pyproject.toml of its working directory."""
    home, record = tmp_path / "home", tmp_path / "record"
    for folder in (home, record):
        folder.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(home)
    monkeypatch.setenv("LOCUST_USERS", "7")
    own = site.getuserbase()
    show = (
        "import os, site; print(os.getcwd(), os.environ['HOME'], 'LOCUST_USERS' in os.environ, "
        "site.getuserbase())"
    )
    monkeypatch.setattr(Generator, "_command", lambda _: [sys.executable, "-c", show])
    order = LoadOrder("http://127.0.0.1:9", record / "a", record, None, 1.0, 1)
    with Generator(order, [], Belongings(tmp_path / "state")) as generator:
        generator._process.wait(10)
    said = (record / "generator.log").read_text(encoding="utf-8")
    assert said.split() == [str(record), str(record), "False", own]


def test_a_locust_of_ours_has_no_options_of_the_users_and_finds_packages_of_the_users() -> None:
    settings = own_settings({"LOCUST_USERS": "7", "HOME": "/home/user", "PATH": "/bin"})
    assert settings == {"PATH": "/bin", "HOME": "/", "PYTHONUSERBASE": site.getuserbase()}


def test_a_program_of_the_system_that_is_missing_is_no_wrong_path_of_the_users() -> None:
    with pytest.raises(RunError, match="PostgreSQL's data need the program no-such-program"):
        postgres._do("no-such-program")


def test_as_root_a_system_without_nobody_is_told_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unknown(name: str) -> pwd.struct_passwd:
        raise KeyError(name)

    monkeypatch.setattr(pwd, "getpwnam", unknown)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(InputError, match=r"has no user nobody .* add one"):
        installation.Installation.for_servers_in(Path("/none"))
    found = next(each for each in doctor.findings() if each.name == "PostgreSQL")
    assert not found.ok
    assert "no user nobody" in found.says


def test_an_installation_within_a_repository_of_the_users_does_not_name_its_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert machine.commit_of_code() != "unknown"
    inside = machine.ROOT / "testbed"  # of a repository, and not its root
    monkeypatch.setattr(machine, "ROOT", inside)
    assert machine.commit_of_code() == "unknown"


def test_without_the_clone_containers_are_refused_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("testbed.platforms.ROOT", tmp_path)
    for name in ("compose", "swarm", "kubernetes"):
        with pytest.raises(InputError, match=f"Platform {name} needs the folder docker/"):
            open_platform(name)
