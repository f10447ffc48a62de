"""A script that reads the four files of the data with torch alone, and runs functions of this project on them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from model.data import FashionData
from model.ideas.code import script
from model.script import NAMED, cells, where

IMPORTS = """{imports}
{more}

torch.set_num_threads(1)  # sums in another order are other sums, in their last digits
checksum = "{checksum}"
folder = {folder}
{constants}

{data}"""


def data_heading(heading: str, data: str) -> str:
    """What the script begins with: what it does, how it is started, and where its data come from."""
    return "\n".join((heading, "", "    python idea.py [FOLDER]", "", *where(data), ""))


def data_script(
    heading: str,
    functions: tuple[Callable[..., Any] | type, ...],
    calls: str,
    data: FashionData,
    more: str = "",
    constants: str = "",
) -> str:
    """The script as text: ``more`` imports, ``constants`` that the functions name, the functions, then ``calls``.

    The calls find ``data`` with ``train_labels``, ``test_images``, ``test_labels`` and ``batch``, as here.
    """
    parts = cells("scratch")
    imports = IMPORTS.format(
        imports=parts["imports"], more=more, checksum=data.checksum, folder=NAMED, constants=constants,
        data=parts["data"],
    ).replace("\n\n\n\n", "\n\n\n")  # fmt: skip
    return script(data_heading(heading, data.name), functions, f"{DATA}\n\n\n{calls.strip()}", imports)


DATA = '''
class data:
    """What the functions above read of the data."""

    train_labels, test_images, test_labels = train_labels, test_images, test_labels

    def batch(indices):
        """X in [0, 1] and y."""
        return to_images(train_pixels[indices]), train_labels[indices]
'''.strip()
