"""What a command that measures for a while says meanwhile."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from testbed.terminal import Terminal, text_of

Telling = Callable[[str], None]


def silent(_: str) -> None:
    """Tells nobody."""


@contextmanager
def telling(console: Terminal) -> Iterator[Telling]:
    """A live line on a terminal, plain lines elsewhere."""
    if not console.is_terminal:
        yield console.say
        return
    # The dots of the usual spinner are in no smaller character set.
    spinner = "line" if console.options.ascii_only else "dots"
    with console.status("", spinner=spinner) as status:
        yield lambda text: status.update(text_of(text))
