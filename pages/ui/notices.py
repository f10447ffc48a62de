"""What a person is told on the next page that is drawn for them, as it was refused where no page could say so."""

from __future__ import annotations

import threading
from collections import OrderedDict

from model.errors import StudioError
from model.limits import CLIENTS
from pages.ui import logs

_waiting: OrderedDict[str, StudioError] = OrderedDict()
_lock = threading.Lock()


def leave(owner: str, refused: StudioError) -> None:
    """Keep it for this person, the newest alone; who never comes back is forgotten."""
    logs.refused(refused.key)
    with _lock:
        _waiting[owner] = refused
        _waiting.move_to_end(owner)
        while len(_waiting) > CLIENTS:
            _waiting.popitem(last=False)


def take(owner: str) -> StudioError | None:
    """What waits for this person, once."""
    with _lock:
        return _waiting.pop(owner, None)
