"""One store that is kept up and watched until its user has enough of it.

Without what runs and reports need: their libraries take longer to load than the store to start.
"""

import time

from experiment.store import Architecture, Sample
from testbed.deploying import plain_deployment
from testbed.platforms import open_platform
from testbed.platforms.platform import RunningStore
from testbed.stopping import Stopped
from testbed.terminal import Terminal

LOOK_EVERY_S = 1.0


def keep_up(
    console: Terminal,
    architecture: Architecture,
    port: int | None,
    sample: Sample,
    platform_name: str = "local",
) -> None:
    """Bring one store up without limits, say where it is, and wait for Ctrl-C."""
    with (
        open_platform(platform_name) as platform,
        platform.belongings.temporary_folder() as logs,
    ):
        wanted = plain_deployment(architecture, sample)
        store = platform.up(wanted, logs, port=port, tell=console.say)
        try:
            console.say(f"{architecture} is at {store.url} (ready in {store.start_s:.1f} s)")
            console.say(
                "Sign in as customer1@example.com, password twinstack-sample. Ctrl-C stops."
            )
            _watch(store)
        except Stopped:
            console.say("Stopping.")
        finally:
            store.down()


def _watch(store: RunningStore) -> None:
    """Look once a second, until Ctrl-C; RunError when a part of the store has ended."""
    while True:
        store.check()
        time.sleep(LOOK_EVERY_S)
