"""Which platforms the command line offers."""

from typing import Literal

PlatformName = Literal["local", "compose", "swarm", "kubernetes"]
