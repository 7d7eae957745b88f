"""How a process of either store is served: gunicorn, with the same flags wherever it runs.

``python -m store.runtime.serving`` serves the application that the environment names; it is what
a container runs.
"""

import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import get_args

from store.runtime import server_hooks
from store.runtime.limits import MAX_HEADERS, MAX_HEADERS_KIB
from store.runtime.settings import Secret, Settings, SettingsError, variable

KEEP_ALIVE_S = 3600
GRACE_S = 5
SILENT_WORKER_S = 30
LONGEST_LINE = 8190
"""Gunicorn's own limit of a request line; the edge refuses before."""
ADDRESS = "0.0.0.0:8000"
"""Within a container; what is published of it is up to the platform."""
ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONUNBUFFERED": "1",
    "PYTHONHASHSEED": "0",
}
"""Of every serving process, beside its settings."""
_TRUSTS_NOBODY = (
    "--forwarded-allow-ips", "", "--forwarder-headers", "", "--header-map", "drop",
)  # fmt: skip
"""A path, a scheme or an address that a header tells is nobody's to tell."""
_LIMITS = (
    "--limit-request-line", str(LONGEST_LINE), "--limit-request-fields", str(MAX_HEADERS + 10),
    "--limit-request-field_size", str(MAX_HEADERS_KIB * 1024),
)  # fmt: skip
"""Beyond what the edge lets through, so that its answers are the only ones."""
_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - the kernel's, used for gunicorn's heartbeat


def command(app: str, threads: int, bind: str) -> list[str]:
    """Gunicorn's command line; ``app`` and ``bind`` (an address, or fd://N) in its own notation."""
    heartbeat = ["--worker-tmp-dir", str(_SHARED_MEMORY)] if _SHARED_MEMORY.is_dir() else []
    return [
        sys.executable, "-P", "-m", "gunicorn",
        "--worker-class", "gthread", "--workers", "1", "--threads", str(threads),
        "--keep-alive", str(KEEP_ALIVE_S), "--graceful-timeout", str(GRACE_S),
        "--timeout", str(SILENT_WORKER_S), "--no-control-socket", *heartbeat,
        *_TRUSTS_NOBODY, *_LIMITS, "--config", f"python:{server_hooks.__name__}",
        "--bind", bind, "--log-level", "warning", app,
    ]  # fmt: skip


def completed(environment: Mapping[str, str], host: str) -> dict[str, str]:
    """The environment of a served process from that of its container, named ``host``.

    Secrets may come as files. SettingsError when one cannot be read.
    """
    secrets = {
        **{name: environment.get(f"{name}_FILE") for name in map(variable, get_args(Secret))},
        "PGPASSWORD": environment.get("TWINSTACK_DATABASE_PASSWORD_FILE"),
    }
    return {
        "TWINSTACK_INSTANCE": host,
        **environment,
        **{name: _read(file) for name, file in secrets.items() if file is not None},
        **ENVIRONMENT,
    }


def _read(file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingsError(f"{file} cannot be read: {error.strerror}") from error


def main() -> None:
    """Become gunicorn: whoever signals this process signals the server itself."""
    try:
        os.environ.update(completed(os.environ, socket.gethostname()))
        settings = Settings.from_environment()
        app = os.environ["TWINSTACK_APP"]
    except KeyError as missing:
        sys.exit(f"missing in the environment: {missing.args[0]}")
    except SettingsError as error:
        sys.exit(str(error))
    arguments = command(app, settings.threads, os.environ.get("TWINSTACK_BIND", ADDRESS))
    os.execv(arguments[0], arguments)  # noqa: S606 - our own command line, no shell


if __name__ == "__main__":
    main()
