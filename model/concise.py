"""Softmax regression the concise way, with torch's own layers and optimiser (d2l 0.17.5, section 3.7).

``make_model`` is the one place that knows both implementations; everything above treats them alike.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn

from model.errors import BadSetting
from model.softmax import NUM_INPUTS, NUM_OUTPUTS, SoftmaxRegression, SoftmaxRegressionScratch, init_params, linear


class SoftmaxRegressionConcise:
    """``nn.Linear`` with ``nn.CrossEntropyLoss`` and ``torch.optim.SGD``."""

    implementation = "concise"

    def __init__(self, W: torch.Tensor, b: torch.Tensor) -> None:
        self.net = nn.Sequential(nn.Flatten(), nn.Linear(NUM_INPUTS, NUM_OUTPUTS))
        linear = self.net[1]
        assert isinstance(linear, nn.Linear)
        with torch.no_grad():
            linear.weight.copy_(W)
            linear.bias.copy_(b)
        # The parameters' own memory, seen without autograd: an update by the optimiser shows here at once.
        self.W = linear.weight.detach()
        self.b = linear.bias.detach()
        self.loss = nn.CrossEntropyLoss(reduction="none")
        # Two parameters: torch's plain loop over them takes less time than to decide how else to do it.
        self.updater = torch.optim.SGD(self.net.parameters(), lr=0.1, foreach=False)

    def logits(self, X: torch.Tensor) -> torch.Tensor:
        """Scores before softmax: X (n, 784) in, (n, 10) out; what ``net`` gives, without its bookkeeping."""
        return linear(X, self.W, self.b)

    def step(self, X: torch.Tensor, y: torch.Tensor, lr: float) -> tuple[torch.Tensor, torch.Tensor]:
        """Update on one batch; returns the losses (n,) and logits (n, 10) from before the update."""
        for group in self.updater.param_groups:
            group["lr"] = lr
        o = self.net(X)
        l = self.loss(o, y)  # noqa: E741 the book's name for the loss
        self.net.zero_grad()  # the same gradients as the book's updater.zero_grad(), in a third of the time
        l.mean().backward()
        self.updater.step()
        return l.detach(), o.detach()


IMPLEMENTATIONS: dict[str, Callable[[torch.Tensor, torch.Tensor], SoftmaxRegression]] = {
    "scratch": SoftmaxRegressionScratch,
    "concise": SoftmaxRegressionConcise,
}


def make_model(implementation: str, seed: int, init_std: float) -> SoftmaxRegression:
    """An untrained model: equal seeds give equal parameters in both implementations."""
    if implementation not in IMPLEMENTATIONS:
        raise BadSetting("bad_implementation", value=implementation)
    return IMPLEMENTATIONS[implementation](*init_params(seed, init_std))
