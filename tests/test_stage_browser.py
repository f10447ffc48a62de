"""A component between Streamlit and the server, whose messages come in every order: Train's, with neither of them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

STAGE = """async () => {
  const { mount, unmount } = await import(new URL("lib/animator/animator.js", document.baseURI))
  const parentElement = document.body.appendChild(document.createElement("div"))
  parentElement.className = "tried"
  parentElement.innerHTML = await (await fetch("lib/animator/animator.html")).text()
  let source
  window.EventSource = class { constructor() { source = this } close() { source = null } }
  const told = []
  const templates = { limit: 1, tiles: btoa("\x7f".repeat(7840)) }
  const say = (state) => mount({
    parentElement, setTriggerValue: (...trigger) => told.push(trigger),
    data: {
      words: new Proxy({}, { get: () => "" }), labels: Array(10).fill(""),
      settings: { num_epochs: 1, lr: 0.1, batch_size: 256 }, data: "", num_steps: 235, run: "a", state,
      untrained: templates, pictures: "", error: null, mine: true, projector: false,
    },
  })
  const frame = (state, step) => source.onmessage({
    data: JSON.stringify({ state, step, epoch: 1, epochs: [], trace: [], first: false, ...templates }),
  })
  const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds))
  const gone = () => { parentElement.remove(); unmount(parentElement) }
  window.stage = { say, frame, told, wait, gone, taken: () => unmount(parentElement), followed: () => source !== null }
}"""

LATE_PAGE = """async ({ say, frame, told, wait }) => {
  say("paused")
  frame("paused", 1)
  frame("paused", 235)  // the run went on and came to its pause before the page that says "running" is there
  say("running")
  await wait(600)
  say("running")  // what comes of it may be late as well: it is not asked for again and again
  await wait(600)
  return told
}"""

LEFT = {
    "animator/chart.js": """new Chart(node, () => {}), [
      { epochs: [[1, .5, .7, .8]], trace: [] }, { settings: { num_epochs: 1 } },
    ]""",
    "concepts/plot.js": 'new Plot(node, () => {}), [[{ x: [1, 2], y: [1, 2] }], { x: {}, y: {} }]',
    "runs/overlay.js": """new Overlay(node), [{
      runs: [{ letter: "A", name: "", points: [[1, .5, .7, .8]] }], metric: "train_loss", words: { overlay_alt: "" },
    }]""",
}  # fmt: skip
"""Each kind of chart, and what it is given to draw."""


@pytest.fixture
def stage(page: Page, url: str) -> Page:
    page.goto(url)
    expect(page.locator(".chart .main-svg").first).to_be_visible()
    page.evaluate(STAGE)
    return page


def test_a_page_made_before_the_runs_last_frame_is_asked_to_look_again(stage: Page) -> None:
    assert stage.evaluate(f"({LATE_PAGE})(stage)") == [["state", "paused"]]
    stage.evaluate("stage.gone()")


def test_a_component_that_stays_is_not_ended_for_data_that_others_followed(stage: Page) -> None:
    # In this order Streamlit ends what it began for the older data where the newer came within a moment.
    stage.evaluate("stage.say('running'), stage.say('running'), stage.taken(), stage.frame('running', 7)")
    bar = stage.locator(".tried .track")
    expect(bar).to_have_attribute("aria-valuenow", "7")
    assert stage.evaluate("stage.followed()")
    stage.evaluate("stage.gone()")
    assert not stage.evaluate("stage.followed()")


@pytest.mark.parametrize("kind", LEFT)
def test_a_chart_left_right_after_it_is_drawn_leaves_no_error(stage: Page, kind: str) -> None:
    # Drawn once, Plotly makes the chart, and from the second time on it changes it: it ends in two ways.
    name = kind.split("/")[1].removesuffix(".js").title()
    purged = stage.evaluate(f"""async () => {{
      const {{ {name} }} = await import(new URL("lib/{kind}", document.baseURI))
      const purged = []
      for (const times of [1, 2]) {{
        const node = document.body.appendChild(document.createElement("div"))
        node.style = "width: 500px; height: 300px"
        const [chart, given] = [{LEFT[kind]}]
        await stage.wait(100)  // until it has Plotly
        chart.draw(...given)
        if (times === 2) await stage.wait(100)
        if (times === 2) chart.draw(...given)
        chart.leave()
        await stage.wait(100)
        purged.push([node.dataset.updates, node.data === undefined])
      }}
      return purged
    }}""")
    assert purged == [["1", True], ["2", True]]
