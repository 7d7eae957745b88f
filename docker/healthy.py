"""Whether ``healthy.py PORT PATH`` is answered with 200; small, for it runs every few seconds."""

import socket
import sys

TIMEOUT_S = 2.0


def main() -> int:
    port, path = int(sys.argv[1]), sys.argv[2]
    try:
        with socket.create_connection(("127.0.0.1", port), TIMEOUT_S) as connection:
            connection.settimeout(TIMEOUT_S)
            connection.sendall(f"GET {path} HTTP/1.0\r\nHost: health\r\n\r\n".encode())
            status = connection.recv(16).split()[1]
    except (OSError, IndexError):
        return 1
    return int(status != b"200")


if __name__ == "__main__":
    sys.exit(main())
