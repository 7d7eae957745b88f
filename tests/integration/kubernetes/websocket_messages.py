"""As much of WebSocket (RFC 6455) as a server of kubectl's needs: whole messages, binary."""

import base64
import hashlib
import struct
import threading
from http.server import BaseHTTPRequestHandler

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # the RFC's
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
_SHORT, _MEDIUM, _LONG = 126, 127, 1 << 16


def accept(handler: BaseHTTPRequestHandler, protocol: str) -> None:
    key = hashlib.sha1((handler.headers["Sec-WebSocket-Key"] + GUID).encode()).digest()
    handler.protocol_version = "HTTP/1.1"
    handler.send_response(101)
    handler.send_header("Upgrade", "websocket")
    handler.send_header("Connection", "Upgrade")
    handler.send_header("Sec-WebSocket-Accept", base64.b64encode(key).decode())
    handler.send_header("Sec-WebSocket-Protocol", protocol)
    handler.end_headers()


class Messages:
    """What the client sends and is sent; pings are answered in between."""

    def __init__(self, handler: BaseHTTPRequestHandler) -> None:
        self._in = handler.rfile
        self._out = handler.wfile
        self._lock = threading.Lock()

    def receive(self) -> bytes | None:
        """The next message; None when the client has gone."""
        while True:
            head = self._in.read(2)
            if len(head) < 2:
                return None
            kind, content = head[0] & 0x0F, self._content(head[1] & 0x7F)
            if kind == CLOSE:
                return None
            if kind == PING:
                self.send(content, PONG)
            elif kind in {TEXT, BINARY}:
                return content

    def send(self, content: bytes, kind: int = BINARY) -> None:
        size = len(content)
        if size < _SHORT:
            length = struct.pack("!B", size)
        elif size < _LONG:
            length = struct.pack("!BH", _SHORT, size)
        else:
            length = struct.pack("!BQ", _MEDIUM, size)
        with self._lock:
            self._out.write(bytes([0x80 | kind]) + length + content)
            self._out.flush()

    def _content(self, size: int) -> bytes:
        if size == _SHORT:
            (size,) = struct.unpack("!H", self._in.read(2))
        elif size == _MEDIUM:
            (size,) = struct.unpack("!Q", self._in.read(8))
        mask = self._in.read(4)  # clients always mask
        return bytes(byte ^ mask[i % 4] for i, byte in enumerate(self._in.read(size)))
