"""As much of SPDY 3.1, in the messages of a WebSocket, as kubectl's port-forward needs.

For each connection kubectl opens two streams, one for errors and one for data, in this order. Their
headers are not read: they would name the port, and a pod has one listener here.
"""

import socket
import struct
import threading
import zlib
from contextlib import suppress

from websocket_messages import Messages

SYN_STREAM, SYN_REPLY, PING = 1, 2, 6
FIN = 1
_CONTROL = 0x80
_NO_HEADERS = struct.pack("!I", 0)


class Tunnel:
    def __init__(self, messages: Messages, port: int) -> None:
        """``port``: of 127.0.0.1, where the data go."""
        self._messages = messages
        self._port = port
        self._rest = b""
        self._compressor = zlib.compressobj()
        self._opened = 0
        self._sockets: dict[int, socket.socket] = {}

    def carry(self) -> None:
        """Until the client goes."""
        try:
            while (head := self._take(8)) is not None:
                flags, size = head[4], int.from_bytes(head[5:8], "big")
                content = self._take(size) or b""
                if head[0] & _CONTROL:
                    self._control(int.from_bytes(head[2:4], "big"), head, content)
                else:
                    self._data(int.from_bytes(head[:4], "big"), flags, content)
        finally:
            for each in self._sockets.values():
                each.close()

    def _control(self, kind: int, head: bytes, content: bytes) -> None:
        if kind == SYN_STREAM:
            self._open(int.from_bytes(content[:4], "big"))
        elif kind == PING:
            self._messages.send(head + content)

    def _open(self, stream: int) -> None:
        self._opened += 1
        headers = self._compressor.compress(_NO_HEADERS)
        headers += self._compressor.flush(zlib.Z_SYNC_FLUSH)
        reply = struct.pack("!I", stream) + headers
        self._messages.send(struct.pack("!HHI", 0x8003, SYN_REPLY, len(reply)) + reply)
        if self._opened % 2 == 0:
            listener = self._sockets[stream] = socket.create_connection(("127.0.0.1", self._port))
            threading.Thread(target=self._pump, args=[stream, listener], daemon=True).start()

    def _data(self, stream: int, flags: int, content: bytes) -> None:
        if stream in self._sockets:
            with suppress(OSError):  # the listener may have hung up
                self._sockets[stream].sendall(content)
                if flags & FIN:
                    self._sockets[stream].shutdown(socket.SHUT_WR)
        elif flags & FIN:
            self._send(stream, FIN, b"")  # a stream for errors: there are none

    def _pump(self, stream: int, listener: socket.socket) -> None:
        with suppress(OSError):  # the client may have gone
            while content := listener.recv(65536):
                self._send(stream, 0, content)
            self._send(stream, FIN, b"")

    def _send(self, stream: int, flags: int, content: bytes) -> None:
        head = struct.pack("!II", stream, flags << 24 | len(content))
        self._messages.send(head + content)

    def _take(self, size: int) -> bytes | None:
        while len(self._rest) < size:
            message = self._messages.receive()
            if message is None:
                return None
            self._rest += message
        taken, self._rest = self._rest[:size], self._rest[size:]
        return taken
