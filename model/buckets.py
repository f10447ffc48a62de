"""Counting what is asked for: tokens that come back with time, and places that come back when they are left."""

from __future__ import annotations

import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable
from typing import Literal

from model.limits import CLIENTS, Most, Rate


class Buckets:
    """A bucket of tokens for each name; ``most`` names are remembered, of which those seen last stay."""

    def __init__(self, rate: Rate, most: int = CLIENTS, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate, self._most, self._clock = rate, most, clock
        self._had: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._had)

    def take(self, name: str, cost: float = 1.0) -> float:
        """Take ``cost`` tokens where they are there; else the seconds until they will be, and nothing is taken."""
        return self._spend(name, cost, on_credit=False)

    def owe(self, name: str, cost: float = 1.0) -> float:
        """Take ``cost`` tokens at any rate; the seconds until they would have been there."""
        return self._spend(name, cost, on_credit=True)

    def _spend(self, name: str, cost: float, on_credit: bool) -> float:
        with self._lock:
            now = self._clock()
            tokens, at = self._had.get(name, (self.rate.burst, now))
            tokens = min(self.rate.burst, tokens + (now - at) * self.rate.per_second)
            missing = min(cost, self.rate.burst) - tokens  # what is larger than a bucket asks for a full one
            if on_credit or missing <= 0:
                tokens -= cost
            self._had[name] = tokens, now
            self._had.move_to_end(name)
            while len(self._had) > self._most:
                self._had.popitem(last=False)
        return max(0.0, missing) / self.rate.per_second


Full = Literal["each", "address", "in_all"]


class Places:
    """Who is here now, by person and address. What was entered must be left: nothing of those who left is kept."""

    def __init__(self, most: Most) -> None:
        self.most = most
        self._each: Counter[str] = Counter()
        self._address: Counter[str] = Counter()

    def full(self, person: str, address: str, spare: int = 0) -> Full | None:
        """The bound that one more would be over, ``spare`` more being let in; None where there is room."""
        if self._each[person] >= self.most.each + spare:
            return "each"
        if self._address[address] >= self.most.address + spare:
            return "address"
        return "in_all" if self._each.total() >= self.most.in_all + spare else None

    def enter(self, person: str, address: str) -> None:
        """One more is here."""
        self._each[person] += 1
        self._address[address] += 1

    def leave(self, person: str, address: str) -> None:
        """One of them has left."""
        for counts, name in ((self._each, person), (self._address, address)):
            counts[name] -= 1
            if counts[name] <= 0:
                del counts[name]

    def __len__(self) -> int:
        return len(self._each) + len(self._address)
