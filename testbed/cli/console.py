"""Where the commands speak to the user."""

from rich.console import Console

console = Console()
errors = Console(stderr=True)
