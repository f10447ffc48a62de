"""What a request sends, where it is no more than it may be."""

from __future__ import annotations

from starlette.requests import Request


async def body_of(request: Request, largest: int) -> bytes | None:
    """The bytes that were sent; None for more than ``largest``, of which no more are read."""
    content = b""
    async for chunk in request.stream():
        content += chunk
        if len(content) > largest:
            return None
    return content
