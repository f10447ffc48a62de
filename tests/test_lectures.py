"""Lectures: who leads, what followers are told, and the bounds, with a clock that the test moves."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from model.errors import LectureError
from model.lectures import AWAY, FORGOTTEN, MOST_EACH, MOST_IN_ALL, MOST_LECTURES, Lectures, View

TRAIN, DATA = {"page": ""}, {"page": "data"}


class Clock:
    """Seconds that pass when they are told to."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def lectures(clock: Clock) -> Lectures:
    return Lectures(clock)


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(LectureError) as caught:
        act()
    return str(caught.value)


def follower(lectures: Lectures, lecture_id: str = "a") -> list[str]:
    """A follower who notes each word."""
    words: list[str] = []
    lectures.follow(lecture_id, lambda: words.append("word"))
    return words


def test_followers_are_told_what_is_shown_and_only_when_it_changes(lectures: Lectures) -> None:
    words = follower(lectures)
    assert lectures.view("a") == View("nobody")
    assert lectures.lead("a", "tab", TRAIN) == 1
    assert lectures.view("a") == View("led", TRAIN)
    assert len(words) == 1
    lectures.lead("a", "tab", dict(TRAIN))
    assert len(words) == 1
    lectures.lead("a", "tab", DATA)
    assert lectures.view("a") == View("led", DATA)
    assert len(words) == 2


def test_a_lecture_is_nobody_elses(lectures: Lectures) -> None:
    words = follower(lectures, "b")
    assert lectures.lead("a", "tab", TRAIN) == 0
    assert lectures.view("b") == View("nobody")
    assert words == []


def test_the_last_tab_that_takes_the_lead_has_it(lectures: Lectures) -> None:
    lectures.lead("a", "first", TRAIN, take=True)
    assert "Another tab" in refused(lambda: lectures.lead("a", "second", DATA))
    assert lectures.view("a").shown == TRAIN
    lectures.lead("a", "second", DATA, take=True)
    assert "lead from here" in refused(lambda: lectures.lead("a", "first", TRAIN))
    assert lectures.view("a") == View("led", DATA)
    lectures.lead("a", "first", TRAIN, take=True)
    assert lectures.view("a") == View("led", TRAIN)


def test_a_tab_that_does_not_lead_ends_nothing(lectures: Lectures) -> None:
    lectures.lead("a", "first", TRAIN)
    lectures.lead("a", "second", DATA, take=True)
    lectures.end("a", "first")
    lectures.rest("a", "first")
    lectures.end("nowhere", "first")
    assert lectures.view("a") == View("led", DATA)


def test_who_has_not_said_a_word_for_a_while_is_away_and_another_tab_may_go_on(
    lectures: Lectures, clock: Clock
) -> None:
    lectures.lead("a", "first", TRAIN)
    clock.now += AWAY
    assert lectures.view("a") == View("led", TRAIN)
    clock.now += 1
    assert lectures.view("a") == View("away", TRAIN)
    words = follower(lectures)
    lectures.lead("a", "first", TRAIN)
    assert lectures.view("a") == View("led", TRAIN)
    assert len(words) == 1
    clock.now += AWAY + 1
    lectures.lead("a", "second", DATA)
    assert lectures.view("a") == View("led", DATA)


def test_a_page_that_is_left_is_away_at_once_and_back_with_a_word(lectures: Lectures) -> None:
    words = follower(lectures)
    lectures.lead("a", "tab", TRAIN)
    lectures.rest("a", "tab")
    assert lectures.view("a") == View("away", TRAIN)
    lectures.lead("a", "the tab loaded anew", TRAIN)
    assert lectures.view("a") == View("led", TRAIN)
    assert len(words) == 3


def test_a_lecture_that_has_ended_is_known_as_such_and_can_be_led_again(lectures: Lectures) -> None:
    words = follower(lectures)
    lectures.lead("a", "tab", TRAIN)
    lectures.end("a", "tab")
    lectures.rest("a", "tab")
    assert lectures.view("a").state == "ended"
    assert len(words) == 2
    lectures.lead("a", "another", DATA)
    assert lectures.view("a") == View("led", DATA)


def test_a_lecture_is_forgotten_a_while_after_the_last_word(lectures: Lectures, clock: Clock) -> None:
    lectures.lead("a", "tab", TRAIN)
    clock.now += FORGOTTEN
    assert lectures.view("a") == View("away", TRAIN)
    clock.now += 1
    assert lectures.view("a") == View("nobody")
    lectures.lead("a", "another", DATA)
    assert lectures.view("a") == View("led", DATA)


def test_there_are_so_many_lectures_and_one_that_nobody_leads_makes_room(lectures: Lectures, clock: Clock) -> None:
    for i in range(MOST_LECTURES):
        clock.now += 0.001
        lectures.lead(str(i), "tab", TRAIN)
    assert str(MOST_LECTURES) in refused(lambda: lectures.lead("one more", "tab", TRAIN))
    assert lectures.view("one more") == View("nobody")
    lectures.lead("5", "tab", DATA)
    lectures.rest("7", "tab")
    lectures.end("6", "tab")
    lectures.lead("one more", "tab", TRAIN)
    assert lectures.view("one more").state == "led"
    assert [lectures.view(i).state for i in ("0", "5", "6", "7")] == ["led", "led", "nobody", "away"]
    assert len(lectures._lectures) == MOST_LECTURES
    clock.now += FORGOTTEN + 1
    lectures.lead("later", "tab", TRAIN)
    assert len(lectures._lectures) == 1


def test_there_are_so_many_followers_of_one_and_of_all(lectures: Lectures) -> None:
    for _ in range(MOST_EACH):
        follower(lectures)
    assert f"{MOST_EACH} follow this lecturer" in refused(lambda: follower(lectures))
    for i in range(MOST_IN_ALL - MOST_EACH):
        follower(lectures, f"b{i % 3}")
    assert f"{MOST_IN_ALL} people" in refused(lambda: follower(lectures, "c"))
    assert lectures.lead("a", "tab", TRAIN) == MOST_EACH
    assert lectures.lead("c", "tab", TRAIN) == 0


def test_who_leaves_is_told_nothing_more_and_makes_room(lectures: Lectures) -> None:
    words: list[str] = []

    def wake() -> None:
        words.append("word")

    for _ in range(3 * MOST_IN_ALL):
        lectures.follow("a", wake)
        lectures.leave("a", wake)
    lectures.leave("a", wake)
    assert lectures.lead("a", "tab", TRAIN) == 0
    assert words == []
    assert lectures._followers == {}


def test_many_threads_at_once_lose_nobody(lectures: Lectures) -> None:
    def come_and_go() -> None:
        for i in range(200):
            wake = object().__hash__
            lectures.follow("a", wake)
            lectures.lead("a", "tab", {"page": str(i)}, take=True)
            lectures.leave("a", wake)

    threads = [threading.Thread(target=come_and_go) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert lectures.lead("a", "tab", TRAIN) == 0
