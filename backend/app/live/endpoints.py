"""``/ws``: what happens, as it happens."""

from fastapi import APIRouter, WebSocket

from app.dependencies import Plane

router = APIRouter()


@router.websocket("/ws")
async def live(socket: WebSocket, plane: Plane) -> None:
    """Messages ``{type, data, timestamp}``, ``LiveMessage`` in the schema; the first is ``connection_established``."""
    await plane.hub.serve(socket)
