"""What axe-core finds on a page in Chromium, in shadow trees too."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

NEXT_FRAMES = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(null))))"

STEADY = f"""{NEXT_FRAMES}.then(() => Promise.allSettled(document.getAnimations()
  .filter((animation) => animation.effect.getComputedTiming().endTime !== Infinity)
  .map((animation) => animation.finished))).then(() => null)"""
"""Two frames, and what fades in or out by then has done so: half seen, a text has half its contrast."""


def serious(page: Page) -> list[str]:
    """Its serious and critical violations, an element a line: the rule, where it is, and what it is."""
    page.evaluate(STEADY)  # what follows the window's size does so in the next frame
    return [
        f"{violation['id']}: {node['target']} {node['html'][:160]}"
        for violation in Axe().run(page).response["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]
