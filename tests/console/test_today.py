"""The first page of the console: what waits, and what residents get right now."""

from __future__ import annotations

import datetime
import re
import shutil

from bot.clock import current_date, utc_now
from bot.console import keys
from bot.console.uploads import uploaded
from bot.database.review_queue import ReviewQueue
from bot.messages import Message
from bot.training.models import ModelStore
from bot.training.publishing import ServingStatus
from tests.helpers.clerks import APPROVER, EDITOR, Clerk, Console
from tests.helpers.models import add_untrained
from tests.helpers.situations import write_situation

OLD, NEW = "20261126-042850-0a1b2c3d", "20261127-180831-4e5f6a7b"
WAITS = re.compile(r'aria-hidden="true">([^<]+)</span>\s*<div><h3>([^<]+)')


def waiting(page: str) -> dict[str, str]:
    """Return what a page says that waits, with the count of each."""
    return {title: count for count, title in WAITS.findall(page)}


def publish(console: Console, *versions: str) -> ModelStore:
    """Publish versions of the small content, one after another."""
    store = ModelStore(console.settings.data_dir)
    for version in versions:
        if version not in store.versions():
            add_untrained(store, version)
        store.publish(version)
    return store


def bring_to(console: Console, topic: str, old: str, new: str) -> None:
    """Change the file of a topic."""
    file = console.topic_file(topic)
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


async def test_signing_in_leads_to_today(console: Console) -> None:
    """It comes first in the navigation too."""
    clerk = await console.make_clerk(EDITOR, signed_in=False)
    page = await clerk.sign_in()
    assert "<h1>Today</h1>" in page
    assert re.search(r'<nav[^>]*><ul>\s*<li><a href="/" aria-current="page">Today', page)


async def test_what_is_due_and_overdue_waits_and_its_button_leads_right_there(
    console: Console, editor: Clerk
) -> None:
    """To the answer itself where it is one, to the list where they are several."""
    write_situation(console.settings.content_dir, "lost", "A lost card", "Perdí una")
    for topic, days in (("red_card", -1), ("red_card.lost", 20)):
        day = current_date() + datetime.timedelta(days)
        bring_to(console, topic, "review_by: 2027-11-22", f"review_by: {day}")
        bring_to(console, topic, "reviewed: 2026-11-22", "reviewed: 2026-11-01")
    page = await editor.get("/")
    assert waiting(page)["Answers whose check is overdue"] == "1"
    assert 'href="/topics/red_card">Check them now' in page
    assert waiting(page)["Answers to check in the next 30 days"] == "1"
    listed = await editor.get("/topics?show=due")
    assert "/topics/red_card.lost" in listed and 'href="/topics/red_card"' not in listed
    assert list(waiting(page))[:2] == [
        "Answers whose check is overdue",
        "Answers to check in the next 30 days",
    ]


async def test_an_approver_is_asked_to_approve_what_they_did_not_write(
    console: Console, editor: Clerk, approver: Clerk
) -> None:
    """Nor is an editor asked at all; the list that the button leads to has just these."""
    assert "Answers that you may approve" not in await editor.get("/")
    write_situation(console.settings.content_dir, "lost", "A lost card", "Perdí una")
    before = waiting(await approver.get("/"))["Answers that you may approve"]
    after = {"answer_en": "A text.", "title_en": "A title"}
    console.app[keys.AUDIT].record(APPROVER, "edit", "red_card", before={}, after=after)
    page = await approver.get("/")
    assert before == "2" and waiting(page)["Answers that you may approve"] == "1"
    assert "that you wrote yourself: 1." in page and "/topics/red_card.lost/approve" in page
    listed = await approver.get("/topics?show=to_approve")
    assert "/topics/red_card.lost" in listed and 'href="/topics/red_card"' not in listed


async def test_questions_asked_in_vain_are_counted_by_week(console: Console, editor: Clerk) -> None:
    """This one and the last one; no word of them stands on the page."""
    queue, today = ReviewQueue(console.app[keys.DATABASE]), current_date()
    for _ in range(3):
        queue.add("how do they decide the amount of the bond", "en")
    queue.add("what is a bond", "en", today=today - datetime.timedelta(days=7))
    queue.add("what is a card", "en", today=today - datetime.timedelta(days=30))
    page = await editor.get("/")
    assert waiting(page)["Questions asked in vain"] == "5"
    assert "This week: 3. Last week: 1." in page and "decide the amount" not in page


async def test_where_nothing_waits_it_says_so(console: Console, editor: Clerk) -> None:
    """An editor has nothing to approve; everything is saved, published and checked."""
    publish(console, OLD)
    shutil.rmtree(console.settings.content_dir / "data" / "evaluation")
    phones = console.settings.resources_dir / "phones.csv"
    called = re.sub(r",,$", ",2026-11-22,ana", phones.read_text(encoding="utf-8"), flags=re.MULTILINE)
    phones.write_text(called, encoding="utf-8")
    page = await editor.get("/")
    assert "Nothing waits. Everything is done." in page and waiting(page) == {}
    assert "Residents get everything" not in page  # nothing answers them at the moment
    assert "Everything that was saved is in it." in page


async def test_what_is_saved_and_not_with_residents_is_said_and_made_a_version_of_in_one_click(
    console: Console, editor: Clerk
) -> None:
    """Also where it is no answer; not once a version has just that content."""
    store = publish(console, OLD)
    shutil.rmtree(console.settings.content_dir / "data" / "evaluation")
    bring_to(console, "red_card", "The red card", "The card")
    domain = console.settings.content_dir / "domain.yml"
    domain.write_text(domain.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
    page = await editor.get("/")
    assert waiting(page)["Saved, but not with residents yet"] == "2"
    assert "Answers saved otherwise than in it: 1." in page
    assert "Lists of questions and the like saved otherwise: 1." in page
    assert '<form method="post" action="/release/train">' in page
    assert store.published_version() == OLD
    text = domain.read_text(encoding="utf-8")
    domain.write_text(text.replace("text: ", "text: Now ", 1), encoding="utf-8")
    page = await editor.get("/")
    assert waiting(page)["Saved, but not with residents yet"] == "2"
    assert "Other texts saved otherwise than in it: 1." in page and "/texts?show=waiting" in page


async def test_a_training_that_ended_waits_until_it_is_published(console: Console, editor: Clerk) -> None:
    """PASS or STOP with its report; what could not be made says so."""
    store, runs = publish(console, OLD), console.app[keys.RUNS]
    add_untrained(store, NEW)
    folder = console.settings.data_dir / "runs"
    folder.mkdir(exist_ok=True)

    async def ended(line: str) -> str:
        begun = {"slot": "training", "kind": "train", "subject": "", "who": "ana", "started": utc_now()}
        first = str(begun).replace("'", '"')
        (folder / "training.jsonl").write_text(f"{first}\n{line}\n", encoding="utf-8")
        assert runs.last("training") is not None
        return await editor.get("/")

    done = '{{"time": "2026-11-27T18:09:00Z", "done": {{"version": "{}", "passed": {}, "report": null}}}}'
    page = await ended(done.format(NEW, "true"))
    assert "A new version is ready: PASS" in page and f'href="/release/{NEW}">Read its report' in page
    assert "A new version must not go out yet: STOP" in await ended(done.format(NEW, "false"))
    failed = Message("training_under_way").as_json()
    line = f'{{"time": "2026-11-27T18:09:00Z", "failed": {failed}}}'.replace("'", '"')
    assert "The new version could not be made" in await ended(line)
    store.publish(NEW)
    page = await ended(done.format(NEW, "true"))
    assert "A new version" not in page


async def test_what_residents_get_is_what_the_assistant_says_of_itself(
    console: Console, editor: Clerk
) -> None:
    """Not what was published: it may not run, be starting, or still answer from the version before."""
    assert "no version is published yet" in await editor.get("/")
    publish(console, OLD, NEW)
    serving = console.app[keys.SERVING]
    assert "The assistant does not run: residents get no answers" in await editor.get("/")
    with serving.held():
        assert "The assistant is starting." in await editor.get("/")
        serving.write(ServingStatus(OLD, refused=NEW, why=Message("training_under_way")))
        page = await editor.get("/")
        assert "The assistant still answers from the version of 25 November, 20:28, not from" in page
        assert "It did not take that one over:" in page
        serving.write(ServingStatus(NEW))
        page = await editor.get("/")
        assert "It answers from the version of 27 November, 10:08, the one that is published." in page
        page = await editor.post("/language", to="es", back="/")
        assert "Responde con la versión del 27 de noviembre, 10:08" in page


async def test_what_is_off_for_residents_is_listed_whatever_is_published(
    console: Console, editor: Clerk
) -> None:
    """Since when and by whom; what is off in a file alone is not off for residents."""
    publish(console, OLD, NEW)
    console.app[keys.TOPICS_OFF].add("red_card")
    console.app[keys.AUDIT].record(
        EDITOR, "topic off", "red_card", before={"enabled": True}, after={"enabled": False}
    )
    for version in (OLD, NEW):
        publish(console, version)
        listed = (await editor.get("/")).split("Answers that are turned off")[1]
        assert "The red card</a>: since " in listed and "(ana)" in listed
    console.app[keys.TOPICS_OFF].remove("red_card")
    bring_to(console, "red_card", "  group:", "  enabled: false\n  group:")
    assert "None. Every answer of this version is given." in await editor.get("/")


async def test_what_cannot_be_told_is_said_so(console: Console, editor: Clerk) -> None:
    """A file that does not tell which answers are off is no page that says that none is."""
    publish(console, OLD)
    (console.settings.data_dir / "topics_off.json").write_text("{", encoding="utf-8")
    page = await editor.get("/")
    assert "This cannot be told at the moment." in page and "Every answer of this version" not in page


async def test_a_version_of_a_program_before_is_said_to_be_one_and_made_anew(
    console: Console, editor: Clerk
) -> None:
    """Nothing is claimed of what residents get from it, and the page is there."""
    store = publish(console, OLD)
    (store.get(OLD).content_dir / "domain.yml").write_text("responses: [", encoding="utf-8")
    page = await editor.get("/")
    assert "A new version is needed" in waiting(page)
    assert "Make a new version" in await editor.get("/release")
    assert "/topics/red_card" in await editor.get("/topics")
    assert "cannot say what residents get" in page and "Answers that are turned off" not in page


async def test_old_services_and_what_others_brought_wait(
    console: Console, editor: Clerk, approver: Clerk
) -> None:
    """What was brought waits for approvers, and not for those who brought it."""
    console.app[keys.BROUGHT].keep(EDITOR, uploaded({"services.csv": b""}))
    assert waiting(await approver.get("/"))["Changes of the directory that wait for your yes"] == "1"
    assert "wait for your yes" not in await editor.get("/")
    console.app[keys.BROUGHT].keep(APPROVER, uploaded({"services.csv": b""}))
    assert waiting(await approver.get("/"))["Changes of the directory that wait for your yes"] == "1"
    services = console.settings.resources_dir / "services.csv"
    services.write_text(
        services.read_text(encoding="utf-8").replace("2026-11-22", "2026-01-05", 1), encoding="utf-8"
    )
    page = await editor.get("/")
    assert waiting(page)["Services to call and check"] == "1"
    assert waiting(page)["Services with a number that nobody has called"] == "2"
    assert 'href="/directory/services/hp-with-you">See which services' in page
    assert 'href="/directory?only=uncalled">See which numbers' in page


async def test_a_broken_file_waits_and_takes_nothing_else_away(console: Console, editor: Clerk) -> None:
    """It comes first."""
    console.topic_file("bond").write_text("topic: [", encoding="utf-8")
    assert next(iter(waiting(await editor.get("/")))) == "Mistakes that nobody can publish with"
