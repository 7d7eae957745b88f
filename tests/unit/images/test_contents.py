"""How the build of an image finds out what belongs into it: on a small tree of its own."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from zipfile import ZipFile

import pytest

LOCK = """\
# made by make lock
flask==3 \\
    --hash=sha256:aa
numpy==2 ; python_version < '3.12' \\
    --hash=sha256:bb \\
    --hash=sha256:cc
zope-event==6 \\
    --hash=sha256:dd
"""


@pytest.fixture
def contents(
    script: Callable[[str], ModuleType], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> ModuleType:
    """The script, at work in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return script("contents")


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], None]:
    def file(path: str, text: str = "") -> None:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")

    return file


def _wheel(name: str, *requires: str, modules: tuple[str, ...] = ()) -> None:
    folder = Path("docker/wheels")
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["Metadata-Version: 2.1", f"Name: {name}", "Version: 1"]
    lines += [f"Requires-Dist: {each}" for each in requires]
    with ZipFile(folder / f"{name}-1-py3-none-any.whl", "w") as archive:
        archive.writestr(f"{name}-1.dist-info/METADATA", "\n".join(lines))
        for module in modules or (name,):
            archive.writestr(f"{module}/__init__.py", "")


def test_imports_are_followed_also_out_of_functions_and_into_parents(
    contents: ModuleType, write: Callable[..., None]
) -> None:
    write("shop/__init__.py")
    write("shop/app.py", "import json, flask\nfrom shop import rules\n")
    write("shop/rules.py", "def price():\n    from tools.money import cents\n")
    write("shop/unused.py", "import numpy")
    write("tools/money.py")
    write("tools/__init__.py")
    modules, others = contents.closure(["shop.app"])
    assert set(modules) == {"shop", "shop.app", "shop.rules", "tools", "tools.money"}
    assert others == {"flask"}


def test_files_beside_a_module_come_with_it_and_those_of_other_packages_do_not(
    contents: ModuleType, write: Callable[..., None]
) -> None:
    for path in ("shop/__init__.py", "shop/app.py", "shop/cart/__init__.py", "shop/cart/items.py"):
        write(path)
    for path in ("shop/schema.sql", "shop/README.md", "shop/pages/home.html", "shop/cart/cart.sql"):
        write(path)
    modules, _ = contents.closure(["shop.app"])
    assert {str(file) for file in contents.data_files(modules)} == {
        "shop/schema.sql",
        "shop/pages/home.html",
    }


def test_packages_bring_what_they_require_here_and_the_extras_asked_for(
    contents: ModuleType, write: Callable[..., None]
) -> None:
    write("pyproject.toml", '[project]\nname = "shop"\ndependencies = ["driver[fast]"]\n')
    for wheel, requires in {
        "driver": ('fastdriver; extra == "fast"', 'slowdriver; extra == "slow"'),
        "fastdriver": ("tools", 'wintools; sys_platform == "win32"'),
        "tools": (),
    }.items():
        _wheel(wheel, *requires)
    wheels = {each.name: each for each in map(contents.read_wheel, contents.WHEELS.iterdir())}
    assert contents.with_requirements(["driver"], wheels) == {"driver", "fastdriver", "tools"}


def test_a_module_is_found_in_the_wheel_that_brings_it(contents: ModuleType) -> None:
    _wheel("PyDriver", modules=("driver", "driver_core"))
    (wheel,) = map(contents.read_wheel, contents.WHEELS.iterdir())
    assert contents.provider("driver_core", {wheel.name: wheel}) == "pydriver"
    with pytest.raises(contents.UnknownError, match="no wheel in docker/wheels brings numpy"):
        contents.provider("numpy", {wheel.name: wheel})


def test_the_lock_is_cut_to_whole_entries_with_their_hashes(
    contents: ModuleType, write: Callable[..., None]
) -> None:
    write("requirements.lock", LOCK)
    assert contents.locked({"numpy"}).splitlines() == LOCK.splitlines()[3:6]
