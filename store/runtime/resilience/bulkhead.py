"""Bulkhead: a slow peer cannot hold more than its share of the request threads."""

import threading


class BulkheadFullError(Exception):
    """So many calls are under way already."""


class Bulkhead:
    """A place for each call while it lasts; BulkheadFullError at once when there is none."""

    def __init__(self, places: int) -> None:
        self._places = threading.Semaphore(places)

    def __enter__(self) -> None:
        if not self._places.acquire(blocking=False):
            raise BulkheadFullError

    def __exit__(self, *_: object) -> None:
        self._places.release()
