"""What the pages of the console show and do, on the small content."""

from __future__ import annotations

import asyncio
import datetime
import errno
import os
import re
from pathlib import Path
from typing import Any

import pytest

from bot.clock import current_date
from bot.console import keys
from bot.console.answer_form import FIELDS
from bot.database.review_queue import DECLINED, NOT_UNDERSTOOD, OFFERED, REPEATED, ReviewQueue
from bot.editing.fields import cells_of, state_of
from bot.editing.sheet.exporting import export
from bot.editing.topic_text import read_fields
from bot.files.locks import lock_within
from bot.training.models import ModelStore
from bot.web import connections
from tests.helpers.clerks import OTHER_APPROVER, Clerk, Console, seen_in
from tests.helpers.models import add_untrained
from tests.helpers.situations import write_situation

SCRIPT = "<script>alert(1)</script>"


def form_of(console: Console, topic: str, **changed: str) -> dict[str, str]:
    """Return what the page of a topic would send."""
    present = read_fields(console.topic_file(topic).read_text(encoding="utf-8"))
    cells = {name: cells_of(present)[name] for name in FIELDS}
    return {**cells, "seen": state_of(present), "action": "save", **changed}


async def test_topics_are_listed_with_their_state_and_can_be_narrowed(editor: Clerk) -> None:
    """By what is typed into the search."""
    page = await editor.get("/topics")
    assert "/topics/bond" in page
    assert "/topics/red_card" in page
    page = await editor.get("/topics?q=bond")
    assert "/topics/bond" in page
    assert "/topics/red_card" not in page


async def test_a_situation_stands_under_its_topic(console: Console, editor: Clerk) -> None:
    """Also where its title comes first in the alphabet; it is found by the title of the topic too."""
    write_situation(console.settings.content_dir, "lost", "A lost card", "Perdí una")
    page = await editor.get("/topics")
    listed = re.findall(r'<th scope="row" class="name"><a href="/topics/([^"]*)"', page)
    assert listed == ["red_card", "red_card.lost", "bond", "food_assistance"]
    assert page.count('<tr class="situation">') == 1
    found = await editor.get("/topics?q=roja")
    assert "/topics/red_card.lost" in found and "/topics/bond" not in found


async def test_the_form_of_a_situation_leaves_out_what_belongs_to_the_topic(
    console: Console, editor: Clerk
) -> None:
    """Its question, group, related topics and order; it leads to the topic, and the topic to it."""
    write_situation(console.settings.content_dir, "lost", "A lost card", "Perdí una")
    page = await editor.get("/topics/red_card.lost")
    assert 'href="/topics/red_card">' in page and 'name="facets"' in page and 'name="call"' in page
    assert not re.search(r'name="(ask_en|ask_es|group|related|order)"', page)
    page = await editor.get("/topics/red_card")
    assert 'href="/topics/red_card.lost">A lost card' in page
    assert all(f'name="{name}"' in page for name in ("ask_en", "ask_es", "group", "related", "order"))


async def test_a_situation_is_changed_by_its_form(console: Console, editor: Clerk) -> None:
    """Without the fields that the form leaves out."""
    write_situation(console.settings.content_dir, "lost", "A lost card", "Perdí una")
    fields = form_of(console, "red_card.lost", call="211-la", facets="who=me; when=now")
    page = await editor.post("/topics/red_card.lost", fields)
    assert "Saved." in page
    text = console.topic_file("red_card.lost").read_text(encoding="utf-8")
    assert read_fields(text).call == ("211-la",) and "group:" not in text


async def test_an_answer_for_a_situation_is_begun_from_its_topic(editor: Clerk) -> None:
    """With the topic chosen, so that no one has to know how short names are made."""
    assert 'href="/topics/new?of=red_card"' in await editor.get("/topics/red_card")
    page = await editor.get("/topics/new?of=red_card")
    assert '<option value="red_card" selected>' in page and 'name="group"' not in page
    assert "&lt;" not in await editor.get("/topics/new?of=<script>")


async def test_a_situation_is_seen_before_the_answer_of_its_topic_is_there(
    console: Console, editor: Clerk
) -> None:
    """What it looks like, and that the topic has no answer of its own yet."""
    fields = form_of(console, "red_card", group="", related="", seen="", action="look")
    page = await editor.post("/topics/new", {**fields, "id": "lost_card.home"})
    assert "The card states your rights." in page.split('id="look"')[1]


async def test_what_goes_beyond_the_first_screen_is_seen_too(console: Console, editor: Clerk) -> None:
    """Under a heading that says behind which button it is."""
    answers = {
        f"answer_{language}": cell + "\n\n+++\nBEYOND"
        for language in ("en", "es")
        if (cell := form_of(console, "red_card")[f"answer_{language}"])
    }
    page = await editor.post("/topics/red_card", form_of(console, "red_card", **answers, action="look"))
    shown = page.split('id="look"')[1].split("text message")[0]
    assert re.search(r"Behind “More about this”</h5>\s*<p>BEYOND</p>", shown)


async def test_a_topic_that_cannot_be_read_is_named_and_the_others_are_listed(
    console: Console, editor: Clerk
) -> None:
    """One broken file takes no other out of the hands of staff."""
    console.topic_file("bond").write_text("topic: [", encoding="utf-8")
    page = await editor.get("/topics")
    assert "bond.yml" in page
    assert "/topics/red_card" in page


@pytest.mark.parametrize(
    ("right", "odd"),
    [
        ("metadata: {language: en}", "metadata: en"),
        ("condition: [{type: slot, name: language, value: en}]", "condition: [en]"),
        ("reviewed: 2026-11-22", "reviewed: 2026-02-30"),
    ],
)
async def test_an_odd_value_in_a_topic_is_named_and_the_pages_work(
    console: Console, editor: Clerk, right: str, odd: str
) -> None:
    """With its file, in the list and on the pages of that topic and of others."""
    file = console.topic_file("red_card")
    file.write_text(file.read_text(encoding="utf-8").replace(right, odd), encoding="utf-8")
    assert "red_card.yml" in await editor.get("/topics")
    assert "red_card.yml:" in await editor.get("/topics/bond", status=409)  # no model is published
    await editor.get("/topics/red_card", status=409)


async def test_a_sentence_is_changed_and_the_change_is_in_the_history(
    console: Console, editor: Clerk
) -> None:
    """In the file, and with who did it."""
    page = await editor.post("/topics/red_card", form_of(console, "red_card", title_en="Bail and bond"))
    assert "Saved." in page
    assert "Bail and bond" in console.topic_file("red_card").read_text(encoding="utf-8")
    assert console.noted("red_card")[0] == ("ana", "edit")
    assert "Bail and bond" in await editor.get("/history?subject=red_card")


async def test_a_save_that_waits_for_others_is_answered(
    console: Console, editor: Clerk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection outlives the longest wait for somebody else who changes the content."""
    monkeypatch.setattr(connections, "SECONDS_TO_END", 0.3)
    handle = os.open(console.settings.content_dir / "data", os.O_RDONLY)
    assert lock_within(handle, 0)
    saving = asyncio.create_task(
        editor.post("/topics/red_card", form_of(console, "red_card", title_en="Bail and bond"))
    )
    await asyncio.sleep(1)
    assert not saving.done()
    os.close(handle)
    assert "Saved." in await saving


async def test_a_mistake_is_shown_beside_its_field_and_nothing_is_saved(
    console: Console, editor: Clerk
) -> None:
    """Neither in the file nor in the audit log."""
    before = console.topic_file("red_card").read_text(encoding="utf-8")
    page = await editor.post("/topics/red_card", form_of(console, "red_card", title_en="T" * 61), status=422)
    assert re.search(r'id="problems-title_en".*?61 characters', page, re.DOTALL)
    assert console.topic_file("red_card").read_text(encoding="utf-8") == before
    assert console.noted("red_card") == []


async def test_while_one_writes_the_check_answers_with_messages_and_a_preview(
    console: Console, editor: Clerk
) -> None:
    """A mistake as long as it is there, and what residents will read."""
    fields = form_of(console, "red_card", title_en="T" * 61, piece="1")
    page = await editor.post("/topics/red_card", fields)
    assert "61 characters" in page
    page = await editor.post("/topics/red_card", form_of(console, "red_card", title_en="Bail", piece="1"))
    assert "part(s)" in page
    assert "Bail" in page


async def test_the_second_editor_is_told_and_sees_both_versions(console: Console, editor: Clerk) -> None:
    """The first version stays until the second editor has seen it and saves again."""
    stale = form_of(console, "red_card", title_en="The second title")
    stale = {name: text.replace("\n", "\r\n") for name, text in stale.items()}  # as browsers do
    await editor.post("/topics/red_card", form_of(console, "red_card", title_en="The first title"))
    other = await console.make_clerk("berta")
    page = await other.post("/topics/red_card", stale, status=409)
    assert "Somebody else has changed this answer" in page
    assert re.findall(r'<div class="theirs">(.*?)</div>', page, re.DOTALL) == ["The first title"]
    assert 'value="The second title"' in page
    assert "The first title" in console.topic_file("red_card").read_text(encoding="utf-8")
    seen = re.search(r'name="seen" value="([^"]+)"', page)
    assert seen is not None
    await other.post("/topics/red_card", {**stale, "seen": seen[1]})
    assert "The second title" in console.topic_file("red_card").read_text(encoding="utf-8")


async def test_a_changed_answer_is_not_approved_any_more_and_its_author_cannot_approve_it(
    console: Console, approver: Clerk
) -> None:
    """Somebody else has to read it."""
    text = console.topic_file("red_card").read_text(encoding="utf-8")
    text = re.sub(r"approved_by: .*", 'approved_by: "somebody, 2026-07-01"', text)
    console.topic_file("red_card").write_text(text, encoding="utf-8")
    await approver.post("/topics/red_card", form_of(console, "red_card", title_en="Bail"))
    assert "approved_by: null" in console.topic_file("red_card").read_text(encoding="utf-8")
    page = await approver.post("/topics/red_card/approve", status=409, seen="")
    assert "cannot approve it" in page
    assert console.app[keys.RUNS].last("release") is None


@pytest.mark.parametrize("topic", ["..%2F..%2Fdomain", "Bond", "x" * 61, "a%00b"])
async def test_a_path_in_the_name_of_a_topic_leads_nowhere(editor: Clerk, topic: str) -> None:
    """Neither where it is read nor where a topic is made."""
    await editor.get(f"/topics/{topic}", status=404)
    page = await editor.post("/topics/new", status=None, id="../../evil", title_en="x")
    assert "cannot be the short name of an answer" in page


async def test_script_in_any_field_is_shown_as_text_and_never_saved(console: Console, editor: Clerk) -> None:
    """In forms, in what is searched for, and in what the history is asked for."""
    before = console.topic_file("red_card").read_text(encoding="utf-8")
    for name in (*FIELDS, "seen"):
        page = await editor.post(
            "/topics/red_card", form_of(console, "red_card", **{name: SCRIPT}), status=None
        )
        assert SCRIPT not in page, name
    assert console.topic_file("red_card").read_text(encoding="utf-8") == before
    for path in ("/topics", "/history"):
        for field in ("q", "show", "subject"):
            assert SCRIPT not in await editor.get(f"{path}?{field}={SCRIPT}")
    page = await editor.post("/topics/red_card/off", status=None, reason="")
    assert "Write why" in page
    page = await editor.post("/try", status=None, text=SCRIPT, version=SCRIPT)
    assert SCRIPT not in page


async def test_while_the_disk_is_full_nothing_is_saved_and_it_says_so(
    console: Console, editor: Clerk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is as it was, and the history knows of no change."""
    before = console.topic_file("red_card").read_text(encoding="utf-8")

    def full(*arguments: Any, **more: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    form = form_of(console, "red_card", title_en="Bail")
    # The one place of the disk that fails: where every new file is put on it.
    monkeypatch.setattr("bot.editing.replace.sync", full)
    page = await editor.post("/topics/red_card", form, status=409)
    assert "No space left on device" in page
    assert console.topic_file("red_card").read_text(encoding="utf-8") == before
    assert console.noted("red_card") == []


async def test_a_spreadsheet_comes_back_as_it_went_out(
    console: Console, editor: Clerk, tmp_path: Path
) -> None:
    """Brought in unchanged, it changes nothing."""
    async with editor.client.get("/spreadsheet/topics.xlsx") as response:
        assert response.status == 200
        sheet = await response.read()
    assert "changes nothing" in await editor.upload("/spreadsheet", sheet, "topics.xlsx")


async def test_a_mistake_in_a_spreadsheet_is_shown_with_its_cell(
    console: Console, editor: Clerk, tmp_path: Path
) -> None:
    """With its column and what stands in it; none of the other rows is taken in."""
    sheet = tmp_path / "topics.csv"
    export(console.settings.content_dir, sheet)
    sheet.write_text(
        sheet.read_text(encoding="utf-8-sig").replace("rights", "rihgts"), encoding="utf-8", newline=""
    )
    page = await editor.upload("/spreadsheet", sheet, "topics.csv", status=422)
    assert re.search(r"<td>group</td>\s*<td[^>]*>the cell says “rihgts”", page)
    assert "nothing was changed" in page


async def test_a_spreadsheet_changes_topics_only_after_a_second_yes(
    console: Console, editor: Clerk, tmp_path: Path
) -> None:
    """Given by whoever has brought it, not by somebody else."""
    sheet = tmp_path / "topics.csv"
    title = read_fields(console.topic_file("red_card").read_text(encoding="utf-8")).titles["en"]
    export(console.settings.content_dir, sheet)
    written = sheet.read_text(encoding="utf-8-sig").replace(title, "Bail", 1)
    page = await editor.upload("/spreadsheet", written.encode(), "topics.csv")
    assert "Bail" not in console.topic_file("red_card").read_text(encoding="utf-8")
    name = re.search(r'name="upload" value="([^"]+)"', page)
    assert name is not None
    other = await console.make_clerk("berta")
    await other.post("/spreadsheet/import", status=409, upload=name[1])
    page = await editor.post("/spreadsheet/import", upload=name[1])
    assert "Answers changed: 1" in page
    assert console.noted("red_card")[0] == ("ana", "import")


async def test_what_is_no_spreadsheet_is_refused(editor: Clerk) -> None:
    """By its name or by what is in it, with a sentence."""
    assert "Choose a file" in await editor.upload("/spreadsheet", b"x", "x.exe", status=422)
    page = await editor.upload("/spreadsheet", b"PK\x03\x04 broken", "broken.xlsx", status=422)
    assert '<p class="lines">The file is damaged or no Excel file.' in page


async def asked_group(console: Console, clerk: Clerk, *texts: str) -> tuple[str, dict[str, str]]:
    """Put questions that are alike into the queue; return the address of their group and its boxes."""
    for text in texts:
        ReviewQueue(console.app[keys.DATABASE]).add(text, "en", reason=OFFERED)
    found = re.search(r"/asked/([0-9a-f]{8})", await clerk.get("/asked"))
    assert found is not None
    page = await clerk.get(found[0])
    boxes = re.findall(r'name="(take_[0-9a-f]{8})" value="1" checked>.*?>(.*?) \(', page)
    return found[0], {text: name for name, text in boxes}


async def test_a_question_asked_in_vain_is_given_to_an_answer_with_one_click(
    console: Console, editor: Clerk
) -> None:
    """It stands in the file of the answer then, and waits no longer; what happened is said."""
    text = "how do they decide the amount of the bond"
    group, boxes = await asked_group(console, editor, text)
    page = await editor.post(f"{group}/belongs", {"topic": "red_card", "text": text, boxes[text]: "1"})
    assert "Nothing is waiting here" in page and "the question belongs to “The red card” now" in page
    assert "decide the amount" in console.topic_file("red_card").read_text(encoding="utf-8")
    assert ("ana", "review: belongs to") in console.noted("red_card")


async def test_a_group_is_split(console: Console, editor: Clerk) -> None:
    """What is ticked is dealt with, the others stay in the list; where nothing is, nothing is done."""
    one, other = "how do they decide the bond amount now", "how do they decide the bond amount then"
    group, boxes = await asked_group(console, editor, one, other)
    assert boxes.keys() == {one, other}
    queue = ReviewQueue(console.app[keys.DATABASE])
    page = await editor.post(f"{group}/out-of-scope", {"text": one}, status=422)
    assert "No question is chosen." in page and len(queue.questions()) == 2
    await editor.post(f"{group}/discard", {boxes[one]: "1", "confirmed": "1"})
    assert [question.text for question in queue.questions()] == [other]


async def test_what_was_written_of_a_question_is_not_lost_where_it_cannot_be_taken(
    console: Console, editor: Clerk
) -> None:
    """With holes in it nobody can learn it; the page says so, with the boxes as they were."""
    one, other = "how do they *** the bond amount now", "how do they *** the bond amount then"
    group, boxes = await asked_group(console, editor, one, other)
    fields = {"topic": "bond", "text": "who *** sets it", boxes[other]: "1"}
    page = await editor.post(f"{group}/belongs", fields, status=422)
    assert "has holes" in page and "who *** sets it</textarea>" in page
    assert "No answer is chosen." in await editor.post(f"{group}/belongs", fields, topic="", status=422)
    assert f'{boxes[other]}" value="1" checked' in page and f'{boxes[one]}" value="1">' in page


async def test_what_questions_were_met_with_is_said_in_words_and_small_counts_are_hidden(
    console: Console, editor: Clerk
) -> None:
    """By week; of one person nothing can be told."""
    queue = ReviewQueue(console.app[keys.DATABASE])
    for reason in (DECLINED, NOT_UNDERSTOOD, REPEATED, *[OFFERED] * 10):
        queue.add("can they tow my car", "en", reason=reason)
    last_week = current_date() - datetime.timedelta(weeks=1)
    queue.add("can they tow my car", "en", reason=OFFERED, today=last_week)
    page = await editor.get("/asked")
    for words in ("got choices alone", "none of our business", "not understood", "asked again"):
        assert words in page
    shown = re.findall(r'<td class="number">(.*?)</td>', page)
    assert shown == ["14", "10", "under 5", "10"]


async def test_a_question_asked_in_vain_is_discarded_after_a_second_yes(
    console: Console, editor: Clerk
) -> None:
    """Until then it stays."""
    group, boxes = await asked_group(console, editor, "hello there you")
    queue = ReviewQueue(console.app[keys.DATABASE])
    fields = {boxes["hello there you"]: "1"}
    assert "hello there you" in await editor.post(f"{group}/discard", fields)
    assert queue.questions() != []
    assert "left the list" in await editor.post(f"{group}/discard", {**fields, "confirmed": "1"})
    assert queue.questions() == []


async def test_a_new_topic_is_begun_with_a_question(console: Console, editor: Clerk) -> None:
    """It stands in the form already."""
    ReviewQueue(console.app[keys.DATABASE]).add("can my neighbor sponsor me", "en")
    found = re.search(r"/asked/([0-9a-f]{8})", await editor.get("/asked"))
    assert found is not None
    assert "can my neighbor sponsor me" in await editor.get(f"/topics/new?from={found[1]}")


async def test_a_new_answer_is_begun_with_a_part_of_a_group(console: Console, editor: Clerk) -> None:
    """The ticked questions stand in the form; the others stay in the list when it is saved."""
    one, other = "how do they decide the bond amount now", "how do they decide the bond amount then"
    group, boxes = await asked_group(console, editor, one, other)
    page = await editor.post(f"{group}/draft", {boxes[one]: "1"})
    assert one in page and other not in page


async def test_an_editor_turns_an_answer_off_and_a_second_run_is_refused(
    console: Console, editor: Clerk
) -> None:
    """While the first is under way; nothing is turned off by the second."""
    with console.app[keys.RUNS]._held("off"):
        page = await editor.post("/topics/red_card/off", status=409, reason="a test")
        assert "is being turned off already" in page
    assert console.app[keys.TOPICS_OFF].read() == frozenset()


async def test_what_is_turned_off_is_shown_so_whatever_is_published(
    console: Console, editor: Clerk, approver: Clerk
) -> None:
    """In the list, on its page and beside the undo; what a file alone says is not what residents get."""
    store = ModelStore(console.settings.data_dir)
    for version in "12":
        add_untrained(store, version)
        store.publish(version)
    console.app[keys.TOPICS_OFF].add("red_card")
    for published in "12":
        store.publish(published)
        page = await editor.get("/topics?show=off")
        assert "/topics/red_card" in page and "/topics/food_assistance" not in page
        assert "The answer is turned off" in await editor.get("/topics/red_card")
        assert "/topics/red_card/on" in await approver.get("/topics/red_card")
        assert "until somebody turns them on: The red card." in await editor.get("/release")
    console.app[keys.TOPICS_OFF].remove("red_card")
    file = console.topic_file("red_card")
    file.write_text(file.read_text("utf-8").replace("  group:", "  enabled: false\n  group:", 1), "utf-8")
    assert "The answer is given" in await editor.get("/topics/red_card")
    assert "/topics/red_card" in await editor.get("/topics?show=changed")
    assert "until somebody turns them on" not in await editor.get("/release")


async def test_a_training_is_not_begun_twice(console: Console, editor: Clerk) -> None:
    """Whoever comes second is told so."""
    with console.app[keys.RUNS]._held("training"):
        assert "A new version is being made already" in await editor.post("/release/train", status=409)


async def test_what_was_used_is_shown_without_small_numbers(console: Console, editor: Clerk) -> None:
    """Here before anything was used: that there is nothing."""
    page = await editor.get("/use")
    assert "There is nothing to show yet" in page


async def test_the_history_can_be_checked(editor: Clerk) -> None:
    """An untouched one is whole."""
    assert "none changed, removed or slipped in" in await editor.get("/history?verify=1")


async def test_the_directory_lists_its_services_and_refuses_what_is_no_address(editor: Clerk) -> None:
    """A file of the server is no address to pull from."""
    assert "Directory" in await editor.get("/directory")
    assert "is no web address" in await editor.post("/directory/pull", status=409, url="file:///etc/passwd")


async def test_a_table_of_the_directory_is_edited_and_the_change_undone(
    console: Console, editor: Clerk, approver: Clerk
) -> None:
    """An approver says yes, once, to what an editor has brought; the copy of a download has another name."""
    async with editor.client.get("/directory/services.csv") as response:
        table = (await response.read()).decode("utf-8-sig")
    edited = table.replace("211 LA County", "Line 211").encode()
    page = await editor.upload("/directory/tables", edited, "services (1).csv", field="tables")
    assert "~ 211-la: name: 211 LA County -&gt; Line 211" in page
    assert "Only an approver" in page
    waits = re.search(r'href="(/directory\?by=ana&amp;brought=([^"]+))"', await approver.get("/directory"))
    assert waits is not None
    page = await approver.get(waits[1].replace("&amp;", "&"))
    assert "~ 211-la: name: 211 LA County -&gt; Line 211" in page
    services = console.settings.resources_dir / "services.csv"
    assert "211 LA County" in services.read_text(encoding="utf-8")
    shown = {"by": "ana", "brought": waits[2], "seen": seen_in(page)}
    assert "Done" in await approver.post("/directory/replace", shown)
    assert "Line 211" in services.read_text(encoding="utf-8")
    assert console.noted("directory")[0] == ("berta", "edit")
    await approver.post("/directory/replace", shown, status=409)
    await approver.post("/directory/undo", seen=seen_in(await approver.get("/directory/undo")))
    assert "211 LA County" in services.read_text(encoding="utf-8")


async def test_no_dry_run_pushes_out_what_waits_for_an_approver(
    console: Console, editor: Clerk, approver: Clerk
) -> None:
    """Neither those of whoever has brought it nor those of others, however many."""
    other = await console.make_clerk(OTHER_APPROVER)
    table = (console.settings.resources_dir / "services.csv").read_bytes()
    edited = table.replace(b"211 LA County,", b"Line 211 of LA County,")
    assert edited != table
    await editor.upload("/directory/tables", edited, "services.csv", field="tables")
    (waits,) = console.app[keys.BROUGHT].all()
    sheet = console.settings.data_dir / "topics.csv"
    sheet.parent.mkdir(exist_ok=True)
    export(console.settings.content_dir, sheet)
    tried = sheet.read_text(encoding="utf-8-sig").replace("The red card", "A red card").encode("utf-8-sig")
    for _ in range(5):
        assert "A red card" in await editor.upload("/spreadsheet", tried, "topics.csv")
    for _ in range(20):
        await other.upload("/directory/tables", edited, "services.csv", field="tables")
    assert waits in console.app[keys.BROUGHT].all()
    page = await approver.get(f"/directory?by={waits[0]}&brought={waits[1]}")
    assert "Done" in await approver.post(
        "/directory/replace", by=waits[0], brought=waits[1], seen=seen_in(page)
    )


async def test_what_is_no_table_of_the_directory_is_refused(editor: Clerk) -> None:
    """By its address, by its name, and by what is in it."""
    await editor.get("/directory/..%2Fdomain.csv", status=404)
    page = await editor.upload("/directory/tables", b"x", "people.csv", field="tables", status=409)
    assert "there is no such table" in page
    page = await editor.upload("/directory/tables", b"\xff", "phones.csv", field="tables", status=409)
    assert "not UTF-8" in page
