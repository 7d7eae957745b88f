"""How a schedule tells the server what to do: a product's number holds station and service."""

_MICROSECONDS = 10**8
"""More than the longest service has."""


def number(station: int, service_s: float) -> int:
    """The product that asks ``station`` for a service of that length, in whole microseconds."""
    return station * _MICROSECONDS + round(service_s * 1e6)


def read(product: int) -> tuple[int, float]:
    """Station and service time in seconds."""
    station, microseconds = divmod(product, _MICROSECONDS)
    return station, microseconds / 1e6
