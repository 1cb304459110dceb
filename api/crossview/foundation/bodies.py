"""Bodies are read by their own types: the framework would take "30" for 30 and 0 for false, as it must in an address."""

from collections.abc import Callable
from functools import cache
from typing import Any

import msgspec
from litestar import Request

from crossview.foundation.errors import misfit

Read = Callable[[bytes], Any]


class StrictRequest(Request[Any, Any, Any]):
    """A request whose JSON is exactly what its handler takes."""

    async def json(self) -> Any:
        """The body as the struct of its handler. Raises `InvalidInput` with the place at fault."""
        taken = self.route_handler.parsed_data_field
        assert taken is not None, "only a handler with a body reads one"
        return reader(taken.annotation)(await self.body())


@cache
def reader(kind: Any) -> Read:
    """What reads a body as that type; it raises `InvalidInput` with the place at fault."""
    decode = msgspec.json.Decoder(kind).decode

    def read(body: bytes) -> Any:
        try:
            return decode(body)
        except msgspec.ValidationError as error:
            raise misfit(str(error)) from error

    return read
