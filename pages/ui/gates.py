"""What every request and connection passes before it is answered, from the outermost."""

from __future__ import annotations

from starlette.middleware import Middleware

from pages.ui.headers import Headers
from pages.ui.origin import OwnOrigin
from pages.ui.own_requests import OwnRequests
from pages.ui.owner import Owner
from pages.ui.upload_gate import UploadGate
from pages.ui.visits import Visits
from pages.ui.windows import Windows

GATES = [Middleware(gate) for gate in (Headers, OwnOrigin, Windows, OwnRequests, UploadGate, Visits, Owner)]
