"""The server: Streamlit's app over pages/studio.py, and the few routes beside it.

streamlit run app.py
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import streamlit as st

from pages.ui import ahead, health, logs
from pages.ui.ending import ending_well, save_runs
from pages.ui.gates import GATES
from pages.ui.mishaps import say_so
from pages.ui.overlapping import hear_each_message
from pages.ui.returning import say_nothing_of_before
from pages.ui.routes import ROUTES
from pages.ui.tidying import keep_tidy, look_at_settings_no_more, share_heaps


def warm_up() -> None:
    """Load torch and read the data while the browser still loads the page."""
    with health.warming():
        ahead.start()
        from pages.ui.resources import warm_up

        warm_up()


@asynccontextmanager
async def lifespan(app: st.App) -> AsyncGenerator[None, None]:
    """Save what still runs when the server is asked to end; what kills it at once costs the last second."""
    logs.started()
    look_at_settings_no_more()
    tidying = asyncio.create_task(keep_tidy())
    async with ending_well(save_runs):
        yield
    tidying.cancel()


logs.set_up()
share_heaps()
hear_each_message()
say_nothing_of_before()
threading.Thread(target=warm_up, name="warm-up", daemon=True).start()
app = st.App("pages/studio.py", routes=ROUTES, middleware=GATES, lifespan=lifespan, on_script_error=say_so)
