"""Files by which a master tells the test bed how far it is, in the folder of its record."""

CONNECTED_NAME = "connected.json"
"""``workers``: how many have come so far."""
STARTED_NAME = "started.json"
"""``t0_unix``: the start of the load, on this machine's clock; there once all workers are ready."""
