"""The least litestar application: what the framework and the server weigh by themselves."""

import sys

import uvicorn
from litestar import Litestar, get


@get("/")
async def hello() -> dict[str, str]:
    """Answer with next to nothing."""
    return {"hello": "world"}


if __name__ == "__main__":
    (port,) = sys.argv[1:]
    uvicorn.run(
        Litestar([hello]),
        port=int(port),
        http="httptools",
        loop="uvloop",
        ws="none",
        access_log=False,
        log_level="error",
    )
