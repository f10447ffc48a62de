"""Snapshots: taken where most happens, small, and true to the weights within their resolution."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from model.snapshots import FIRST_EPOCH, MOST, Snapshot, Weights, pack, snapshot_steps, unpack

MEGABYTE_AND_A_HALF = 1_500_000


def size(snapshot: Snapshot) -> int:
    return sum(part.numel() * part.element_size() for part in (snapshot.levels, snapshot.limits, snapshot.b))


def random_weights(seed: int, std: float) -> Weights:
    generator = torch.Generator().manual_seed(seed)
    return Weights(7, torch.randn(10, 784, generator=generator) * std, torch.randn(10, generator=generator))


@given(st.integers(1, 60_000), st.integers(1, 1000))
def test_a_run_has_at_most_120_from_its_start_to_its_end(steps_per_epoch: int, num_epochs: int) -> None:
    steps = snapshot_steps(steps_per_epoch, num_epochs)
    assert steps[0] == 0
    assert steps[-1] == steps_per_epoch * num_epochs
    assert steps == sorted(set(steps))
    assert len(steps) <= MOST == 120


@given(st.integers(1, 60_000), st.integers(1, 80))
def test_every_epochs_end_is_among_them(steps_per_epoch: int, num_epochs: int) -> None:
    assert {steps_per_epoch * epoch for epoch in range(num_epochs + 1)} <= set(
        snapshot_steps(steps_per_epoch, num_epochs)
    )


@pytest.mark.parametrize("num_epochs", [3, 10, 50, 80, 200])
def test_a_usual_run_has_all_120(num_epochs: int) -> None:
    assert len(snapshot_steps(235, num_epochs)) == MOST


def test_short_runs_have_some_40_an_epoch() -> None:
    assert len(snapshot_steps(235, 1)) == FIRST_EPOCH + 1
    assert len(snapshot_steps(235, 2)) == 2 * FIRST_EPOCH + 1


@pytest.mark.parametrize("num_epochs", [1, 2, 10, 50])
def test_the_first_epoch_is_dense_and_its_beginning_denser(num_epochs: int) -> None:
    steps = snapshot_steps(235, num_epochs)
    first = [step for step in steps if step <= 235]
    assert len(first) == FIRST_EPOCH + 1
    assert first[:8] == list(range(8))
    gaps = [after - before for before, after in pairwise(first)]
    assert max(gaps[:10]) < min(gaps[-10:])
    if num_epochs > 2:
        share = (len(first) - 1) / (len(steps) - 1)
        assert 0.3 < share < 0.4, "about a third of the track"


@pytest.mark.parametrize("num_epochs", [2, 10, 50, 200])
def test_later_ones_are_even_but_for_one_more_in_the_earlier_epochs(num_epochs: int) -> None:
    later = [step for step in snapshot_steps(240, num_epochs) if step > 240]
    an_epoch = [sum(240 * epoch < step <= 240 * (epoch + 1) for step in later) for epoch in range(1, num_epochs)]
    assert max(an_epoch) - min(an_epoch) <= 1
    if num_epochs <= 80:
        assert an_epoch == sorted(an_epoch, reverse=True)


def test_a_full_film_is_within_its_megabytes() -> None:
    assert MOST * size(pack([random_weights(0, 0.1)])[0]) <= MEGABYTE_AND_A_HALF


@given(st.integers(0, 2**31 - 1), st.floats(1e-30, 1e30))
def test_a_weight_comes_back_within_half_a_level_of_its_row(seed: int, std: float) -> None:
    weights = random_weights(seed, std)
    back = unpack(pack([weights])[0])
    assert back.step == 7
    assert torch.equal(back.b, weights.b)
    half = weights.W.abs().amax(dim=1, keepdim=True).double() / 4094
    assert ((back.W.double() - weights.W.double()).abs() <= half * 1.001).all()


def test_several_at_once_are_as_each_alone() -> None:
    several = [random_weights(seed, 10.0**-seed) for seed in range(4)]
    several[2].W[3] = math.nan
    several[1].W[5] = 0
    for together, weights in zip(pack(several), several, strict=True):
        (alone,) = pack([weights])
        assert together.step == alone.step
        for part in ("levels", "limits", "b"):
            assert torch.equal(getattr(together, part).nan_to_num(), getattr(alone, part).nan_to_num())


def test_zero_and_the_largest_weight_are_exact() -> None:
    W = torch.zeros(10, 784)
    W[3, 100], W[3, 101] = 0.7, -0.35
    back = unpack(pack([Weights(0, W, torch.zeros(10))])[0]).W
    assert back[3, 100] == W[3, 100]
    assert torch.count_nonzero(back) == 2


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_a_row_that_is_not_finite_comes_back_as_nan_and_the_others_whole(value: float) -> None:
    weights = random_weights(1, 0.1)
    weights.W[4, 17] = value
    back = unpack(pack([weights])[0]).W
    assert back[4].isnan().all()
    others = [row for row in range(10) if row != 4]
    torch.testing.assert_close(back[others], weights.W[others], atol=2e-4, rtol=0)


def test_a_snapshot_does_not_change_with_the_weights_it_was_taken_of() -> None:
    weights = random_weights(2, 0.1)
    (snapshot,) = pack([weights])
    before = unpack(snapshot)
    weights.W.add_(1)
    weights.b.add_(1)
    after = unpack(snapshot)
    assert torch.equal(before.W, after.W)
    assert torch.equal(before.b, after.b)
