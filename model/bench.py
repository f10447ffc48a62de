"""How fast an epoch is, against d2l's own loop and against the bare arithmetic: ``python -m model bench``.

Everything is timed in one process, in turn, and told as the median of ratios over paired rounds, because a machine's
speed drifts while a ratio holds. Each timed epoch has all its metrics and the test accuracy.
"""

from __future__ import annotations

import os
import statistics
import struct
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import torch
from torch.utils.data import DataLoader

from model.concise import make_model
from model.data import RAW_FILES, FashionData, raw_folder
from model.metrics import Accumulator
from model.train import Hyperparameters, train

WORKERS = 4
"""``get_dataloader_workers()`` of d2l 0.17.5."""

THREADS = os.cpu_count() or 1
"""torch's own choice, which d2l leaves as it is; everything else here is timed with one thread."""

YARDSTICKS = (
    ("d2l", "scratch", "at least 40"),
    ("d2l", "concise", "at least 25"),
    ("scratch", "bare", "at most 1.5"),
)

Seconds = Callable[[], float]


def timed(work: Callable[[], object]) -> Seconds:
    """A function that does ``work`` and returns how long it took."""

    def run() -> float:
        start = time.perf_counter()
        work()
        return time.perf_counter() - start

    return run


def our_epoch(implementation: str, data: FashionData) -> Seconds:
    """One epoch of this project's training, with every metric."""
    settings = Hyperparameters(num_epochs=1, implementation=implementation)
    return timed(lambda: list(train(make_model(implementation, 0, 0.01), data, settings)))


def bare_epoch(data: FashionData) -> Seconds:
    """The bare arithmetic on float32 images: gather each batch, two matrix products, and the test images' logits."""
    W = torch.zeros(10, 784)
    images = data.train_images()

    def work() -> None:
        for batch in torch.randperm(len(data.train_labels)).split(256):
            X = images.index_select(0, batch)
            o = (W @ X.T).T
            o.T @ X
        W @ data.test_images.T

    return timed(work)


def write_raw(data: FashionData, root: Path) -> None:
    """``data`` as the unpacked IDX files that torchvision reads."""
    raw = raw_folder(root)
    raw.mkdir(parents=True)
    test_pixels = (data.test_images * 255).round()
    for file, part in zip(
        RAW_FILES, (data.train_pixels, data.train_labels, test_pixels, data.test_labels), strict=True
    ):
        shape = (len(part), 28, 28) if part.dim() == 2 else (len(part),)
        header = struct.pack(f">HBB{len(shape)}I", 0, 8, len(shape), *shape)
        (raw / file.name).write_bytes(header + part.to(torch.uint8).numpy().tobytes())


def d2l_epoch(root: Path) -> Seconds:
    """One epoch as the book runs it: torchvision's data set, ``ToTensor``, a ``DataLoader`` with 4 workers, autograd.

    d2l 0.17.5 itself cannot be installed beside this project's packages, so its loop is rebuilt with its semantics:
    ``load_data_fashion_mnist``, ``train_epoch_ch3`` and ``evaluate_accuracy``, at torch's own number of threads.
    """
    from torchvision.datasets import FashionMNIST
    from torchvision.transforms import Compose, ToTensor

    def loader(is_train: bool) -> DataLoader[tuple[torch.Tensor, int]]:
        images = FashionMNIST(root, train=is_train, transform=Compose([ToTensor()]))
        return DataLoader(images, batch_size=256, shuffle=is_train, num_workers=WORKERS)

    train_iter, test_iter = loader(True), loader(False)
    W = torch.normal(0, 0.01, size=(784, 10), requires_grad=True)
    b = torch.zeros(10, requires_grad=True)

    def net(X: torch.Tensor) -> torch.Tensor:
        exp = torch.exp(torch.matmul(X.reshape((-1, W.shape[0])), W) + b)
        return exp / exp.sum(1, keepdim=True)

    def correct(y_hat: torch.Tensor, y: torch.Tensor) -> float:
        return float((y_hat.argmax(dim=1).type(y.dtype) == y).type(y.dtype).sum())

    def sgd(batch_size: int) -> None:
        with torch.no_grad():
            for param in (W, b):
                assert param.grad is not None
                param -= 0.1 * param.grad / batch_size
                param.grad.zero_()

    def work() -> None:
        metric, test_metric = Accumulator(3), Accumulator(2)
        for X, y in train_iter:
            y_hat = net(X)
            loss = -torch.log(y_hat[range(len(y_hat)), y])
            loss.sum().backward()
            sgd(X.shape[0])
            metric.add(float(loss.detach().sum()), correct(y_hat, y), y.numel())
        with torch.no_grad():
            for X, y in test_iter:
                test_metric.add(correct(net(X), y), y.numel())

    def with_torchs_own_threads() -> None:
        threads = torch.get_num_threads()
        torch.set_num_threads(THREADS)
        try:
            work()
        finally:
            torch.set_num_threads(threads)

    return timed(with_torchs_own_threads)


def bench(data: FashionData, rounds: int = 5, repeats: int = 5) -> Iterator[str]:
    """Lines of the report; a round times each contender in turn, the short ones ``repeats`` times."""
    yield f"one epoch on {data.name}, batch 256, one thread (d2l: {THREADS}), medians of {rounds} paired rounds"
    with tempfile.TemporaryDirectory() as folder:
        write_raw(data, Path(folder))
        contenders = {
            "scratch": our_epoch("scratch", data),
            "concise": our_epoch("concise", data),
            "bare": bare_epoch(data),
        }
        d2l = d2l_epoch(Path(folder))
        for seconds in contenders.values():
            seconds()
        times: dict[str, list[float]] = {name: [] for name in [*contenders, "d2l"]}
        for _ in range(rounds):
            laps = [{name: seconds() for name, seconds in contenders.items()} for _ in range(repeats)]
            for name in contenders:
                times[name].append(statistics.median(lap[name] for lap in laps))
            times["d2l"].append(d2l())
    for name, measured in times.items():
        yield f"  {name:8} {statistics.median(measured):8.3f} s an epoch"
    for slow, fast, limit in (
        ("d2l", "scratch", "at least 40"),
        ("d2l", "concise", "at least 25"),
        ("scratch", "bare", "at most 1.5"),
    ):
        ratios = [a / b for a, b in zip(times[slow], times[fast], strict=True)]
        yield (
            f"  {slow} / {fast}: {statistics.median(ratios):.2f} x "
            f"(from {min(ratios):.2f} to {max(ratios):.2f}; to reach: {limit})"
        )
