"""Templates."""

from __future__ import annotations

import streamlit as st

from pages.ui import session
from pages.ui.models import model_choice

visit = session.current()
text = visit.text
model = model_choice(visit)
st.write(model.id)
