"""A child process's end of its socket: frames in and out, and the end of the process when the service is gone."""

import os
import socket
from types import TracebackType
from typing import Self

from crossview.plugin.wire import LENGTH


class Pipe:
    """The socket of this number, as the service left it to this process."""

    def __init__(self, socket_number: int) -> None:
        self._connection = socket.socket(fileno=socket_number)
        # What the plugin starts must not hold the socket open, or write to it.
        self._connection.set_inheritable(False)
        self._stream = self._connection.makefile("rwb")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.close()
        self._connection.close()

    def read(self) -> bytes:
        """The content of the next frame; ends the process when there will be none."""
        (size,) = LENGTH.unpack(self._exactly(LENGTH.size))
        return self._exactly(size)

    def write(self, framed: bytes) -> None:
        """Send a frame."""
        self._stream.write(framed)
        self._stream.flush()

    def _exactly(self, size: int) -> bytes:
        content = self._stream.read(size)
        if len(content) < size:
            # The service is gone or has done with us; threads of the plugin must not keep the process.
            os._exit(0)
        return content
