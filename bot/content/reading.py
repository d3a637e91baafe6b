"""All content in one place: topics, the bot's other texts and the resource directory."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.content.checks import Parts, check_parts, read_parts
from bot.content.facets import FacetWords, fit
from bot.content.follow_up_map import FollowUpMap
from bot.content.glossary import EITHER_LANGUAGE, Glossary
from bot.content.page_texts import PageTexts, with_released
from bot.content.paths import RESOURCES
from bot.content.responses import Responses
from bot.content.start import Start
from bot.content.topics import Topic, topic_of, turned_off
from bot.directory.live import LiveDirectory
from bot.directory.mentions import put_in
from bot.directory.services import Directory
from bot.problems import ContentError
from bot.text.language import LanguageIdentifier
from bot.text.redaction import OwnWords, own_words


@dataclass(frozen=True)
class Content:
    """What the bot knows and says, checked."""

    topics: Mapping[str, Topic]
    conversation: Responses
    glossary: Glossary
    live_directory: LiveDirectory
    # Whether answers that nobody has signed off are held back (KYR_REQUIRE_APPROVAL).
    require_approval: bool = False
    follow_ups: FollowUpMap = dataclasses.field(default_factory=FollowUpMap)
    start: Start = dataclasses.field(default_factory=lambda: Start({}))
    # What pages say by themselves.
    page_texts: PageTexts = dataclasses.field(default_factory=lambda: with_released({}))

    @functools.cached_property
    def facet_words(self) -> FacetWords:
        """The words of facets, ready to be searched for."""
        return FacetWords(self.glossary.tables)

    @property
    def directory(self) -> Directory:
        """The resource directory as it stands now."""
        return self.live_directory.current()

    def turned_off(self, off: Collection[str]) -> Content:
        """Return the same content with some topics turned off (see bot.training.topics_off)."""
        return dataclasses.replace(self, topics=turned_off(self.topics, off))

    def moved(self, root: Path) -> Content:
        """Return the same content after its folder was moved to `root`."""
        return dataclasses.replace(self, live_directory=LiveDirectory(root / RESOURCES))

    @functools.cached_property
    def own_words(self) -> OwnWords:
        """The words of all questions and answers."""
        answers = (answer.text for topic in self.topics.values() for answer in topic.answers.values())
        return own_words((*(text for _, text in self._asked()), *answers))

    def _asked(self) -> Iterator[tuple[str, str]]:
        """Yield all questions, each with its language before it."""
        for questions in (
            *(topic.questions for topic in self.topics.values()),
            *self.conversation.questions.values(),
        ):
            for language, texts in questions.items():
                yield from ((language, text) for text in texts)

    @functools.cached_property
    def language_identifier(self) -> LanguageIdentifier:
        """Tells the language of a message, by the words of all questions."""
        return LanguageIdentifier.learn(
            ((text, language) for language, text in self._asked()),
            self.glossary.tables.get(EITHER_LANGUAGE, ()),
        )

    def near(self, topic: str | None) -> tuple[str, ...]:
        """Return the topics that a topic names as related or next, and those that name it."""
        if topic is None or topic not in self.topics:
            return ()
        names, naming = [], []
        for other in self.topics.values():
            near = [topic_of(name) for name in (*other.related, *other.next)]
            if other.topic == topic:
                names += near
            elif topic in near:
                naming.append(other.topic)
        return tuple(name for name in dict.fromkeys((*names, *naming)) if name != topic)

    def fits(self, facets: Mapping[str, str]) -> dict[str, int]:
        """Return the answers that known facets speak for or against, with how many more speak for them."""
        found = {name: fit(topic.facets, facets) for name, topic in self.topics.items()} if facets else {}
        return {name: number for name, number in found.items() if number}

    def answer_that_fits(self, topic: str, facets: Mapping[str, str]) -> str | None:
        """Return the answer of a topic that is for most of what is known, its core answer in doubt."""
        answers = [one for one in self.topics.values() if one.topic == topic and one.answered]
        best = max(answers, key=lambda one: (fit(one.facets, facets), one.is_core), default=None)
        return best.id if best else None

    @functools.cached_property
    def response_names(self) -> Mapping[tuple[str, str], str]:
        """The response of domain.yml that says a text, by language and the text as Rasa has it."""
        return {
            (language, text): name
            for name, twins in self.conversation.responses.items()
            for language, text in twins.items()
        }

    def text_of(self, response: str, language: str) -> str:
        """Return the text of a response of domain.yml in one language, with services put in."""
        return put_in(self.conversation.responses[response][language], self.directory, language)


def read_content(root: Path, *, require_approval: bool = False, resources_dir: Path | None = None) -> Content:
    """Read the content under `root`; raises ContentError with every mistake found.

    An answer past its review date is no mistake here: it is served with a warning, or held back. The
    resource directory is read from `resources_dir` where that is given and has no mistake.
    """
    parts = read_parts(root)
    check_parts(parts)
    return content_of(parts, require_approval=require_approval, resources_dir=resources_dir)


def read_kept_content(root: Path) -> Content:
    """Read content that was checked before it was kept with a model.

    Raises ContentError where this program misses something that it needs. What the check of a newer program
    finds besides is for staff to mend in what they edit; residents get this content already.
    """
    return content_of(read_parts(root))


def content_of(parts: Parts, *, require_approval: bool = False, resources_dir: Path | None = None) -> Content:
    """Return the content whose parts were read; takes and raises what `read_content` does."""
    if parts.problems.found or parts.conversation is None or parts.glossary is None:
        raise ContentError(sorted(parts.problems.found))
    own = parts.root / RESOURCES
    live = LiveDirectory(resources_dir, fallback=own) if resources_dir else LiveDirectory(own)
    return Content(
        parts.topics,
        parts.conversation,
        parts.glossary,
        live,
        require_approval,
        parts.follow_ups,
        parts.start,
        parts.page_texts,
    )
