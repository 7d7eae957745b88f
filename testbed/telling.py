"""What a command that measures for a while says meanwhile, and where it may write in the end."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from experiment.errors import InputError

Telling = Callable[[str], None]


@contextmanager
def telling(console: Console) -> Iterator[Telling]:
    """A live line on a terminal, plain lines elsewhere."""
    if not console.is_terminal:
        yield lambda text: console.print(text, highlight=False)
        return
    with console.status("") as status:
        yield status.update


def require_writable(out: Path | None) -> None:
    if out is not None and not (out.parent.is_dir() and os.access(out.parent, os.W_OK)):
        raise InputError(f"{out} cannot be written: its folder is missing or not ours.")
