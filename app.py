"""The server: Streamlit's app over pages/studio.py, and the few routes beside it.

streamlit run app.py
"""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware

from pages.ui import ahead
from pages.ui.owner import Owner
from pages.ui.routes import ROUTES


def warm_up() -> None:
    """Load torch and read the data while the browser still loads the page."""
    ahead.start()
    from pages.ui.resources import warm_up

    warm_up()


@asynccontextmanager
async def lifespan(app: st.App) -> AsyncGenerator[None, None]:
    """Save what still runs when the server is asked to end; what kills it at once costs the last second."""
    yield
    from pages.ui.resources import keeper

    await run_in_threadpool(keeper().close)


threading.Thread(target=warm_up, name="warm-up", daemon=True).start()
app = st.App("pages/studio.py", routes=ROUTES, middleware=[Middleware(Owner)], lifespan=lifespan)
