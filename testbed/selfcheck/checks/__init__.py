"""All checks, in the order in which they are made."""

from testbed.selfcheck.check import Check
from testbed.selfcheck.checks import lindley, means, second_client, stall, starved

CHECKS: tuple[Check, ...] = (
    lindley.CHECK,
    means.ONE_SERVER,
    means.FOUR_SERVERS,
    stall.CHECK,
    second_client.CHECK,
    starved.CHECK,
)
