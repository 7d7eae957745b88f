"""Where the commands speak to the user."""

from testbed.terminal import Terminal

console = Terminal()
errors = Terminal(stderr=True)
