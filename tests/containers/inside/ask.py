"""Runs inside a container: the status of the answer to ``GET URL``."""

import sys
from urllib.error import HTTPError
from urllib.request import urlopen

try:
    status = urlopen(sys.argv[1], timeout=5).status
except HTTPError as error:
    status = error.code
print(status)  # noqa: T201 - its output is what the test reads
