"""A telephone number stands in the directory alone: the check finds it wherever else it is typed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.content.test_checks import printed

NUMBER = "323-584-6254"


@pytest.mark.parametrize(
    ("file", "changes", "said"),
    [
        (
            "data/resources/services.csv",
            {"Dial 211 to": f"Dial {NUMBER} to", "Marque el 211 para": f"Marque el {NUMBER} para"},
            f"description holds the phone number {NUMBER}",
        ),
        (
            "data/faq/red_card.yml",
            {"The red card": f"Card {NUMBER}"},
            f"title_en holds the phone number {NUMBER}",
        ),
    ],
)
def test_a_number_typed_in_a_title_or_in_a_text_of_the_directory_is_refused(
    content_copy: Path, file: str, changes: Mapping[str, str], said: str
) -> None:
    """Changing it in the directory would leave it there."""
    path = content_copy / file
    text = path.read_text(encoding="utf-8")
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")
    assert [line for line in printed(content_copy) if said in line]
