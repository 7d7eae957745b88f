"""The command line: ``twinstack --help``."""

from testbed.cli.entry import app, main

__all__ = ["app", "main"]
