"""What an image holds: the modules that its entries import, and the packages that these need.

Run in a stage of a build, where the sources and the wheels are:
``contents.py --to FOLDER [--package NAME ...] MODULE ...`` writes ``FOLDER/code``, and
``FOLDER/packages.lock`` with those lines of ``requirements.lock`` that are to be installed.
Imports inside functions count. Needs the package packaging on its path.
"""

import argparse
import ast
import shutil
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from email.parser import HeaderParser
from pathlib import Path
from zipfile import ZipFile

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

SOURCES = Path()
WHEELS = Path("docker/wheels")


class UnknownError(Exception):
    """Something is imported or required that is neither here nor among the wheels."""


@dataclass(frozen=True)
class Wheel:
    """A distribution that can be installed."""

    name: str
    provides: frozenset[str]
    """Top-level modules and packages."""
    requires: tuple[Requirement, ...]


def file_of(module: str) -> Path | None:
    """Source of a module of ours; None when there is none."""
    path = SOURCES.joinpath(*module.split("."))
    for candidate in (path / "__init__.py", path.with_suffix(".py")):
        if candidate.is_file():
            return candidate
    return None


def imported_by(file: Path) -> Iterator[str]:
    """Names that could be modules: of ``from a import b`` both ``a`` and ``a.b``."""
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def with_parents(module: str) -> Iterator[str]:
    parts = module.split(".")
    return (".".join(parts[:length]) for length in range(1, len(parts) + 1))


def closure(entries: Iterable[str]) -> tuple[dict[str, Path], set[str]]:
    """Our modules with their files, and the top-level names of others that they import."""
    ours: dict[str, Path] = {}
    others: set[str] = set()
    waiting = list(entries)
    while waiting:
        for module in with_parents(waiting.pop()):
            file = file_of(module)
            if file is not None and module not in ours:
                ours[module] = file
                waiting += imported_by(file)
            elif file is None and "." not in module:
                others.add(module)
    return ours, others - set(sys.stdlib_module_names) - {module.split(".")[0] for module in ours}


def read_wheel(path: Path) -> Wheel:
    with ZipFile(path) as archive:
        names = archive.namelist()
        metadata = next(name for name in names if name.endswith(".dist-info/METADATA"))
        headers = HeaderParser().parsestr(archive.read(metadata).decode())
    tops = {name.split("/")[0].partition(".")[0] for name in names if ".dist-info/" not in name}
    requires = tuple(map(Requirement, headers.get_all("Requires-Dist", [])))
    return Wheel(canonicalize_name(headers["Name"]), frozenset(tops), requires)


def extras() -> dict[str, set[str]]:
    """Which extras of its dependencies the project asks for."""
    project = tomllib.loads((SOURCES / "pyproject.toml").read_text("utf-8"))["project"]
    asked = map(Requirement, project["dependencies"])
    return {canonicalize_name(each.name): each.extras for each in asked}


def with_requirements(names: Iterable[str], wheels: Mapping[str, Wheel]) -> set[str]:
    wanted: set[str] = set()
    asked = extras()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in wanted:
            continue
        if name not in wheels:
            raise UnknownError(f"there is no wheel of {name} in {WHEELS}")
        wanted.add(name)
        for extra in ("", *asked.get(name, ())):
            waiting += [
                canonicalize_name(each.name)
                for each in wheels[name].requires
                if each.marker is None or each.marker.evaluate({"extra": extra})
            ]
    return wanted


def provider(top: str, wheels: Mapping[str, Wheel]) -> str:
    for wheel in wheels.values():
        if top in wheel.provides:
            return wheel.name
    raise UnknownError(f"no wheel in {WHEELS} brings {top}")


def locked(names: set[str]) -> str:
    """The entries of these packages, with their hashes."""
    kept, keeps = [], False
    for line in (SOURCES / "requirements.lock").read_text("utf-8").splitlines(keepends=True):
        if not line.startswith((" ", "#")):
            keeps = canonicalize_name(line.partition("==")[0]) in names
        if keeps:
            kept.append(line)
    return "".join(kept)


def data_files(modules: Mapping[str, Path]) -> set[Path]:
    """Files beside modules and in folders below them that are no packages: pages, statements."""
    own = {file.parent for file in modules.values() if file.name != "__init__.py"}
    folders = {
        below
        for folder in own
        for below in (folder, *(each for each in folder.rglob("*") if each.is_dir()))
        if below == folder or not any(below.rglob("*.py"))
    }
    return {
        file
        for folder in folders
        for file in folder.iterdir()
        if file.is_file() and file.suffix not in (".py", ".pyc", ".md")
    }


def fill(folder: Path, entries: Iterable[str], packages: Iterable[str]) -> None:
    """``packages`` are needed, too, though nothing imports them."""
    modules, others = closure(entries)
    for file in {*modules.values(), *data_files(modules)}:
        target = folder / "code" / file
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    wheels = {wheel.name: wheel for wheel in map(read_wheel, sorted(WHEELS.glob("*.whl")))}
    needed = {provider(top, wheels) for top in others} | set(packages)
    lock = locked(with_requirements(needed, wheels))
    (folder / "packages.lock").write_text(lock, encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--to", type=Path, required=True)
    parser.add_argument("--package", action="append", default=[])
    parser.add_argument("modules", nargs="+")
    chosen = parser.parse_args()
    try:
        fill(chosen.to, chosen.modules, chosen.package)
    except UnknownError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
