"""Runs inside an image: what is there, as JSON."""

import importlib.util
import json
import os
import shutil
from importlib.metadata import Distribution, distributions
from pathlib import Path

HOME = Path("/opt/twinstack")
CODE = HOME / "code"
PROGRAMS = ("pip", "pip3", "gcc", "cc", "g++", "make", "ld", "git", "pytest", "uv")
MODULES = ("pip", "ensurepip", "setuptools", "pytest")


def module_of(file: Path) -> str:
    return ".".join(file.relative_to(CODE).with_suffix("").parts).removesuffix(".__init__")


def name_of(package: Distribution) -> str:
    return package.metadata["Name"].lower().replace("_", "-")


def is_compiled(file: Path) -> bool:
    return Path(importlib.util.cache_from_source(str(file))).exists()


sources = list(CODE.rglob("*.py"))
found = {
    "uid": os.getuid(),
    "modules": [module_of(file) for file in sources],
    "uncompiled": [str(file) for file in sources if not is_compiled(file)],
    "packages": [name_of(each) for each in distributions(path=[str(HOME / "packages")])],
    "tests": [str(folder) for folder in HOME.rglob("tests")],
    "tools": [
        *(program for program in PROGRAMS if shutil.which(program)),
        *(module for module in MODULES if importlib.util.find_spec(module)),
    ],
}
print(json.dumps(found))  # noqa: T201 - its output is what the test reads
