"""The data set that a section of Concepts is asked to look at."""

from __future__ import annotations

from model.data import FashionData
from model.errors import BadSetting
from model.ideas.values import quoted
from pages.ui import resources

NAMES = (resources.FASHION_MNIST, resources.GARMENTS)


def data_named(name: str | None, setting: str = "data") -> FashionData:
    """The data set that a value of a URL names, by default the server's own choice; BadSetting for any other name."""
    if name and name not in NAMES:
        raise BadSetting("bad_choice", name=setting, value=quoted(name), options=", ".join(NAMES))
    return resources.data_set(name or resources.default_data())
