"""What endpoints ask for."""

from collections.abc import Iterator
from typing import Annotated, cast

from fastapi import Depends
from sqlalchemy.orm import Session
from starlette.requests import HTTPConnection

from app.control_plane import ControlPlane


def control_plane(connection: HTTPConnection) -> ControlPlane:
    """The running control plane."""
    return cast("ControlPlane", connection.app.state.control_plane)


Plane = Annotated[ControlPlane, Depends(control_plane)]


def transaction(plane: Plane) -> Iterator[Session]:
    """One request, one transaction."""
    with plane.database.transaction() as session:
        yield session


#: Committed before the answer goes out: what was answered has happened.
Transaction = Annotated[Session, Depends(transaction, scope="function")]
