"""Who leads a class, and what is looked at there: in memory only, bounded, and forgotten a while after."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from model.errors import LectureError

MOST_LECTURES = 100
"""Lectures that are remembered at a time."""

MOST_EACH = 200
MOST_IN_ALL = 500
"""Followers of one lecture, and of all."""

AWAY = 20.0
"""Seconds without a word from the lecturer's page after which the lecturer is away."""

FORGOTTEN = 3600.0
"""Seconds after the last word in which a lecture is forgotten."""

State = Literal["nobody", "led", "away", "ended"]
Wake = Callable[[], object]


@dataclass(frozen=True)
class View:
    """What followers are told: how the lecture stands, and what its lecturer showed last, where that is known."""

    state: State
    shown: Mapping[str, Any] | None = None


@dataclass
class _Lecture:
    tab: str
    shown: Mapping[str, Any] | None
    heard: float
    state: State = "led"


class Lectures:
    """The lectures by their ids, and who waits for a word from them; to be used from any thread.

    ``clock``: seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._lectures: dict[str, _Lecture] = {}
        self._followers: dict[str, set[Wake]] = {}

    def lead(self, lecture_id: str, tab: str, shown: Mapping[str, Any], take: bool = False) -> int:
        """Show this to the followers, and return how many they are.

        LectureError where another tab leads and this one does not ``take`` the lead, or there are too many lectures.
        """
        with self._lock:
            lecture = self._room_for(lecture_id, tab, shown)
            if lecture.tab != tab and not take and self._state(lecture) == "led":
                raise LectureError("lecture_elsewhere")
            before = View(self._state(lecture), lecture.shown)
            self._lectures[lecture_id] = _Lecture(tab, shown, self._clock())
            if before != View("led", shown):
                self._wake(lecture_id)
            return len(self._followers.get(lecture_id, ()))

    def rest(self, lecture_id: str, tab: str) -> None:
        """The page that leads was left: its lecturer is away until it says another word."""
        self._leave(lecture_id, tab, "away")

    def end(self, lecture_id: str, tab: str) -> None:
        """The lecturer has ended the lecture; a tab that does not lead ends nothing."""
        self._leave(lecture_id, tab, "ended")

    def view(self, lecture_id: str) -> View:
        """What a follower is told now."""
        with self._lock:
            lecture = self._lectures.get(lecture_id)
            if lecture is None or self._is_old(lecture):
                return View("nobody")
            return View(self._state(lecture), lecture.shown)

    def follow(self, lecture_id: str, wake: Wake) -> None:
        """Have ``wake`` called, from any thread, whenever the view may have changed; LectureError over the limits."""
        with self._lock:
            waiting = self._followers.get(lecture_id, set())
            if len(waiting) >= MOST_EACH:
                raise LectureError("lecture_full", limit=MOST_EACH)
            if sum(map(len, self._followers.values())) >= MOST_IN_ALL:
                raise LectureError("lectures_full", limit=MOST_IN_ALL)
            self._followers[lecture_id] = waiting | {wake}

    def leave(self, lecture_id: str, wake: Wake) -> None:
        """No longer."""
        with self._lock:
            left = self._followers.pop(lecture_id, set()) - {wake}
            if left:
                self._followers[lecture_id] = left

    def _leave(self, lecture_id: str, tab: str, state: State) -> None:
        with self._lock:
            lecture = self._lectures.get(lecture_id)
            if lecture and lecture.tab == tab and lecture.state != "ended":
                lecture.state = state
                self._wake(lecture_id)

    def _room_for(self, lecture_id: str, tab: str, shown: Mapping[str, Any]) -> _Lecture:
        """The lecture, or a new one where there is room for it."""
        known = self._lectures.get(lecture_id)
        if known and not self._is_old(known):
            return known
        self._lectures = {id_: each for id_, each in self._lectures.items() if not self._is_old(each)}
        if len(self._lectures) >= MOST_LECTURES:  # one that nobody leads makes room, the longest silent first
            idle = [id_ for id_, each in self._lectures.items() if self._state(each) != "led"]
            if not idle:
                raise LectureError("too_many_lectures", limit=MOST_LECTURES)
            del self._lectures[min(idle, key=lambda id_: self._lectures[id_].heard)]
        return _Lecture(tab, None, self._clock())

    def _state(self, lecture: _Lecture) -> State:
        silent = self._clock() - lecture.heard > AWAY
        return "away" if silent and lecture.state == "led" else lecture.state

    def _is_old(self, lecture: _Lecture) -> bool:
        return self._clock() - lecture.heard > FORGOTTEN

    def _wake(self, lecture_id: str) -> None:
        for wake in self._followers.get(lecture_id, ()):
            wake()
