"""Losing packets as a broken network does: a filter at a socket that lets none of them in.

Linux runs it before TCP sees a packet (socket(7), ``SO_ATTACH_FILTER``), and anybody may attach one
to an own socket. At a socket that listens it swallows what opens a connection, so that a caller
hears nothing, tries again as TCP does, and runs into its deadline.
"""

import ctypes
import socket
import struct

_DROP_ALL = struct.pack("HBBI", 0x06, 0, 0, 0)  # struct sock_filter: BPF_RET, let 0 bytes in
_SO_ATTACH_FILTER, _SO_DETACH_FILTER, _SO_MEMINFO = 26, 27, 55  # asm-generic/socket.h
_MEMINFO = struct.Struct("9I")  # linux/sock_diag.h; its last number counts dropped packets


def drop_all(wire: socket.socket) -> None:
    """Let no packet in from now on."""
    program = ctypes.create_string_buffer(_DROP_ALL, len(_DROP_ALL))
    one_instruction = struct.pack("HP", 1, ctypes.addressof(program))  # struct sock_fprog
    wire.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, one_instruction)


def drop_none(wire: socket.socket) -> None:
    wire.setsockopt(socket.SOL_SOCKET, _SO_DETACH_FILTER, 0)


def dropped(wire: socket.socket) -> int:
    """Packets that this socket has lost so far."""
    numbers = _MEMINFO.unpack(wire.getsockopt(socket.SOL_SOCKET, _SO_MEMINFO, _MEMINFO.size))
    return int(numbers[-1])
