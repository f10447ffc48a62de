"""The command line: ``python -m model train | classify | data | optimum | bench | build-assets``.

Progress goes to standard error, results to standard output. Exit code 2: bad arguments; 130: interrupted;
1: anything else went wrong; each is told in one plain line.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path

import torch

from model.checkpoint import Checkpoint, check_place, save_checkpoint
from model.concise import IMPLEMENTATIONS, make_model
from model.data import RAW_FILES, FashionData, data_folder, find_file, load_fashion_mnist, raw_folder, read_checked
from model.errors import BadSetting, DataError, StudioError
from model.terminal import Parser, at_least_one, folder, say
from model.train import Hyperparameters, num_batches, train

BOOK = Hyperparameters()


def load_data(name: str) -> FashionData:
    """The data set by name; ``auto`` is Fashion-MNIST if it is whole, else Garments, and says which."""
    from model.garments import load_garments

    if name == "garments":
        return load_garments()
    try:
        return load_fashion_mnist()
    except DataError as error:
        if name == "fashion-mnist":
            raise
        say(f"{error}\nTraining on Garments, which the project carries.")
        return load_garments()


def run_train(arguments: argparse.Namespace) -> None:
    """Train, one line an epoch."""
    settings = Hyperparameters(
        arguments.lr, arguments.epochs, arguments.batch_size, arguments.seed, arguments.init_std,
        arguments.implementation,
    )  # fmt: skip
    if arguments.out:
        check_place(arguments.out)
    data = load_data(arguments.data)
    model = make_model(settings.implementation, settings.seed, settings.init_std)
    num_steps = num_batches(len(data.train_labels), settings.batch_size) * settings.num_epochs
    steps = train(model, data, settings)
    say(f"{data.name}: {len(data.train_labels):,} + {len(data.test_labels):,} images; {settings}")
    began, step = time.monotonic(), None
    for step in steps:
        if step.diverged:
            say(f"\nDiverged at step {step.step:,}: a loss or weight is not finite; the last finite weights are kept.")
        elif step.test_acc is not None:
            values = {name: getattr(step, name) for name in ("epoch", "train_loss", "train_acc", "test_acc")}
            plain = "epoch {epoch}: train loss {train_loss:.4f}, train acc {train_acc:.4f}, test acc {test_acc:.4f}"
            say("\r", end="")
            print(json.dumps(values) if arguments.json else plain.format(**values), flush=True)
        elif sys.stderr.isatty() and step.step % 20 == 0:
            say(f"\rstep {step.step:,} of {num_steps:,}", end="")
    say(f"{time.monotonic() - began:.2f} s")
    if arguments.out:
        save_checkpoint(arguments.out, Checkpoint(model.W, model.b, settings, data.name, step.step if step else 0))
        say(f"weights in {arguments.out}")


def run_classify(arguments: argparse.Namespace) -> int:
    """Say what each picture looks like; the exit code."""
    from model.classify_command import run_classify

    return run_classify(arguments)


def run_data(arguments: argparse.Namespace) -> None:
    """What is there; with --fetch, get it; with --export, write the data set in use."""
    if arguments.export:
        from model.idx_files import write_idx_files

        for written in write_idx_files(load_data(arguments.data), arguments.export):
            print(f"{written}: {written.stat().st_size:,} bytes", flush=True)
        return
    if arguments.fetch:
        from model.fetch_command import fetch

        fetch()
    for file in RAW_FILES:
        path = find_file(raw_folder(), file)
        try:
            state = "missing" if path is None else f"{len(read_checked(path, file)):,} bytes, MD5 right"
        except DataError as error:
            state = str(error)
        print(f"{file.name}: {state}")
    print(f"data folder: {data_folder()}")


def run_optimum(arguments: argparse.Namespace) -> None:
    """Find the least train loss of a linear model, and keep the weights that have it."""
    from model.optimum_command import run_optimum

    run_optimum(load_data(arguments.data), arguments.out)


def run_bench(arguments: argparse.Namespace) -> None:
    """Print the speed of an epoch against its yardsticks."""
    from model.bench import bench

    for line in bench(load_data(arguments.data), arguments.rounds):
        print(line, flush=True)


def run_build_assets(arguments: argparse.Namespace) -> None:
    """Make the files that the project carries."""
    from model.build_assets import ASSETS, build_assets

    for path in build_assets(arguments.folder or ASSETS):
        print(f"{path}: {path.stat().st_size:,} bytes", flush=True)


def parser() -> Parser:
    """All commands and their options."""
    top = Parser(prog="python -m model", description="Softmax regression on Fashion-MNIST.")
    commands = top.add_subparsers(dest="command", required=True, parser_class=Parser)
    data_option = {"choices": ["auto", "fashion-mnist", "garments"], "default": "auto"}
    command = commands.add_parser("train", help="train a model")
    command.add_argument("--data", **data_option)  # type: ignore[arg-type]
    command.add_argument("--implementation", choices=list(IMPLEMENTATIONS), default=BOOK.implementation)
    command.add_argument("--lr", type=float, default=BOOK.lr)
    command.add_argument("--epochs", type=int, default=BOOK.num_epochs)
    command.add_argument("--batch-size", type=int, default=BOOK.batch_size)
    command.add_argument("--seed", type=int, default=BOOK.seed)
    command.add_argument("--init-std", type=float, default=BOOK.init_std)
    command.add_argument("--out", type=Path, metavar="FILE.safetensors")
    command.add_argument("--json", action="store_true", help="one JSON object an epoch on standard output")
    command.set_defaults(run=run_train)
    command = commands.add_parser("classify", help="say what pictures of garments look like")
    command.add_argument("images", nargs="+", metavar="IMAGE", help="a JPEG, PNG, GIF, WebP or BMP file")
    command.add_argument("--weights", type=Path, metavar="FILE", help="weights that were saved; else the app's own")
    command.add_argument("--json", action="store_true", help="one JSON object a picture on standard output")
    command.set_defaults(run=run_classify)
    command = commands.add_parser("data", help="say which data are there, fetch them, or write those in use")
    command.add_argument("--fetch", action="store_true")
    command.add_argument("--export", type=Path, metavar="FOLDER", help="write the data as four IDX files, packed")
    command.add_argument("--data", help="which data to write", **data_option)  # type: ignore[arg-type]
    command.set_defaults(run=run_data)
    command = commands.add_parser("optimum", help="find the least train loss that a linear model has")
    command.add_argument("--data", **data_option)  # type: ignore[arg-type]
    command.add_argument("--out", type=Path, metavar="FILE.safetensors", help="where to, if not into the project")
    command.set_defaults(run=run_optimum)
    command = commands.add_parser("bench", help="time an epoch against d2l's loop")
    command.add_argument("--data", **data_option)  # type: ignore[arg-type]
    command.add_argument("--rounds", type=at_least_one, default=5)
    command.set_defaults(run=run_bench)
    command = commands.add_parser("build-assets", help="rebuild what the project carries from real Fashion-MNIST")
    command.add_argument("--folder", type=folder)
    command.set_defaults(run=run_build_assets)
    return top


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit code."""
    torch.set_num_threads(1)
    parsed = parser().parse_args(arguments)
    try:
        code: int | None = parsed.run(parsed)
    except BadSetting as error:
        say(str(error))
        return 2
    except StudioError as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        say("\nInterrupted.")
        return 130
    except BrokenPipeError:  # whoever read the results is gone; Python must not stumble over that again as it exits
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return code or 0


if __name__ == "__main__":
    sys.exit(main())
