"""The review queue beside the published model: which topics are near to what was asked in vain."""

from __future__ import annotations

import pytest

from bot.database.review_queue import UNANSWERED, Unanswered
from bot.staff.review import grouped, nearest
from bot.training.models import Model

pytestmark = pytest.mark.slow

ASKED = ("what is an immigration bond", "qué es la tarjeta roja", "what is the *** of a pizza", "***? hola")


async def test_the_nearest_topics_come_with_their_scores(model: Model) -> None:
    """At most three, best first, and what residents get now; also where words were removed."""
    groups = grouped(
        [
            Unanswered(text, language, 9 - index, UNANSWERED)
            for index, (text, language) in enumerate(zip(ASKED, ("en", "es", "en", "es"), strict=True))
        ]
    )
    assert [group.text for group in groups] == list(ASKED)
    bond, card, pizza, greeting = await nearest(groups, model)
    for near in (bond, card, pizza, greeting):
        scores = [score for _, score in near.topics]
        assert len(near.topics) <= 3 and scores == sorted(scores, reverse=True)
        assert {topic for topic, _ in near.topics} <= set(model.content.topics)
        assert near.now
    assert bond.topics[0][0] == "bond" and bond.now == "answers bond"
    assert card.topics[0][0] == "red_card" and card.now == "answers red_card"
    assert pizza.outcome != "answer" and greeting.outcome != "answer"
    assert await nearest([], model) == []
