"""What queueing theory says about waiting. Times are seconds, rates are arrivals per second."""

import math

import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.float64]


def waits_s(arrivals_s: Times, services_s: Times, servers: int = 1) -> Times:
    """The exact wait of each customer before its service, for these very arrivals.

    Lindley (1952) for one server: W' = max(0, W + S - T), with T the time to the next arrival.
    Kiefer & Wolfowitz (1955) for c servers: the same on the vector of the servers' work, in
    ascending order; a customer waits for its least member. Assumes one queue in order of arrival
    (``arrivals_s`` ascending), no idle server while somebody waits, nobody who leaves, and an
    empty system at the beginning. Nothing is assumed about how arrivals and services are spread.
    """
    work_s = [0.0] * servers
    waits = np.empty(len(arrivals_s))
    gaps_s = np.diff(arrivals_s, append=arrivals_s[-1:])
    for customer, (gap_s, service_s) in enumerate(zip(gaps_s, services_s, strict=True)):
        waits[customer] = work_s[0]
        work_s[0] += service_s
        work_s = sorted(max(0.0, left_s - gap_s) for left_s in work_s)
    return waits


def md1_mean_wait_s(rate: float, service_s: float) -> float:
    """Mean wait of M/D/1: Poisson arrivals, one server, every service takes ``service_s``.

    Pollaczek (1930) and Khinchine (1932) with a variance of zero. ValueError unless stable.
    """
    use = _use(rate, service_s, servers=1)
    return use * service_s / (2 * (1 - use))


def erlang_c(servers: int, offered: float) -> float:
    """Probability that a customer of M/M/c waits at all (Erlang 1917).

    ``offered`` is rate times mean service time, in Erlang. By way of Erlang's loss formula,
    whose recursion stays exact where factorials overflow. ValueError unless stable.
    """
    use = _use(offered, 1.0, servers)
    loss = 1.0
    for count in range(1, servers + 1):
        loss = offered * loss / (count + offered * loss)
    return loss / (1 - use * (1 - loss))


def mmc_mean_wait_s(rate: float, mean_service_s: float, servers: int) -> float:
    """Mean wait of M/M/c: Poisson arrivals, exponential services, ``servers`` alike.

    ValueError unless stable.
    """
    waiting = erlang_c(servers, rate * mean_service_s)
    return waiting / (servers / mean_service_s - rate)


def standard_error(batch_means: Times) -> float:
    """Standard error of the mean of batch means.

    Assumes batches that are independent of each other: other queues, or stretches of time far
    longer than a queue remembers (Schmeiser, Operations Research 1982). Needs two or more.
    """
    return float(np.std(batch_means, ddof=1) / math.sqrt(len(batch_means)))


def _use(rate: float, mean_service_s: float, servers: int) -> float:
    use = rate * mean_service_s / servers
    if not 0 <= use < 1:
        raise ValueError(f"a queue with utilisation {use:g} has no mean wait")
    return use
