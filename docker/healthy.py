"""Whether ``healthy.py PORT PATH`` is answered with 200; small, for it runs every few seconds."""

import socket
import sys

TIMEOUT_S = 2.0


def main() -> int:
    port, path = int(sys.argv[1]), sys.argv[2]
    try:
        with socket.create_connection(("127.0.0.1", port), TIMEOUT_S) as connection:
            connection.settimeout(TIMEOUT_S)
            # Not HTTP/1.0: Envoy's administration refuses it.
            asked = f"GET {path} HTTP/1.1\r\nHost: health\r\nConnection: close\r\n\r\n"
            connection.sendall(asked.encode())
            status = connection.recv(16).split()[1]
    except (OSError, IndexError):
        return 1
    return int(status != b"200")


if __name__ == "__main__":
    sys.exit(main())
