"""The short form of ``make soak``: a server killed in the middle of a run loses nothing that was saved."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from killing import check_whole, kept_in, kill_the_server, kill_without_pages, moments, uninterrupted
from playwright.sync_api import Browser

from model.data import FashionData, is_present, load_fashion_mnist
from model.keeping import restored
from model.train import Hyperparameters

EPOCHS = 8


@pytest.mark.parametrize(("seed", "after"), list(enumerate(moments(3, 1.2, seed=5))))
def test_a_killed_process_leaves_a_run_that_goes_on_to_the_same_weights(
    garments: FashionData, tmp_path: Path, seed: int, after: float
) -> None:
    url = f"sqlite:///{tmp_path / 'runs.sqlite3'}"
    first = kept_in(url, kill_without_pages(url, 1, 99, None))  # one that has ended before
    kept = kept_in(url, kill_without_pages(url, EPOCHS, seed, after + 0.3))
    assert kept_in(url, first.id).state == first.state == "finished"
    assert kept.state in ("interrupted", "finished")
    check_whole(kept, garments)
    run = restored(kept, garments)
    run.play(run.num_steps)
    while not run.exhausted:
        run.advance(1.0)
    expected = uninterrupted(garments, Hyperparameters(num_epochs=EPOCHS, seed=seed))
    assert torch.equal(run.weights.W, expected.W)
    assert torch.equal(run.weights.b, expected.b)


def test_a_killed_server_comes_back_with_the_run_and_resumes_it(
    browser: Browser, garments: FashionData, tmp_path: Path
) -> None:
    data = load_fashion_mnist() if is_present() else garments
    settings = Hyperparameters(num_epochs=5, seed=3)
    _, said, weights = kill_the_server(browser, tmp_path, settings, "talk", after=2.0)
    assert said.startswith("Interrupted at step ")
    expected = uninterrupted(data, settings)
    assert weights.step == expected.step
    assert torch.equal(weights.W, expected.W)
    assert torch.equal(weights.b, expected.b)
