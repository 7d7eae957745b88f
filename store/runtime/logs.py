"""Structured logs: one JSON object a line on standard error, warnings and worse.

No line per request: ten processes would pay for it more often than one.
"""

import logging
import sys
import traceback

import orjson
from flask import g, has_request_context


class JsonFormatter(logging.Formatter):
    def __init__(self, instance: str) -> None:
        super().__init__()
        self._instance = instance

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": self.formatTime(record),
            "level": record.levelname,
            "instance": self._instance,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if has_request_context() and "trace_id" in g:
            line["trace_id"] = g.trace_id
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = "".join(traceback.format_exception(*record.exc_info))
        return orjson.dumps(line).decode()


def configure(instance: str) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter(instance))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
