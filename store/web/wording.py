"""How numbers and times read on a page."""

from datetime import datetime


def price(cents: int) -> str:
    """``123456`` as ``€1,234.56``."""
    return f"€{cents // 100:,}.{cents % 100:02}"


def moment(timestamp: str) -> str:
    """An RFC 3339 time in UTC as ``1 January 2026, 12:00 UTC``."""
    time = datetime.fromisoformat(timestamp)
    return f"{time.day} {time:%B %Y, %H:%M} UTC"


def day(timestamp: str) -> str:
    """An RFC 3339 time in UTC as ``1 January 2026``."""
    return moment(timestamp).partition(",")[0]
