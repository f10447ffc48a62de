"""The Evaluate page in Chromium: what is drawn against scikit-learn, the keyboard, the lists, the files, the sizes."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import numpy as np
import pytest
from conftest import hurry, sideways, soon
from playwright.sync_api import Page, expect
from sklearn.metrics import confusion_matrix, precision_score, recall_score

from model.checkpoint import PRETRAINED, load_checkpoint
from model.data import TEXT_LABELS, FashionData

HERE = "/evaluate?model=pretrained&evaluate_data=garments"
ALL = list(range(10))


@pytest.fixture(scope="module")
def truth(garments: FashionData) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Labels, logits in float64 and the classes said of the pretrained weights on Garments, by NumPy."""
    checkpoint = load_checkpoint(PRETRAINED)
    o = garments.test_images.double().numpy() @ checkpoint.W.double().numpy().T + checkpoint.b.double().numpy()
    return garments.test_labels.numpy(), o, o.argmax(axis=1)


def ready(page: Page, url: str) -> Page:
    page.goto(url)
    expect(page.locator(".items canvas").first).to_be_visible()
    return page


def cells(page: Page) -> list[list[str]]:
    texts = page.locator(".confusion tbody td").all_inner_texts()
    return [texts[10 * i : 10 * i + 10] for i in range(10)]


def choose(page: Page, name: str) -> None:
    button = page.locator(".chooser").get_by_role("button", name=name, exact=True)
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")


def captions(page: Page) -> list[list[str]]:
    lines: list[list[str]] = page.locator(".items figcaption").evaluate_all(
        "all => all.map(c => [...c.children].map(line => [...line.children].map(s => s.textContent).join(' ')))"
    )
    return lines


def number(text: str) -> float:
    return float(text.replace("\u2212", "-").replace("+", "").replace(",", ""))


def test_the_matrix_and_the_classes_are_scikit_learns(page: Page, url: str, truth: tuple[np.ndarray, ...]) -> None:
    y, _, said = truth
    ready(page, url + HERE)
    drawn = [[number(text or "0") for text in row] for row in cells(page)]
    np.testing.assert_array_equal(drawn, confusion_matrix(y, said))
    rows = page.locator(".classes .value").all_inner_texts()
    shown = np.reshape([number(text) for text in rows], (10, 2))
    np.testing.assert_allclose(shown[:, 0], recall_score(y, said, average=None), atol=5.1e-5)
    np.testing.assert_allclose(shown[:, 1], precision_score(y, said, average=None), atol=5.1e-5)
    bars = page.locator(".classes .fraction div").evaluate_all(
        "bars => bars.map(bar => bar.getBoundingClientRect().width / bar.parentElement.getBoundingClientRect().width)"
    )
    np.testing.assert_allclose(np.reshape(bars, (10, 2)), shown, atol=0.01)
    assert number(page.locator(".accuracy").inner_text()) == pytest.approx((y == said).mean(), abs=5e-5)
    expect(page.locator(".notes")).to_contain_text("trained on Fashion-MNIST; the test images are those of Garments")


def test_rows_of_percentages_add_up_to_100(page: Page, url: str, truth: tuple[np.ndarray, ...]) -> None:
    y, _, said = truth
    ready(page, url + HERE)
    page.locator(".st-key-evaluate_unit").get_by_text("Row %", exact=True).click()
    expect(page.locator(".matrix h2")).to_contain_text("%")
    drawn = np.array([[number(text or "0") for text in row] for row in cells(page)])
    np.testing.assert_allclose(drawn.sum(axis=1), 100, atol=0.5)  # ten numbers, each rounded by at most 0.05
    np.testing.assert_allclose(drawn, 100 * confusion_matrix(y, said, normalize="true"), atol=0.0501)


def test_a_cell_is_picked_with_the_keyboard(page: Page, url: str, truth: tuple[np.ndarray, ...]) -> None:
    y, o, said = truth
    ready(page, url + HERE)
    page.locator(".confusion tbody td").first.focus()
    for key in ["ArrowUp", *["ArrowDown"] * 6, "ArrowRight", "ArrowRight", "Enter"]:
        page.keyboard.press(key)
    there = np.flatnonzero((y == 6) & (said == 2))
    expect(page.locator(".lead")).to_contain_text(f"True shirt, said pullover: {len(there)} images")
    expect(page.get_by_role("gridcell", name="true shirt, said pullover:")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("gridcell", selected=True)).to_have_count(1)
    expect(page.get_by_role("gridcell", selected=True)).to_be_focused()
    expect(page).to_have_url(re.compile("evaluate_list=cell&evaluate_cell=6-2"))
    expect(page.locator(".items canvas")).to_have_count(24)
    p = np.exp(o[there] - o[there].max(axis=1, keepdims=True))
    surest = np.sort((p / p.sum(axis=1, keepdims=True))[:, 2])[::-1][:24]
    np.testing.assert_allclose([number(line) for (line,) in captions(page)], surest, atol=5.1e-4)


def test_an_empty_cell_and_no_cell_are_said(page: Page, url: str, truth: tuple[np.ndarray, ...]) -> None:
    y, _, said = truth
    i, j = map(int, np.argwhere(confusion_matrix(y, said) == 0)[0])
    ready(page, url + HERE)
    choose(page, "Cell")
    expect(page.locator(".lead")).to_contain_text("Choose a cell of the matrix")
    page.locator(".confusion tbody td").nth(10 * i + j).click()
    expected = f"True {TEXT_LABELS[i]}, said {TEXT_LABELS[j]}: there is no such image."
    expect(page.locator(".lead")).to_have_text(expected)
    expect(page.locator(".items canvas")).to_have_count(0)


def test_the_row_of_pictures_is_titled_true_over_predicted(
    page: Page, url: str, truth: tuple[np.ndarray, ...], garments: FashionData
) -> None:
    y, _, said = truth
    ready(page, url + HERE)
    assert captions(page) == [[TEXT_LABELS[y[i]], TEXT_LABELS[said[i]]] for i in range(12)]
    wrong = [
        figure == "wrong" for figure in page.locator(".items figure").evaluate_all("all => all.map(f => f.className)")
    ]
    assert wrong == (y[:12] != said[:12]).tolist()
    # What is drawn is the picture: ink where it is bright, on the paper's white.
    drawn = page.locator(".items canvas").first.evaluate(
        "c => [...c.getContext('2d').getImageData(0, 0, 28, 28).data].filter((_, i) => i % 4 === 0)"
    )
    expected = 255 - garments.test_images[0].numpy() * (255 - 0x1B)
    np.testing.assert_allclose(drawn, expected, atol=1)


def test_shuffle_draws_others_and_the_first_come_back(page: Page, url: str) -> None:
    ready(page, url + HERE)
    first = page.locator(".items figure").evaluate_all("all => all.map(f => f.title)")
    page.get_by_role("button", name="Shuffle").click()
    expect(page.locator(".lead")).to_contain_text("seed 1")
    shuffled = page.locator(".items figure").evaluate_all("all => all.map(f => f.title)")
    assert shuffled != first
    page.get_by_role("button", name="Next images").click()
    expect(page.locator(".range")).to_have_text("13–24 of 10,000")
    page.reload()
    expect(page.locator(".range")).to_have_text("13–24 of 10,000")
    page.get_by_role("button", name="Back to the first").click()
    expect(page.locator(".lead")).to_contain_text("in order")
    assert page.locator(".items figure").evaluate_all("all => all.map(f => f.title)") == first


def test_quick_clicks_add_up_and_the_end_keeps_the_focus(page: Page, url: str) -> None:
    ready(page, f"{url}{HERE}")
    page.locator(".pager .next").evaluate("button => { for (let i = 0; i < 5; i++) button.click() }")
    expect(page.locator(".pager .range")).to_have_text("61–72 of 10,000")
    ready(page, f"{url}{HERE}&evaluate_from=9985")
    expect(page.locator(".pager .range")).to_have_text("9,985–9,996 of 10,000")
    page.locator(".pager .next").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".pager .range")).to_have_text("9,997–10,000 of 10,000")
    page.keyboard.press("Enter")  # there is no more
    page.wait_for_timeout(300)
    expect(page.locator(".pager .range")).to_have_text("9,997–10,000 of 10,000")
    expect(page.locator(".pager .next")).to_be_focused()


def test_quick_clicks_of_different_kinds_all_count(page: Page, url: str) -> None:
    ready(page, url + HERE)
    page.locator(".stage:not(.lectern)").evaluate(  # the second before the first is answered
        "root => ['.shuffle', '.next'].forEach(name => root.querySelector(name).click())"
    )
    expect(page.locator(".pager .range")).to_have_text("13–24 of 10,000")
    expect(page.locator(".lead")).to_contain_text("seed 1")


def test_a_ledger_adds_up_and_is_the_logit_gap(page: Page, url: str, truth: tuple[np.ndarray, ...]) -> None:
    y, o, said = truth
    ready(page, url + HERE)
    choose(page, "Surest mistakes")
    expect(page.locator(".items .pair")).to_have_count(10)
    expect(page.locator(".range")).to_have_text(f"1–10 of {(y != said).sum():,}")
    assert page.locator(".scale span").first.inner_text().startswith("\u2212")
    titles = page.locator(".items figure").evaluate_all("all => all.map(f => f.title)")
    for title, (what, ledger) in zip(titles, captions(page), strict=True):
        index = int(re.sub(r"\D", "", title))
        assert what.startswith(f"{TEXT_LABELS[y[index]]} → {TEXT_LABELS[said[index]]} ")
        total, sign, bias, gap = re.fullmatch(r"(\S+) ([+−]) (\S+) = (\S+)", ledger).groups()  # type: ignore[union-attr]
        assert round(1e4 * (number(total) + number(sign + bias) - number(gap))) == 0
        assert number(gap) == pytest.approx(o[index, said[index]] - o[index, y[index]], abs=2e-4)


def test_the_closest_calls_come_first(page: Page, url: str, truth: tuple[np.ndarray, ...]) -> None:
    _, o, _ = truth
    ready(page, url + HERE)
    choose(page, "Closest calls")
    expect(page.locator(".items canvas")).to_have_count(16)
    p = np.exp(o - o.max(axis=1, keepdims=True))
    best = np.sort(p / p.sum(axis=1, keepdims=True), axis=1)[:, -2:]
    closest = np.sort(best[:, 1] - best[:, 0])[:16]
    shown = [[number(line.rsplit(" ", 1)[1]) for line in lines[1:]] for lines in captions(page)]
    np.testing.assert_allclose([first - second for first, second in shown], closest, atol=1.01e-4)


def test_the_view_survives_another_page(page: Page, url: str) -> None:
    ready(page, url + HERE)
    page.get_by_role("gridcell", name="true shirt, said t-shirt").click()
    lead = page.locator(".lead")
    expect(lead).to_contain_text("True shirt, said t-shirt")
    page.get_by_role("link", name="Train", exact=True).click()
    expect(page.locator(".st-key-train_main button")).to_be_visible()
    page.get_by_role("link", name="Evaluate", exact=True).click()
    expect(lead).to_contain_text("True shirt, said t-shirt")
    expect(page).to_have_url(re.compile("evaluate_cell=6-0"))


def test_tables_lists_pictures_and_numbers_can_be_saved(
    page: Page, url: str, truth: tuple[np.ndarray, ...], tmp_path: Path
) -> None:
    y, _, said = truth
    ready(page, url + HERE)
    choose(page, "Surest mistakes")
    expect(page.locator(".items .pair")).to_have_count(10)
    names = ("matrix as CSV", "classes' numbers as CSV", "pictures shown as PNG", "list as CSV", "numbers as NPZ")
    saved = {}
    for name in names:
        with page.expect_download() as download:
            page.get_by_role("button", name=re.compile(f"{name}$")).click()
        saved[name] = tmp_path / download.value.suggested_filename
        download.value.save_as(saved[name])
    matrix, classes, mistakes = (
        list(csv.reader(saved[name].read_text(encoding="utf-8-sig").splitlines()))
        for name in ("matrix as CSV", "classes' numbers as CSV", "list as CSV")
    )
    np.testing.assert_array_equal([list(map(int, row[1:])) for row in matrix[1:]], confusion_matrix(y, said))
    np.testing.assert_allclose([float(row[4]) for row in classes[1:]], recall_score(y, said, average=None))
    assert {int(row[0]) for row in mistakes[1:]} == set(np.flatnonzero(y != said).tolist())
    assert saved["pictures shown as PNG"].read_bytes().startswith(b"\x89PNG")
    with np.load(saved["numbers as NPZ"]) as numbers:
        np.testing.assert_array_equal(numbers["said"], said)


def test_a_run_that_goes_on_is_followed_to_its_end(page: Page, url: str) -> None:
    page.goto(f"{url}/?train_num_epochs=10&train_data=garments&train_pace=talk")  # it goes on until it is hurried
    page.locator(".st-key-train_main button").click()
    expect(page).to_have_url(re.compile("run="))
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    page.bring_to_front()  # a click behind another tab once never came on a busy machine: why is not known
    page.get_by_role("link", name="Evaluate", exact=True).click()
    status = page.locator(".status")
    expect(status).to_contain_text("The run is going on")
    page.locator(".matrix").evaluate("matrix => { matrix.mark = 'the same node' }")
    choose(page, "Surest mistakes")
    before = status.inner_text()
    expect(status).not_to_have_text(before)
    other.bring_to_front()
    hurry(other)
    page.bring_to_front()
    expect(status).to_have_text("Finished: these are the weights after all 2,350 steps.", timeout=120_000)
    expect(page.locator(".chooser [aria-pressed=true]")).to_have_text("Surest mistakes")
    assert page.locator(".matrix").evaluate("matrix => matrix.mark") == "the same node"


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1920, 1080)])
def test_the_matrix_the_classes_and_the_list_are_seen_without_scrolling(
    page: Page, url: str, width: int, height: int
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    ready(page, url + HERE)

    def fits() -> None:
        for part in (".confusion", ".classes", ".chooser", ".items canvas"):
            box = page.locator(part).first.bounding_box()
            assert box, part
            assert box["y"] + box["height"] <= height, part
            assert box["x"] + box["width"] <= width, part
        assert page.locator(".items canvas").first.evaluate("canvas => canvas.clientWidth % 28") == 0
        assert sideways(page) <= 0

    soon(page, fits)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [390, 768, 1024, 1280])
def test_no_caption_is_cut_off_and_nothing_overflows(page: Page, url: str, language: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    ready(page, f"{url}{HERE}&lang={language}")

    def fits() -> None:
        for part in (".classes", ".confusion", ".tools", ".lead-row", ".st-key-evaluate_unit [role=radiogroup]"):
            box = page.locator(part).bounding_box()
            assert box, part
            assert box["x"] + box["width"] <= width, part

    def captions_fit() -> None:
        assert sideways(page) <= 0
        boxes = page.locator(".items figure").evaluate_all(
            "all => all.map(f => { const b = f.getBoundingClientRect();"
            " return [f.scrollWidth - f.clientWidth, b.left, b.right, b.top] })"
        )
        for (over, left, right, top), after in zip(boxes, [*boxes[1:], None], strict=True):
            assert over <= 1
            assert 0 <= left < right <= width
            assert after is None or after[3] != top or right <= after[1]

    soon(page, fits)
    for kind in ("images", "mistakes", "calls"):
        page.locator(f"[data-list={kind}]").click()
        expect(page.locator(f".items[data-kind={kind}] canvas").first).to_be_visible()
        soon(page, captions_fit)
