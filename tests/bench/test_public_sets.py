"""The figures on public sets: what counts as found, and how declining counts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench.public_sets import OUT_OF_SCOPE, best_correlation, read_questions, shares_found

# The questions of the labels 0, 1, 2, 3 and two out of scope; the last three are found nowhere first.
SCORES = np.array(
    [
        [0.7, 0.1, 0.1, 0.1],
        [0.1, 0.8, 0.06, 0.04],
        [0.4, 0.3, 0.2, 0.1],
        [0.4, 0.3, 0.2, 0.1],
        [0.35, 0.25, 0.2, 0.2],
        [0.3, 0.5, 0.1, 0.1],
    ]
)
RIGHT = np.array([0, 1, 2, 3, OUT_OF_SCOPE, OUT_OF_SCOPE])


def test_only_questions_in_scope_count_as_found_or_not() -> None:
    """Two of four come first, three are among the first three."""
    assert shares_found(SCORES, RIGHT) == (0.5, 0.75)


def test_the_best_threshold_declines_what_is_out_of_scope_and_keeps_what_is_found() -> None:
    """Between .5 and .7 both are declined, and with them the two that would be wrong."""
    correlation, threshold = best_correlation(SCORES, RIGHT)
    assert threshold in (0.6, 0.7)
    assert 0 < correlation < 1
    in_scope = np.array([True, True, False, False, True, True])
    assert best_correlation(SCORES[in_scope], RIGHT[in_scope])[0] == pytest.approx(1)


def test_a_file_with_more_columns_and_line_breaks_in_questions_is_read(tmp_path: Path) -> None:
    """Titles are no question, and a third column is nobody's label."""
    path = tmp_path / "some.csv"
    path.write_text(
        'sentence,label,label_idx\n"What,\nagain?",Is it safe? Dr. A. says so,7\n', encoding="utf-8"
    )
    assert read_questions(path) == (["What,\nagain?"], ["Is it safe? Dr. A. says so"])


def test_a_question_without_label_is_named(tmp_path: Path) -> None:
    """Which one, and in which file."""
    path = tmp_path / "some.csv"
    path.write_text("sentence,label\nHow long?\n", encoding="utf-8")
    with pytest.raises(SystemExit, match=r"some\.csv: question 1 has no label"):
        read_questions(path)
