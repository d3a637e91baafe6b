"""What a release changes in the content comes to the city's, answer by answer, and nothing is lost."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.content.home import make_content, state_of
from bot.content.paths import BASE
from bot.database.audit import AuditLog
from bot.database.engine import Database
from bot.editing.fields import TopicFields
from bot.editing.replace import ContentChangedError
from bot.editing.topic_text import read_fields
from bot.editing.upgrade.items import Form, Item
from bot.files import folders, several
from bot.problems import ContentError
from bot.settings import Settings
from bot.staff.approval import authors
from bot.staff.upgrade import Upgrade, UpgradeError, key_of, upgrade_waiting
from tests.conftest import SMALL_CONTENT

RED_CARD, FOOD = "data/faq/red_card.yml", "data/faq/food_assistance.yml"
SERVICES, PHONES = "data/resources/services.csv", "data/resources/phones.csv"


@pytest.fixture
def upgrade(tmp_path: Path) -> Upgrade:
    """A city's content that was made of a release, and a program that may become a newer one."""
    program = Path(shutil.copytree(SMALL_CONTENT, tmp_path / "program"))
    (program / "__init__.py").unlink()
    city = tmp_path / "city"
    make_content(city, program)
    return Upgrade(city, AuditLog(Database(tmp_path / "var")), program=program)


def edit(root: Path, file: str, *changes: tuple[str, str]) -> None:
    """Change what stands in a file."""
    text = (root / file).read_text(encoding="utf-8")
    for before, after in changes:
        assert before in text, before
        text = text.replace(before, after, 1)
    (root / file).write_text(text, encoding="utf-8")


def text_of(root: Path, file: str) -> str:
    return (root / file).read_text(encoding="utf-8")


def named(items: Sequence[Item]) -> list[str]:
    return [key_of(item) for item in items]


def item_of(upgrade: Upgrade, name: str) -> Item:
    return next(item for item in upgrade.waiting().items if key_of(item) == name)


def test_nothing_waits_where_nothing_is_new(upgrade: Upgrade) -> None:
    """Also where the city has changed a lot: what it has changed stays."""
    assert not upgrade.waiting().items
    edit(upgrade.root, RED_CARD, ("The red card", "Red cards"))
    waiting = upgrade.waiting()
    assert named(waiting.ours) == ["answer:red_card"]
    assert not waiting.to_take and not waiting.to_decide
    with pytest.raises(UpgradeError, match="Nothing was chosen"):
        upgrade.take("berta", {})


def test_what_only_the_release_changed_is_taken_over(upgrade: Upgrade) -> None:
    """An answer, a text, a service and a phone number, to the letter; and it is asked no more."""
    edit(upgrade.program, RED_CARD, ("The red card", "Red cards"))
    edit(upgrade.program, "domain.yml", ("English greet", "Good day"))
    edit(upgrade.program, PHONES, ("24 hours a day", "Day and night"))
    edit(upgrade.program, SERVICES, ("Food Bank,Banco", "Food Banks,Banco"))
    edit(upgrade.root, FOOD, ("volatility: stable", "volatility: stable  # ours"))
    written, _ = upgrade.take("berta", {})
    assert named(written) == [
        "answer:red_card",
        "text:domain.yml#responses.utter_greet",
        "service:la-regional-food-bank",
        "service:211-la",
    ]
    for file in (RED_CARD, "domain.yml", PHONES, SERVICES):
        assert text_of(upgrade.root, file) == text_of(upgrade.program, file)
    assert "# ours" in text_of(upgrade.root, FOOD)
    assert not any(item.waits for item in upgrade.waiting().items)
    assert state_of(upgrade.root / BASE) == state_of(upgrade.program)


def test_different_parts_of_an_answer_are_put_together_when_somebody_says_so(upgrade: Upgrade) -> None:
    """Its questions of both, the title of the release and the sources of the city: nothing else is lost."""
    edit(upgrade.program, RED_CARD, ("La tarjeta roja", "Tarjetas rojas"), ("- what is a", "- show me a"))
    edit(
        upgrade.root,
        RED_CARD,
        ("A page", "Our page"),
        ("- where do I get", "- who prints it\n    - where do I get"),
    )
    item = item_of(upgrade, "answer:red_card")
    assert item.to_decide and not any(part.to_choose for part in item.parts)
    values = item.decided({})
    assert values is not None
    upgrade.take("berta", {key_of(item): values})
    fields = read_fields(text_of(upgrade.root, RED_CARD))
    assert fields.titles["es"] == "Tarjetas rojas"
    assert fields.sources[0].title == "Our page"
    assert set(fields.questions["en"]) == {"show me a red card", "who prints it", "where do I get the card"}
    assert not item_of(upgrade, "answer:red_card").waits


@pytest.mark.parametrize("chosen", ["city", "release", "by hand"])
def test_where_both_changed_the_same_somebody_chooses(upgrade: Upgrade, chosen: str) -> None:
    """The city's, the release's or words of their own; until then it waits, and is not asked again after."""
    edit(upgrade.program, RED_CARD, ("en: The red card", "en: The card"))
    edit(upgrade.root, RED_CARD, ("en: The red card", "en: Our card"))
    edit(upgrade.program, FOOD, ("en: Food help", "en: Food"))
    upgrade.take("berta", {})
    item = item_of(upgrade, "answer:red_card")
    assert item.decided({}) is None
    title = {"city": "Our card", "release": "The card", "by hand": "A card: theirs"}[chosen]
    values = item.decided({"title_en": title})
    assert values is not None
    upgrade.take("berta", {key_of(item): values})
    assert read_fields(text_of(upgrade.root, RED_CARD)).titles["en"] == title
    assert not any(item.waits for item in upgrade.waiting().items)
    assert state_of(upgrade.root / BASE) == state_of(upgrade.program)


def taken(upgrade: Upgrade) -> TopicFields:
    """Take over what the release changes in the answer as it is proposed; return what the city has then."""
    item = item_of(upgrade, "answer:red_card")
    values = item.decided({})
    assert values is not None
    upgrade.take("berta", {key_of(item): values})
    return read_fields(text_of(upgrade.root, RED_CARD))


def test_an_approval_falls_where_the_release_changes_what_was_signed(upgrade: Upgrade) -> None:
    """Nobody here has read the new words."""
    edit(upgrade.root, RED_CARD, ("approved_by: null", "approved_by: A. Lawyer"))
    edit(upgrade.program, RED_CARD, ("en: The red card", "en: The card"))
    fields = taken(upgrade)
    assert (fields.titles["en"], fields.approved_by) == ("The card", None)


def test_the_name_of_a_release_is_not_put_under_words_of_the_city(upgrade: Upgrade) -> None:
    """Who has signed the release's words off has not read these."""
    edit(upgrade.root, RED_CARD, ("en: The red card", "en: Our card"))
    edit(upgrade.program, RED_CARD, ("approved_by: null", "approved_by: A. Lawyer"))
    fields = taken(upgrade)
    assert (fields.titles["en"], fields.approved_by) == ("Our card", None)


def test_the_name_of_a_release_stays_under_its_own_words(upgrade: Upgrade) -> None:
    """Where the city has changed only what nobody signs off."""
    edit(upgrade.root, RED_CARD, ("group: rights", "group: help"))
    edit(upgrade.program, RED_CARD, ("approved_by: null", "approved_by: A. Lawyer"))
    fields = taken(upgrade)
    assert (fields.group, fields.approved_by) == ("help", "A. Lawyer")


def test_who_writes_words_of_their_own_is_their_author(upgrade: Upgrade) -> None:
    """And so may not approve them, unlike who takes over what others wrote."""
    edit(upgrade.root, RED_CARD, ("en: The red card", "en: Our card"))
    edit(upgrade.program, RED_CARD, ("en: The red card", "en: The card"))
    item = item_of(upgrade, "answer:red_card")
    values = item.decided({"title_en": "Another card"})
    assert values is not None
    upgrade.take("berta", {key_of(item): values})
    assert authors(upgrade.audit, "red_card") == {"berta"}


def test_new_and_removed_answers(upgrade: Upgrade) -> None:
    """A new one comes, a removed one goes, and one that the city has changed stays until somebody decides."""
    new = text_of(SMALL_CONTENT, "data/faq/bond.yml").replace("bond", "fine").replace("fianza", "multa")
    (upgrade.program / "data/faq/fine.yml").write_text(new.replace("Bond", "Fine"), encoding="utf-8")
    (upgrade.program / "data/faq/bond.yml").unlink()
    waiting = upgrade.waiting()
    assert [(key_of(one), one.is_new, one.is_gone) for one in waiting.to_take] == [
        ("answer:bond", False, True),
        ("answer:fine", True, False),
    ]
    edit(upgrade.root, "data/faq/bond.yml", ("en: Bond", "en: The bond"))
    upgrade.take("berta", {})
    assert (upgrade.root / "data/faq/fine.yml").exists()
    item = item_of(upgrade, "answer:bond")
    assert item.to_decide and item.parts[0].form is Form.ANSWER
    values = item.decided({"whole": item.parts[0].city})
    assert values is not None
    upgrade.take("berta", {key_of(item): values})
    assert read_fields(text_of(upgrade.root, "data/faq/bond.yml")).titles["en"] == "The bond"
    assert not any(item.waits for item in upgrade.waiting().items)


def test_texts_of_both_languages_are_parts_of_their_own(upgrade: Upgrade) -> None:
    """The city's Spanish and the release's English stand side by side, all else as it was."""
    edit(upgrade.root, "domain.yml", ("Español greet", "Buen día"), ("English no current answer", "Ours"))
    edit(upgrade.program, "domain.yml", ("English greet", "Good day"))
    item = item_of(upgrade, "text:domain.yml#responses.utter_greet")
    assert [(part.label, part.city, part.release) for part in item.parts] == [
        ("language_en", "English greet", "Good day"),
        ("language_es", "Buen día", "Español greet"),
    ]
    values = item.decided({})
    assert values is not None
    upgrade.take("berta", {key_of(item): values})
    wanted = text_of(upgrade.program, "domain.yml").replace("Español greet", "Buen día")
    assert text_of(upgrade.root, "domain.yml") == wanted.replace("English no current answer", "Ours")


def test_words_that_people_use_are_put_together_line_by_line(upgrade: Upgrade) -> None:
    """What either side adds is there, what either takes away is not."""
    file = "data/nlu/greet.yml"
    first = next(line for line in text_of(upgrade.root, file).splitlines() if line.startswith("    - "))
    edit(upgrade.root, file, (first, f"{first}\n    - good day to all of you"))
    edit(upgrade.program, file, (first, "    - greetings from far away"))
    item = next(one for one in upgrade.waiting().to_decide if one.path.name == "greet.yml")
    values = item.decided({})
    assert values is not None
    upgrade.take("berta", {key_of(item): values})
    text = text_of(upgrade.root, file)
    assert "good day to all of you" in text and "greetings from far away" in text
    assert first not in text.splitlines()


def test_a_service_is_put_together_cell_by_cell(upgrade: Upgrade) -> None:
    """The city's address and the release's new text; a phone that both changed is chosen."""
    edit(
        upgrade.root,
        SERVICES,
        ("Find a food pantry", "Get food"),
        ("https://lafoodbank.org", "https://www.lafoodbank.org"),
    )
    edit(upgrade.program, SERVICES, ("Free,Gratis", "No cost,Sin costo"))
    edit(upgrade.root, PHONES, ("ask for a food pantry near you", "ask for food"))
    edit(upgrade.program, PHONES, ("ask for a food pantry near you", "ask for a pantry"))
    item = item_of(upgrade, "service:la-regional-food-bank")
    phone = next(part for part in item.parts if part.to_choose)
    assert phone.shown("city") == "211, voice, Answered by 211 LA County; ask for food"
    values = item.decided({phone.key: phone.city})
    assert values is not None
    upgrade.take("berta", {key_of(item): values})
    services, phones = text_of(upgrade.root, SERVICES), text_of(upgrade.root, PHONES)
    assert (
        "Get food" in services
        and "No cost,Sin costo" in services
        and "https://www.lafoodbank.org" in services
    )
    assert "ask for food" in phones and "ask for a pantry" not in phones


def test_a_mistake_stops_all_of_it(upgrade: Upgrade) -> None:
    """Where the new content would name a service that the city has removed: everything is as before."""
    before = state_of(upgrade.root)
    edit(upgrade.program, RED_CARD, ("en: The red card", "en: The card"))
    edit(upgrade.program, FOOD, ("services: [", "call: [no-such-service]\n  services: ["))
    with pytest.raises(ContentError, match="no-such-service"):
        upgrade.take("berta", {})
    assert state_of(upgrade.root) == before
    assert len(upgrade.waiting().to_take) == 2
    written, _ = upgrade.take("berta", {}, left=["answer:food_assistance"])
    assert named(written) == ["answer:red_card"]


def test_what_was_shown_is_what_is_taken_over(upgrade: Upgrade) -> None:
    """Whoever saves an answer meanwhile makes the page be looked at again."""
    edit(upgrade.program, RED_CARD, ("en: The red card", "en: The card"))
    shown = upgrade.waiting().state
    edit(upgrade.root, FOOD, ("volatility: stable", "volatility: stable  # ours"))
    with pytest.raises(ContentChangedError, match="while you were choosing"):
        upgrade.take("berta", {}, state=shown)


def test_it_can_be_taken_back_until_somebody_goes_on(upgrade: Upgrade) -> None:
    """To the letter, with what waits; not where an answer was edited since, which would be lost."""
    before = state_of(upgrade.root)
    with pytest.raises(UpgradeError, match="nothing was taken over yet"):
        upgrade.undo("berta")
    edit(upgrade.program, RED_CARD, ("en: The red card", "en: The card"))
    upgrade.take("berta", {})
    assert upgrade.can_undo
    upgrade.undo("berta")
    assert state_of(upgrade.root) == before
    assert named(upgrade.waiting().to_take) == ["answer:red_card"]
    with pytest.raises(UpgradeError, match="nothing was taken over yet"):
        upgrade.undo("berta")
    upgrade.take("berta", {})
    edit(upgrade.root, FOOD, ("volatility: stable", "volatility: stable  # ours"))
    with pytest.raises(UpgradeError, match="would be lost"):
        upgrade.undo("berta")


def test_every_change_is_noted_and_nobody_here_is_its_author(upgrade: Upgrade) -> None:
    """Each answer from what to what, and all of it with the states of the content."""
    edit(upgrade.program, RED_CARD, ("en: The red card", "en: The card"))
    upgrade.take("berta", {})
    of_answer, of_all = (
        upgrade.audit.entries(subject="red_card")[0],
        upgrade.audit.entries(subject="content")[0],
    )
    assert (of_answer.who, of_answer.action) == ("berta", "upgrade")
    assert json.loads(of_answer.after) == {"title_en": "The card"}
    assert json.loads(of_all.after)["items"] == ["answer:red_card"]
    assert json.loads(of_all.after)["content"] == state_of(upgrade.root)
    assert authors(upgrade.audit, "red_card") == set()


def test_content_without_a_base_is_asked_about_wherever_it_differs(upgrade: Upgrade) -> None:
    """As it was edited before there was one: nothing of the city is taken for old."""
    shutil.rmtree(upgrade.root / BASE)
    edit(upgrade.root, RED_CARD, ("en: The red card", "en: Our card"))
    waiting = upgrade.waiting()
    assert named(waiting.to_decide) == ["answer:red_card"]
    assert not waiting.to_take


@pytest.mark.parametrize("step", range(4))
def test_what_was_interrupted_between_two_steps_is_finished(
    upgrade: Upgrade, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever part was exchanged last: the new content is whole then, and can be undone."""

    class Ended(BaseException):
        pass

    steps = iter(range(step))
    exchange = folders.exchange_folders

    def exchange_or_end(new: Path, folder: Path) -> None:
        if next(steps, None) is None:
            raise Ended
        exchange(new, folder)

    edit(upgrade.program, RED_CARD, ("en: The red card", "en: The card"))
    edit(upgrade.program, "domain.yml", ("English greet", "Good day"))
    before = state_of(upgrade.root)
    monkeypatch.setattr(several, "exchange_folders", exchange_or_end)
    with pytest.raises(Ended):
        upgrade.take("berta", {})
    monkeypatch.undo()
    assert several.finish_exchange(upgrade.root)
    assert state_of(upgrade.root) == state_of(upgrade.program) == state_of(upgrade.root / BASE)
    upgrade.undo("berta")
    assert state_of(upgrade.root) == before


def test_a_disk_that_fails_half_way_leaves_everything_as_it_was(
    upgrade: Upgrade, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is exchanged already goes back."""
    steps = iter(range(2))
    exchange = folders.exchange_folders

    def exchange_or_fail(new: Path, folder: Path) -> None:
        if next(steps, None) is None and not monkeypatch_done:
            monkeypatch_done.append(True)
            raise OSError(28, "No space left on device")
        exchange(new, folder)

    monkeypatch_done: list[bool] = []
    edit(upgrade.program, RED_CARD, ("en: The red card", "en: The card"))
    before, base = state_of(upgrade.root), state_of(upgrade.root / BASE)
    monkeypatch.setattr(several, "exchange_folders", exchange_or_fail)
    with pytest.raises(UpgradeError, match="Nothing was changed"):
        upgrade.take("berta", {})
    assert (state_of(upgrade.root), state_of(upgrade.root / BASE)) == (before, base)
    assert not several.finish_exchange(upgrade.root)


def test_what_waits_is_counted_for_the_console(tmp_path: Path) -> None:
    """None in the program's own content, none in a fresh copy; one where the base is older."""
    city = tmp_path / "content"
    make_content(city)
    settings = Settings(tmp_path, city, city / "data/resources")
    assert upgrade_waiting(Settings()) == upgrade_waiting(settings) == 0
    for root in (city, city / BASE):
        file = root / "data/faq/bond.yml"
        file.write_text(
            file.read_text(encoding="utf-8").replace("volatility: ", "volatility:  "), encoding="utf-8"
        )
    assert upgrade_waiting(settings) == 0
    for root in (city, city / BASE):
        (root / "data/faq/bond.paying.yml").unlink()
    assert upgrade_waiting(settings) == 1


def test_a_directory_that_stands_elsewhere_is_left_alone(upgrade: Upgrade) -> None:
    """Whoever set it there brings it up to date there."""
    edit(upgrade.program, PHONES, ("24 hours a day", "Day and night"))
    assert not dataclasses.replace(upgrade, with_directory=False).waiting().items
