"""What a person does, in Chromium: open, train, zoom, pause, refresh, watch, and look at what is drawn."""

from __future__ import annotations

import io
import os
import re
import signal
from pathlib import Path

import numpy as np
import pytest
from conftest import LAPTOP, NOWHERE, PATIENCE, sideways, soon
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from server import black_hole, serve, serve_process

LONG = "?train_num_epochs=50&train_pace=talk"  # 11,750 steps, 500 seconds: still going when a busy machine looks


def ready(page: Page, url: str) -> Page:
    page.goto(url)
    expect(page.locator(".st-key-train_main button")).to_be_enabled(timeout=60_000)
    expect(page.locator(".chart .main-svg").first).to_be_visible()
    return page


def press(page: Page, name: str) -> None:
    page.locator(f".st-key-train_{name} button").click()


def full_speed(page: Page) -> None:
    full = page.locator(".st-key-train_pace").get_by_role("radio", name="Full")
    full.click()
    expect(full).to_be_checked()
    expect(page).to_have_url(re.compile("train_pace=full"))  # the server knows


def status(page: Page, pattern: str) -> None:
    expect(page.locator(".status")).to_have_text(re.compile(pattern), timeout=120_000)


def steps_done(page: Page) -> int:
    return int(re.sub(r"\D", "", page.locator(".status").inner_text().split(" of ")[0]))


def goes_on(page: Page) -> None:
    """Another step is shown than a moment ago, and a later one."""
    before = steps_done(page)
    expect(page.locator(".status")).not_to_have_text(re.compile(rf"\b{before:,} of"))
    assert steps_done(page) > before


def main_button(page: Page, label: str) -> None:
    expect(page.locator(".st-key-train_main button")).to_contain_text(label, timeout=60_000)


def x_range(page: Page) -> list[float]:
    values: list[float] = page.locator(".chart").evaluate("chart => chart._fullLayout.xaxis.range.map(Number)")
    return values


def shows(page: Page, x: list[float], y: list[float]) -> None:
    """The chart comes to these ranges."""

    def ranges() -> None:
        assert x_range(page) == x
        assert page.locator(".chart").evaluate("chart => chart._fullLayout.yaxis.range") == y

    soon(page, ranges)


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> list[float]:
    """Zoom with the mouse between these shares of the plot; the range of x that it comes to."""
    box = page.locator(".chart .draglayer .xy .nsewdrag").bounding_box()
    assert box
    before = x_range(page)
    page.mouse.move(box["x"] + start[0] * box["width"], box["y"] + start[1] * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + end[0] * box["width"], box["y"] + end[1] * box["height"], steps=5)
    page.mouse.up()

    def zoomed() -> list[float]:
        assert x_range(page) != before
        return x_range(page)

    return soon(page, zoomed)


def colours(page: Page, selector: str) -> dict[tuple[int, ...], int]:
    """How many pixels of each colour an element shows."""
    picture = Image.open(io.BytesIO(page.locator(selector).first.screenshot())).convert("RGB")
    found, counts = np.unique(np.asarray(picture).reshape(-1, 3), axis=0, return_counts=True)
    return {tuple(int(c) for c in colour): int(n) for colour, n in zip(found, counts, strict=True)}


@pytest.mark.parametrize("path", ["/", "/data", "/?projector=1", "/?run=gone&lang=zh&train_lr=x"])
def test_every_url_opens_first_on_a_fresh_server(browser: Browser, page: Page, tmp_path: Path, path: str) -> None:
    with serve(tmp_path / "server.log", **NOWHERE) as url:
        page.goto(url + path)
        expect(page.locator(".class canvas, .tiles figcaption").first).to_be_visible(timeout=60_000)
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(page.locator("[data-testid=stException]")).to_have_count(0)
    assert "Traceback" not in (tmp_path / "server.log").read_text()


def test_train_and_watch_zoom_pause_resume_refresh_finish(page: Page, url: str) -> None:
    ready(page, f"{url}/?train_num_epochs=20&train_pace=talk")  # 200 seconds, of which it gets a part
    status(page, "Not started")
    chart = page.locator(".chart")
    chart.evaluate("chart => { chart.mark = 'the same node'; chart.querySelector('.main-svg').mark = 'the same node' }")
    blank = len(colours(page, ".chart"))
    press(page, "main")
    main_button(page, "Pause")
    status(page, r"Step [\d,]+ of 4,700")

    # Zoom into the first epochs with the mouse; the zoom stays while the curve grows.
    zoomed = drag(page, (0.01, 0.05), (0.2, 0.95))
    assert zoomed[1] < 10
    for _ in range(5):
        expect(chart).not_to_have_attribute("data-updates", chart.get_attribute("data-updates") or "")
        goes_on(page)
        assert x_range(page) == zoomed
    page.locator(".chart .draglayer .xy .nsewdrag").dblclick()

    press(page, "main")
    status(page, r"Paused at step")
    main_button(page, "Resume")
    paused = steps_done(page)
    page.wait_for_timeout(500)
    assert steps_done(page) == paused
    assert chart.evaluate("chart => [chart.mark, chart.querySelector('.main-svg').mark]") == ["the same node"] * 2

    page.reload()
    expect(page.locator(".status")).to_have_text(re.compile(f"Paused at step {paused:,} of 4,700"), timeout=60_000)
    main_button(page, "Resume")
    full_speed(page)
    press(page, "main")
    status(page, "Finished")
    main_button(page, "Train")
    expect(page.locator(".rest")).to_have_text(re.compile("^4,700 steps in"))
    expect(page.locator("b.test-acc")).to_have_text(re.compile(r"^\.\d{4}$"))

    def drawn() -> None:
        assert len(colours(page, ".chart")) > blank

    soon(page, drawn)


def test_the_chart_is_neither_blank_nor_an_error(page: Page, url: str) -> None:
    ready(page, f"{url}/?train_num_epochs=3")
    full_speed(page)
    press(page, "main")
    status(page, "Finished")

    def drawn() -> None:
        found = colours(page, ".chart")
        for line in ((0x1F, 0x77, 0xB4), (0xBF, 0x00, 0xBF), (0x00, 0x80, 0x00)):
            assert found.get(line, 0) > 50, f"the line of colour {line} is not drawn"
        assert found[(255, 255, 255)] > 0.8 * sum(found.values())
        assert len(colours(page, ".tiles canvas")) > 30

    soon(page, drawn)
    expect(page.locator("[data-testid=stException]")).to_have_count(0)


def test_step_and_one_epoch(page: Page, url: str) -> None:
    ready(page, url)
    press(page, "step")
    status(page, r"Paused at step 1 of 2,350")
    press(page, "step")
    status(page, r"Paused at step 2 of 2,350")
    full_speed(page)
    press(page, "one_epoch")
    status(page, r"Paused at step 235 of 2,350")
    main_button(page, "Resume")
    press(page, "reset")
    status(page, "Not started")
    main_button(page, "Train")
    expect(page).not_to_have_url(re.compile("run="))


def test_a_slider_moved_during_a_run_does_not_disturb_it(page: Page, url: str) -> None:
    ready(page, f"{url}/{LONG}")
    press(page, "main")
    status(page, r"Step \d+")
    slider = page.get_by_role("slider", name="Learning rate")
    slider.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    expect(page.get_by_text("These settings apply to the next run.")).to_be_visible()
    goes_on(page)
    expect(page).to_have_url(re.compile(r"train_lr=0\.7(&|$)"))
    press(page, "stop")
    status(page, "Stopped at step")


def test_a_second_tab_plays_and_another_person_only_watches(browser: Browser, page: Page, url: str) -> None:
    ready(page, f"{url}/{LONG}")
    press(page, "main")
    status(page, r"Step \d+")
    expect(page).to_have_url(re.compile("run="))
    tab = ready(page.context.new_page(), page.url)
    main_button(tab, "Pause")
    stranger_context = browser.new_context(viewport=LAPTOP, locale="en-US")  # type: ignore[arg-type]
    stranger_context.set_default_timeout(1000 * PATIENCE)
    stranger = ready(stranger_context.new_page(), page.url)
    main_button(stranger, "Train")
    expect(stranger.locator(".st-key-train_stop button")).to_be_disabled()
    expect(stranger.locator(".st-key-train_step button")).to_be_disabled()
    status(stranger, r"Step \d+")
    goes_on(stranger)
    press(tab, "main")
    for viewer in (page, tab, stranger):
        status(viewer, "Paused at step")
    main_button(page, "Resume")  # drawn anew although another tab did it
    stranger_context.close()
    page.bring_to_front()
    press(page, "stop")


FRAMES = """(chart, drawings) => new Promise(done => {
  const began = Number(chart.dataset.updates)
  let frames = 0
  const frame = () => {
    if (chart.dataset.updates - began >= drawings) return done(frames)
    frames++
    requestAnimationFrame(frame)
  }
  requestAnimationFrame(frame)
})"""
"""How many frames the browser has made meanwhile."""


def test_a_run_leaves_a_slow_browser_time_for_its_person(browser: Browser, url: str) -> None:
    context = browser.new_context(viewport=LAPTOP, locale="en-US")  # type: ignore[arg-type]
    context.set_default_timeout(1000 * PATIENCE)
    page = ready(context.new_page(), f"{url}/{LONG}")
    press(page, "main")
    status(page, r"Step \d+")
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 6})
    goes_on(page)
    # A click needs two frames that show the same. With a drawing for each event every frame was one.
    assert page.locator(".chart").evaluate(FRAMES, 10) > 20
    press(page, "main")
    status(page, "Paused")
    context.close()


def test_another_page_and_back_finds_the_run(page: Page, url: str) -> None:
    ready(page, f"{url}/{LONG}")
    press(page, "main")
    status(page, r"Step \d+")
    page.get_by_role("link", name="Data", exact=True).click()
    expect(page.locator(".class canvas").first).to_be_visible(timeout=60_000)
    expect(page).to_have_url(re.compile(r"/data\?run="))
    page.get_by_role("link", name="Train", exact=True).click()
    main_button(page, "Pause")
    status(page, r"Step \d+")
    press(page, "stop")


def test_back_and_forward_go_from_run_to_run(page: Page, url: str) -> None:
    ready(page, f"{url}/{LONG}")

    def stopped_beyond(step: int) -> tuple[str, str]:
        press(page, "main")
        main_button(page, "Pause")
        status(page, r"^Step \d+")
        soon(page, lambda: steps_done(page) > step)
        press(page, "stop")
        main_button(page, "Train")
        status(page, "^Stopped")
        return page.url.split("run=")[1].split("&")[0], page.locator(".status").inner_text()

    first = stopped_beyond(0)
    second = stopped_beyond(steps_done(page))
    assert first[0] != second[0]
    for go, (run, said) in ((page.go_back, first), (page.go_forward, second)):
        go()
        expect(page.locator(".status")).to_have_text(said)
        expect(page).to_have_url(re.compile(f"run={run}"))


def test_a_loss_off_the_chart_is_named_and_the_full_range_is_one_click(page: Page, url: str) -> None:
    ready(page, f"{url}/?train_lr=10&train_num_epochs=2")
    full_speed(page)
    press(page, "main")
    status(page, "Finished")
    expect(page.locator(".note-title")).to_have_text(re.compile(r"The loss left the chart at \d"))
    expect(page.locator(".chart .annotation").first).to_contain_text("▲")
    page.locator("button.note-action").click()
    expect(page.locator(".note")).to_be_hidden()

    def whole() -> None:
        assert page.locator(".chart").evaluate("chart => chart._fullLayout.yaxis.range[1]") > 10

    soon(page, whole)
    page.get_by_role("button", name="Book range").click()
    shows(page, [1, 2], [0.3, 0.9])


def test_one_epoch_has_a_visible_axis_and_point(page: Page, url: str) -> None:
    ready(page, f"{url}/?train_num_epochs=1")
    full_speed(page)
    press(page, "main")
    status(page, "Finished")
    page.get_by_role("button", name="Book range").click()
    shows(page, [0, 1], [0.3, 0.9])
    expect(page.locator(".chart .scatterlayer .point").first).to_be_attached()


def test_a_templates_pixel_shows_its_weight(page: Page, url: str) -> None:
    ready(page, url)
    tile = page.locator(".tiles canvas").first

    def pointed() -> None:
        box = tile.bounding_box()
        assert box
        page.mouse.move(box["x"] + box["width"] * 13.5 / 28, box["y"] + box["height"] * 2.5 / 28)
        assert re.fullmatch(r"−?\.\d{4} at 2, 13", page.locator(".tiles figcaption").first.inner_text())

    soon(page, pointed)


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1920, 1080)])
@pytest.mark.parametrize("query", ["", "?projector=1"])
def test_the_stage_fits_without_scrolling(page: Page, url: str, width: int, height: int, query: str) -> None:
    page.set_viewport_size({"width": width, "height": height})
    ready(page, f"{url}/{query}")

    def fits() -> None:
        for part in (".readout", ".chart", ".tiles", ".scale", ".st-key-train_main", ".st-key-train_pace"):
            box = page.locator(part).first.bounding_box()
            assert box, part
            assert box["y"] >= 0, part
            assert box["y"] + box["height"] <= height, part
            assert box["x"] + box["width"] <= width, part
        assert page.locator(".tiles canvas").first.evaluate("canvas => canvas.clientWidth % 28") == 0

    soon(page, fits)


def test_a_phone_has_the_stage_first_and_all_controls_named(page: Page, url: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    ready(page, url)

    def stage_first() -> None:
        assert sideways(page) <= 0
        stage, title = (
            page.locator(".stage:not(.lectern)").bounding_box(),
            page.get_by_role("heading", name="Train").bounding_box(),
        )
        assert stage
        assert title
        assert stage["y"] < title["y"]

    soon(page, stage_first)
    for name in ("Train", "Step", "One epoch", "Stop", "Reset"):
        button = page.locator(".st-key-train_controls").get_by_role("button", name=re.compile(f"{name}$"))
        expect(button).to_be_visible()
        expect(button).to_be_in_viewport()


def test_chinese_follows_the_browser_and_the_switch_keeps_the_run(browser: Browser, url: str) -> None:
    context = browser.new_context(viewport=LAPTOP, locale="zh-CN", color_scheme="dark")  # type: ignore[arg-type]
    context.set_default_timeout(1000 * PATIENCE)
    page = ready(context.new_page(), f"{url}/{LONG}")
    main_button(page, "训练")
    press(page, "main")
    status(page, r"第 [\d,]+ 步，共 11,750 步")
    page.locator(".st-key-studio_language button").first.click()
    main_button(page, "Pause")
    status(page, r"Step [\d,]+ of 11,750")
    press(page, "stop")
    context.close()


def left(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file()]


def test_with_no_data_and_a_network_that_hangs_it_works_in_full(page: Page, tmp_path: Path) -> None:
    with black_hole() as mirror:
        environment = {"SOFTMAX_STUDIO_DATA": str(tmp_path / "data"), "SOFTMAX_STUDIO_MIRROR": mirror}
        proxies = {"http_proxy": mirror, "https_proxy": mirror, "no_proxy": "localhost,127.0.0.1"}
        with serve(tmp_path / "server.log", **environment, **proxies) as url:
            ready(page, f"{url}/?train_num_epochs=2")
            downloading = page.get_by_text("Downloading Fashion-MNIST")
            expect(downloading).to_be_visible(timeout=60_000)
            # At once: a mirror that is silent for fifteen seconds is given up, and then there is nothing to cancel.
            page.get_by_role("button", name="Cancel").click()
            expect(page.get_by_text("The download was cancelled.")).to_be_visible(timeout=60_000)
            assert left(tmp_path / "data") == []
            page.get_by_role("button", name="Retry").click()
            expect(downloading).to_be_visible(timeout=60_000)
            full_speed(page)
            press(page, "main")
            status(page, "Finished")

    def nothing_left() -> None:
        assert left(tmp_path / "data") == []

    soon(page, nothing_left)  # the download's process ends a moment after the server


def test_buttons_follow_a_run_that_another_tab_resumed(page: Page, url: str) -> None:
    ready(page, f"{url}/{LONG}")
    press(page, "step")
    status(page, "Paused at step 1 of")
    expect(page).to_have_url(re.compile("run="))
    tab = ready(page.context.new_page(), page.url)
    main_button(tab, "Resume")
    press(page, "main")
    main_button(tab, "Pause")
    expect(tab.locator(".st-key-train_step button")).to_be_disabled()
    press(page, "stop")


def test_a_small_learning_rate_is_not_called_too_large(page: Page, url: str) -> None:
    ready(page, url)
    press(page, "step")
    status(page, "Paused at step 1 of")
    expect(page.locator(".note")).to_be_hidden()
    ready(page, f"{url}/?train_lr=0.001&train_num_epochs=2")
    full_speed(page)
    press(page, "main")
    status(page, "Finished")
    expect(page.locator(".note")).to_contain_text("outside the book's axes")
    expect(page.locator(".note")).not_to_contain_text("too large")


def test_the_book_range_comes_back_after_a_zoom(page: Page, url: str) -> None:
    ready(page, f"{url}/?train_num_epochs=3")
    full_speed(page)
    press(page, "main")
    status(page, "Finished")
    shows(page, [0, 3], [0.3, 0.9])
    drag(page, (0.3, 0.3), (0.6, 0.6))
    expect(page.locator(".note")).to_be_hidden()
    page.get_by_role("button", name="Book range").click()
    shows(page, [1, 3], [0.3, 0.9])


@pytest.mark.parametrize("query", ["", "?projector=1"])
def test_every_control_can_be_pressed_at_any_width(page: Page, url: str, query: str) -> None:
    ready(page, f"{url}/{query}")
    press(page, "step")
    status(page, "Paused at step 1 of")

    def nothing_beyond() -> None:
        assert sideways(page) <= 0

    for width, height in ((768, 1024), (844, 390), (1024, 768), (1150, 800)):
        page.set_viewport_size({"width": width, "height": height})
        soon(page, nothing_beyond)
        page.locator(".st-key-train_pace").get_by_text("Talk", exact=True).click(trial=True)
        for name in ("main", "step", "one_epoch", "stop", "reset"):
            page.locator(f".st-key-train_{name} button").click(trial=True)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for another process")
def test_ctrl_c_ends_the_server_although_a_page_watches_a_run(page: Page, tmp_path: Path) -> None:
    with serve_process(tmp_path / "server.log", **NOWHERE) as (url, server):
        ready(page, f"{url}/{LONG}")
        press(page, "step")
        status(page, "Paused at step 1 of")
        server.send_signal(signal.SIGINT)
        server.wait(60)  # it would wait for ever for a stream that does not end
    assert "Traceback" not in (tmp_path / "server.log").read_text()
