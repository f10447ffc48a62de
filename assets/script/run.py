# %% imports
import gzip
import hashlib
import sys
from pathlib import Path

import torch

# %% settings
lr, num_epochs, batch_size = 0.1, 10, 256
seed, init_std = 0, 0.01
last_step = 2350
checksum = ""
recorded = {}
folder = Path("data/FashionMNIST/raw")


# %% data
def read_idx(name):
    """The bytes in one IDX file, without its header."""
    path = folder / name
    if path.is_file():
        content = path.read_bytes()
    elif path.with_name(f"{name}.gz").is_file():
        content = gzip.decompress(path.with_name(f"{name}.gz").read_bytes())
    else:
        raise SystemExit(f"{name}.gz is not in {folder}: name the folder with it.")
    return bytearray(content[4 + 4 * content[3] :])


def load_data_fashion_mnist():
    """Pixels (n, 784) uint8 and labels (n,) for training, then those for the test."""
    contents = [
        read_idx(f"{part}-{what}-ubyte")
        for part in ("train", "t10k")
        for what in ("images-idx3", "labels-idx1")
    ]
    if hashlib.sha256(b"".join(contents)).hexdigest() != checksum:
        raise SystemExit(f"{folder} does not hold the run's data: its SHA-256 differs.")
    X, y, X_test, y_test = (torch.frombuffer(c, dtype=torch.uint8) for c in contents)
    return X.view(-1, 784), y.long(), X_test.view(-1, 784), y_test.long()


def to_images(pixels):
    """Pixels 0 to 255 as float32 in [0, 1]."""
    return pixels.float() / 255


train_pixels, train_labels, test_pixels, test_labels = load_data_fashion_mnist()
test_images = to_images(test_pixels)


# %% parameters
torch.set_num_threads(1)  # sums in another order are other sums, in their last digits
generator = torch.Generator().manual_seed(seed)
W = torch.randn(10, 784, generator=generator) * init_std  # the book's W, transposed
b = torch.zeros(10)


def logits(X):
    """o = X Wᵀ + b: X (n, 784) in, (n, 10) out."""
    return torch.addmm(b.unsqueeze(1), W, X.T).T


# %% model
def softmax(o):
    """Probabilities from logits, row by row."""
    o_exp = (o - o.amax(dim=1, keepdim=True)).exp()
    return o_exp / o_exp.sum(dim=1, keepdim=True)


def cross_entropy(o, y):
    """Each example's loss ln Σ exp(o) - o[y], which takes no logarithm of 0 (3.7.2)."""
    o = o - o.amax(dim=1, keepdim=True)
    partition = o.exp().sum(dim=1, keepdim=True)
    return (partition.log() - o.gather(1, y.unsqueeze(1))).squeeze(1)


def sgd(params, grads, lr, batch_size):
    """One step of minibatch stochastic gradient descent."""
    for param, grad in zip(params, grads, strict=True):
        param.sub_(grad, alpha=lr / batch_size)


def train_batch(X, y):
    """Update W and b; the losses and logits from before."""
    o = logits(X)
    d = softmax(o)
    d[range(len(y)), y] -= 1  # ∂l/∂o = y_hat - y
    sgd([W, b], [d.T @ X, d.sum(dim=0)], lr, len(y))
    return cross_entropy(o, y), o


# %% training
def accuracy(y_hat, y):
    """How many rows have their largest value at the label."""
    return int((y_hat.max(dim=1).indices == y).sum())


def evaluate_accuracy(net, X, y):
    """The fraction of the images X that are labelled as y says."""
    return accuracy(net(X), y) / len(y)


class Accumulator:
    """Running sums over several quantities."""

    def __init__(self, n):
        self.data = [0.0] * n

    def add(self, *args):
        """Add one number to each sum."""
        self.data = [a + float(b) for a, b in zip(self.data, args, strict=True)]

    def __getitem__(self, index):
        return self.data[index]


def train_epoch_ch3(batches):
    """Train on these batches: averages of loss and accuracy while W changes.

    The third value says whether all went well. A step after which the loss or a weight
    is not a finite number is undone, and the last.
    """
    metric = Accumulator(3)  # summed loss, correct predictions, examples
    for batch in batches:
        X, y = to_images(train_pixels[batch]), train_labels[batch]
        before = W.clone(), b.clone()
        losses, o = train_batch(X, y)
        metric.add(float(losses.sum()), accuracy(o, y), len(y))
        finite = all(bool(part.isfinite().all()) for part in (losses.sum(), W, b))
        if not finite:
            W.copy_(before[0])
            b.copy_(before[1])
            break
    return metric[0] / metric[2], metric[1] / metric[2], finite


def train_ch3(num_epochs, last_step):
    """Train, one line an epoch, for as many steps as the run has; the last figures."""
    order = torch.Generator().manual_seed(2**31 + seed)
    figures, finite = {}, True
    for epoch in range(1, num_epochs + 1):
        batches = torch.randperm(len(train_labels), generator=order).split(batch_size)
        todo = batches[:last_step]
        if not todo or not finite:
            break
        train_loss, train_acc, finite = train_epoch_ch3(todo)
        last_step -= len(todo)
        figures |= {"train loss": train_loss, "train acc": train_acc}
        line = f"epoch {epoch}: train loss {train_loss:.4f}, train acc {train_acc:.4f}"
        if len(todo) == len(batches) and finite:
            figures["test acc"] = evaluate_accuracy(logits, test_images, test_labels)
            line += f", test acc {figures['test acc']:.4f}"
        print(line, flush=True)
    return figures


figures = train_ch3(num_epochs, last_step)

# %% result
for name, value in recorded.items():
    same = repr(figures[name]) == repr(value)  # nan is nan
    difference = 0.0 if same else abs(figures[name] - value)
    print(f"{name} {figures[name]:.9f}, recorded {value:.9f}: off by {difference:.1e}")
