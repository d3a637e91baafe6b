"""Which training questions are left out, for those that remain to be unlike what is asked."""

from __future__ import annotations

import numpy as np

from bot.nlu.encoder import Vectors
from bot.nlu.unlike_questions import unlike


def rows(*degrees: float) -> Vectors:
    """Vectors of length 1, by the angle from the first axis."""
    return np.array([[np.cos(np.radians(one)), np.sin(np.radians(one))] for one in degrees], dtype=np.float16)


def test_the_three_nearest_of_a_question_are_left_out() -> None:
    """All others stay."""
    learnt = rows(0, 5, 355, 90, 180, 270)
    assert unlike(rows(1), learnt).tolist() == [False, False, False, True, True, True]


def test_what_is_near_any_question_is_left_out() -> None:
    """Two questions leave out six where these are near either of them."""
    learnt = rows(0, 5, 355, 90, 180, 175, 185, 270)
    kept = unlike(rows(0, 180), learnt)
    assert kept.tolist() == [False, False, False, True, False, False, False, True]


def test_where_no_question_is_asked_nothing_is_left_out() -> None:
    """A content without evaluation questions is learnt whole."""
    assert unlike(rows(0)[:0], rows(0, 90)).all()


def test_fewer_training_questions_than_are_left_out() -> None:
    """None remains, and nothing fails."""
    assert not unlike(rows(0), rows(0, 90)).any()
