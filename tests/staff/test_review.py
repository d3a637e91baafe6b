"""Going through the review queue: what is alike stands together, and nothing happens unconfirmed."""

from __future__ import annotations

import datetime
import json
import shutil
from pathlib import Path

import pytest

from bot.clock import current_date
from bot.content.checks import check_content
from bot.content.reading import read_content
from bot.database.audit import AuditLog
from bot.database.engine import Database
from bot.database.review_queue import NOT_HELPFUL, ReviewQueue, Unanswered
from bot.editing.replace import ContentChangedError
from bot.editing.sheet.importing import import_sheet
from bot.editing.sheet.reading import SheetError, SheetProblems, read_sheet
from bot.problems import ContentError
from bot.staff.new_questions import ReviewError
from bot.staff.review import Group, Nearest, QueuedQuestion, Review, Weeks, grouped
from bot.staff.review_texts import describe, describe_addition, describe_leaving

OUT_OF_SCOPE = """\
version: "3.1"
nlu:
- intent: out_of_scope
  metadata: {language: en}
  examples: |
    - what is the weather
- intent: out_of_scope
  metadata: {language: es}
  examples: |
    - qué tiempo hace
"""


@pytest.fixture
def review(content_copy: Path, database: Database) -> Review:
    """The queue of an empty database, and content that knows what is out of scope."""
    (content_copy / "data/nlu/out_of_scope.yml").write_text(OUT_OF_SCOPE, encoding="utf-8")
    rules = content_copy / "data/rules.yml"
    decline = "- rule: Decline\n  steps:\n  - intent: out_of_scope\n  - action: utter_greet\n"
    rules.write_text(rules.read_text(encoding="utf-8").rstrip("\n") + "\n" + decline, encoding="utf-8")
    domain = content_copy / "domain.yml"
    written = domain.read_text(encoding="utf-8").replace("- greet\n", "- greet\n- out_of_scope\n", 1)
    domain.write_text(written, encoding="utf-8")
    assert check_content(content_copy) == []
    return Review(content_copy, ReviewQueue(database), AuditLog(database), "Tester")


def put(review: Review, text: str, language: str = "en", times: int = 1, topic: str = "") -> Group:
    """Put a question in the queue as often as it was asked; return the group that it is in."""
    for _ in range(times):
        if topic:
            review.queue.add(text, language, reason=NOT_HELPFUL, topic=topic)
        else:
            review.queue.add(text, language)
    return next(group for group in review.groups() if text in group.texts)


def files_of(folder: Path) -> dict[str, bytes]:
    """Return everything in a folder."""
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def noted(review: Review) -> list[tuple[str, str, str, object]]:
    """Return what the audit log says, the newest first."""
    return [(one.who, one.action, one.subject, json.loads(one.after)) for one in review.audit.entries()]


def test_questions_that_are_alike_stand_together(review: Review) -> None:
    """By language, led by the one asked most, the group asked most first; both reasons are counted apart."""
    put(review, "can they take my car away", times=2)
    put(review, "can they take my car away?", times=1)
    put(review, "they can take *** my car away", times=1, topic="bond")
    put(review, "can they take my car away", times=1, topic="red_card")
    put(review, "can they take my house away", times=4)
    put(review, "me pueden quitar el carro", "es", times=1)
    groups = review.groups()
    assert [(group.language, group.text, group.count) for group in groups] == [
        ("en", "can they take my car away", 5),
        ("en", "can they take my house away", 4),
        ("es", "me pueden quitar el carro", 1),
    ]
    car = groups[0]
    assert car.texts == (
        "can they take my car away",
        "can they take my car away?",
        "they can take *** my car away",
    )
    assert (car.unanswered, car.not_helpful) == (3, {"bond": 1, "red_card": 1})
    assert review.groups() == groups
    near = Nearest((("bond", 0.4123), ("red_card", 0.1)), "clarify", "clarify", None, ("bond",))
    assert describe(car, near) == [
        f"{car.id}      5  en  can they take my car away",
        "    asked in vain 3, did not help 1 (topic bond), did not help 1 (topic red_card)",
        "    nearest: bond 0.41, red_card 0.10; now: offers bond",
        "    2 others are like it",
    ]


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("what is an immigration bond for", "what is an immigration checkpoint for", False),
        ("can they take my car away", "can they take my house away", False),
        ("english", "no english", False),
        ("ice", "nice", False),
        ("do you have the form", "do you have a form", True),
        ("¿pueden entrar a mi casa?", "pueden entrar a mi CASA", True),
        ("como pido una visa u", "cómo pido una *** visa u", True),
        ("tengo que abrir la puerta", "tengo que abir la puerta", True),
    ],
)
def test_what_is_alike(one: str, other: str, together: bool) -> None:
    """Spelling, holes and small words make no difference, a word of weight in each does."""
    groups = grouped([Unanswered(one, "en", 2), Unanswered(other, "en", 1)])
    assert len(groups) == (1 if together else 2)


def test_the_id_stays_as_long_as_the_question_that_was_there_first_does(review: Review) -> None:
    """Whatever joins it, stands beside it or comes to be asked more; it goes with the question."""
    group = put(review, "can they take my car away", times=3)
    put(review, "can they take my car away please", times=2)
    put(review, "another thing", times=9)
    assert review.group(group.id.upper()).texts == (
        "can they take my car away",
        "can they take my car away please",
    )
    put(review, "can they take my car away please", times=2)
    put(review, "can they take *** car away", times=9)
    again = review.group(group.id)
    assert again.text == "can they take *** car away" and len(again.questions) == 3
    review.queue.remove(["can they take my car away"])
    with pytest.raises(ReviewError, match=rf"^There is no group '{group.id}': .*`kyr review` lists"):
        review.group(group.id)


def test_what_comes_in_a_later_week_joins_a_group_and_makes_no_other(review: Review) -> None:
    """However often it is asked: a group is the same from one visit to the next."""
    before = current_date() - datetime.timedelta(weeks=1)
    review.queue.add("they can take my car away", "en", today=before)
    (group,) = review.groups()
    put(review, "can they take my car", times=9)
    assert review.group(group.id).texts == ("can they take my car", "they can take my car away")


def test_a_part_of_a_group_is_dealt_with_and_the_rest_stays(review: Review) -> None:
    """By the short names of its questions; of none nothing is done."""
    put(review, "can they take my car away", times=2)
    group = put(review, "can they take my car away please")
    one, other = group.questions
    assert review.discard(group.only({other.id})) == 1
    assert review.group(group.id).questions == (one,)
    with pytest.raises(ReviewError, match=r"^No question is chosen"):
        group.only({"12345678"})


def test_of_weeks_only_counts_that_tell_nothing_of_one_person_are_shown(review: Review) -> None:
    """Small ones are hidden, and others rounded down."""
    group = put(review, "can they take my car away", times=7)
    for _ in range(4):
        before = current_date() - datetime.timedelta(weeks=1)
        review.queue.add("can they take my car away", "en", today=before)
    assert review.weeks([group]) == [Weeks(5, None, 10)]


def test_of_questions_asked_as_often_the_longest_leads() -> None:
    """Counted without holes; of several as long the first in the alphabet."""
    texts = ("*** *** *** they take my car", "can they take my car", "can they take my van", "a b c")
    (group, *_) = grouped([Unanswered(text, "en", 1) for text in texts])
    assert group.text == "can they take my car"


def test_a_text_asked_in_both_languages_is_one_question() -> None:
    """It leaves the queue as a whole, so it is counted as a whole, where it was asked most."""
    (group,) = grouped([Unanswered("daca", "en", 1), Unanswered("daca", "es", 3)])
    assert (group.language, group.questions) == ("es", (QueuedQuestion("daca", 4, {}, {"unanswered": 4}),))


def test_of_ten_thousand_questions_none_is_lost_or_counted_twice() -> None:
    """So many different ones as a city asks in years."""
    words = [f"{one}{other}" for one in "bcdfghjklm" for other in ("alo", "emi", "otu", "ura", "isa", "eno")]
    questions = [
        Unanswered(f"can {words[a]} or {words[b]} see my {words[c]} today", "en", 1 + a)
        for a in range(60)
        for b in range(60)
        for c in range(0, 60, 20)
    ][:10_000]
    groups = grouped(questions)
    assert sorted(one.text for group in groups for one in group.questions) == sorted(
        one.text for one in questions
    )
    assert len(groups) < 1000


@pytest.mark.parametrize(
    ("near", "now"),
    [
        (Nearest((), "faq", "answer", "bond", ()), "answers bond"),
        (Nearest((), "clarify", "clarify", None, ("bond", "red_card")), "offers bond, red_card"),
        (Nearest((), "not_understood", "fallback", None, ()), "nothing, it asks again"),
        (Nearest((), "faq", "decline", "bond", ()), "nothing, bond has no checked answer"),
        (Nearest((), "out_of_scope", "decline", None, ()), "takes it for out_of_scope"),
        (Nearest((), "greet", "smalltalk", None, ()), "takes it for greet"),
    ],
)
def test_what_residents_get_now(near: Nearest, now: str) -> None:
    """In a few words."""
    assert near.now == now


def test_a_question_is_added_to_a_topic_once_it_is_confirmed(review: Review) -> None:
    """Asking changes nothing; then one line more in its file, the group gone, and an entry in the log."""
    put(review, "how can i pay the bond please", times=1)
    group = put(review, "how can i pay the bond", times=2)
    put(review, "stays")
    before = files_of(review.content)
    addition = review.belongs_to(group, "bond")
    assert files_of(review.content) == before and len(review.groups()) == 2
    assert describe_addition(addition) == [
        "data/faq/bond.yml: one more English question of faq/bond:",
        "  + how can i pay the bond",
        "These leave the review queue:",
        "  -    2  how can i pay the bond",
        "  -    1  how can i pay the bond please",
    ]
    review.add(addition)
    file = str(review.content / "data/faq/bond.yml")
    after = files_of(review.content)
    old = "    - how much is bond\n"
    assert after.pop(file).decode() == before.pop(file).decode().replace(
        old, f"{old}    - how can i pay the bond\n"
    )
    assert after == before
    assert [group.text for group in review.groups()] == ["stays"]
    taken = {"questions_en": ["how can i pay the bond"], "taken_out": 2}
    assert noted(review) == [("Tester", "review: belongs to", "bond", taken)]


def test_the_words_that_staff_write_are_added_in_their_language(review: Review) -> None:
    """For a question with holes, whatever language it came in; what was removed is nowhere."""
    group = put(review, "how much *** my brother", times=1)
    review.add(review.belongs_to(group, "bond", "cuánto hay que pagar para que salga"))
    topic = read_content(review.content).topics["bond"]
    assert topic.questions["en"] == ("how much is bond",)
    assert topic.questions["es"] == ("cuánto es la fianza", "cuánto hay que pagar para que salga")
    assert "brother" not in str(noted(review))


def test_a_question_out_of_scope_is_added_to_the_conversation(review: Review) -> None:
    """In data/nlu/out_of_scope.yml, checked in the same way."""
    group = put(review, "who won the game last night")
    review.add(review.out_of_scope(group))
    questions = read_content(review.content).conversation.questions["out_of_scope"]
    assert questions["en"] == ("what is the weather", "who won the game last night")
    taken = {"questions_en": ["who won the game last night"], "taken_out": 1}
    assert noted(review) == [("Tester", "review: out of scope", "out_of_scope", taken)]
    assert review.groups() == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"has holes \(\*\*\*\), .* --as"),
        ("how much *** bail", r"has holes \(\*\*\*\)"),
        ("x" * 301, "has 301 characters, 300 at most"),
        ("how much\nis it", "is not one line of words"),
        ("how much \x1b[2J is it", "is not one line of words"),
        ("?!", "is not one line of words"),
        ("how much for my brother, call me at 323-555-0142", r"who somebody is: “how much .* \*\*\*”"),
        ("what is a red card", r"as good as “what is a red card” in data/faq/red_card.yml \(faq/red_card\)"),
        ("Hello!", r"as good as “hello” in data/nlu/greet.yml \(greet\)"),
        ("сколько стоит залог за брата", "is neither English nor Spanish"),
    ],
)
def test_what_nobody_may_be_trained_on_is_refused(review: Review, text: str, message: str) -> None:
    """With the reason; no file, no entry and no question of the queue is touched."""
    group = put(review, "how much *** my brother")
    before = files_of(review.content)
    with pytest.raises(ReviewError, match=message):
        review.belongs_to(group, "bond", text)
    assert files_of(review.content) == before
    assert review.groups() == [group] and noted(review) == []


def test_a_question_as_good_as_one_of_another_topic_is_refused(review: Review) -> None:
    """With the place of the other one."""
    group = put(review, "the weather what is the today")
    review.add(review.out_of_scope(group, "what is the weather today in town"))
    with pytest.raises(
        ReviewError, match=r"as good as “what is the weather today in town” in .*out_of_scope"
    ):
        review.belongs_to(group, "bond", "in town, what is the weather today")


def test_an_unknown_topic_is_refused(review: Review) -> None:
    """Also one that is a path."""
    group = put(review, "how can i pay the bond")
    for topic in ("bonds", "../nlu/conversation", "\x1b[2J"):
        with pytest.raises(ReviewError, match=r"^There is no topic '[^\x1b]*'\. `kyr topics` lists them\.$"):
            review.belongs_to(group, topic)


def test_content_with_a_mistake_takes_no_question(review: Review) -> None:
    """What is wrong is said as `kyr check` does, and the group stays."""
    group = put(review, "how can i pay the bond")
    (review.content / "data/rules.yml").unlink()
    with pytest.raises(ContentError, match=r"data/rules\.yml:1: the file is missing"):
        review.belongs_to(group, "bond")
    assert review.groups() == [group]


def test_what_others_have_changed_since_is_not_overwritten(review: Review) -> None:
    """The question was confirmed for another text of the file."""
    addition = review.belongs_to(put(review, "how can i pay the bond"), "bond")
    file = review.content / "data/faq/bond.yml"
    file.write_text(file.read_text(encoding="utf-8") + "# new\n", encoding="utf-8")
    with pytest.raises(ContentChangedError):
        review.add(addition)
    assert file.read_text(encoding="utf-8").endswith("# new\n")
    assert len(review.groups()) == 1 and noted(review) == []


def test_a_run_that_ended_half_way_can_be_done_again(review: Review, tmp_path: Path) -> None:
    """The database goes away behind the content: it says so; once more takes the group out and notes it."""
    addition = review.belongs_to(put(review, "how can i pay the bond"), "bond")
    gone = Database(tmp_path / "gone", "postgresql://kyr:x@127.0.0.1:1/none")
    away = Review(review.content, ReviewQueue(gone), AuditLog(gone), "Tester")
    with pytest.raises(ReviewError, match=r"stands in data/faq/bond\.yml now, but .*nothing is added twice"):
        away.add(addition)
    (group,) = review.groups()
    again = review.belongs_to(group, "bond")
    assert describe_addition(again)[0] == (
        "data/faq/bond.yml: “how can i pay the bond” stands there already; nothing is written."
    )
    review.add(again)
    assert review.groups() == []
    assert read_content(review.content).topics["bond"].questions["en"].count("how can i pay the bond") == 1
    assert noted(review)[0][3] == {"questions_en": [], "taken_out": 1}


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_new_topic_begins_as_a_sheet(review: Review, tmp_path: Path, kind: str) -> None:
    """With the questions in their language and nothing else; bringing it in asks for all the rest."""
    put(review, "=me pueden *** el carro", "es")
    group = put(review, "me pueden quitar el carro", "es", times=2)
    sheet = tmp_path / f"draft.{kind}"
    assert review.new_topic(group, "tow_truck", sheet) == group.texts
    problems = SheetProblems()
    (row,) = read_sheet(sheet, problems).rows
    filled = {column: value for column, value in row.cells.items() if value not in ("", None)}
    questions = "me pueden quitar el carro\n=me pueden *** el carro"
    assert filled == {"id": "tow_truck", "questions_es": questions}
    assert review.groups() == [] and problems.found == []
    assert noted(review) == [
        ("Tester", "review: draft", "tow_truck", {"sheet": f"draft.{kind}", "taken_out": 2})
    ]
    with pytest.raises(SheetError) as refused:
        import_sheet(review.content, sheet, show=lambda text: None)
    for column in ("group", "title_en", "title_es", "questions_en", "volatility"):
        assert column in str(refused.value)


def test_a_new_topic_that_cannot_be_is_refused(review: Review, tmp_path: Path) -> None:
    """An id that exists or cannot be one, a file that is there; the group stays."""
    group = put(review, "can they take my car away")
    sheet = tmp_path / "draft.xlsx"
    for topic, message in (
        ("bond", "There is a topic bond already"),
        ("Bond", "cannot be the id of a topic"),
        ("../x", "cannot be the id of a topic"),
        ("example_car", "cannot be the id of a topic"),
    ):
        with pytest.raises(ReviewError, match=message):
            review.new_topic(group, topic, sheet)
    assert not sheet.exists()
    sheet.write_bytes(b"mine")
    with pytest.raises(SheetError, match="there is such a file already"):
        review.new_topic(group, "car", sheet)
    assert sheet.read_bytes() == b"mine"
    assert review.groups() == [group] and noted(review) == []


def test_of_a_group_that_no_cell_holds_the_rest_stays(review: Review, tmp_path: Path) -> None:
    """Nothing is lost: what is not in the sheet is still in the queue."""
    numbers = [f"{one}{other}" for one in "abcdefghijklmnopq" for other in "abcdefghijklmnop"]
    questions = tuple(QueuedQuestion(f"can they take my car away {word}", 1, {}) for word in numbers)
    for question in questions:
        review.queue.add(question.text, "en")
    written = review.new_topic(Group("en", questions), "car", tmp_path / "draft.csv")
    assert 200 < len(written) < len(questions)
    left = {text for group in review.groups() for text in group.texts}
    assert left == {question.text for question in questions} - set(written)


def test_a_group_leaves_when_a_topic_was_begun_with_it(review: Review) -> None:
    """Noted as a draft, without a word of it; without the topic its questions would be lost."""
    group = put(review, "can they take my car away")
    for topic in ("tow_truck", "../faq/bond"):
        with pytest.raises(ReviewError, match=r"^There is no topic .*Save it first\."):
            review.begun(group, topic)
    assert review.groups() == [group]
    shutil.copyfile(review.content / "data/faq/bond.yml", review.content / "data/faq/tow_truck.yml")
    assert review.begun(group, "tow_truck") == 1
    assert review.groups() == []
    assert noted(review) == [("Tester", "review: draft", "tow_truck", {"taken_out": 1})]


def test_a_topic_is_begun_while_the_database_is_away(review: Review, tmp_path: Path) -> None:
    """The topic is there, its group too: what to do is said."""
    group = put(review, "can they take my car away")
    gone = Database(tmp_path / "gone", "postgresql://kyr:x@127.0.0.1:1/none")
    away = Review(review.content, ReviewQueue(gone), AuditLog(gone), "Tester")
    with pytest.raises(ReviewError, match=r"^The topic bond is there now, but .*Then discard the group"):
        away.begun(group, "bond")


def test_of_what_is_discarded_no_word_is_kept(review: Review) -> None:
    """The audit log is never cut, so it has the number alone."""
    put(review, "can they take my car away please")
    group = put(review, "can they take my car away", times=2)
    assert describe_leaving(group)[1:] == [
        "  -    2  can they take my car away",
        "  -    1  can they take my car away please",
    ]
    before = files_of(review.content)
    assert review.discard(group) == 2
    assert review.groups() == [] and files_of(review.content) == before
    assert noted(review) == [("Tester", "review: discard", "review queue", {"taken_out": 2})]
    review.audit.verify()


def test_what_is_shown_cannot_steer_a_terminal() -> None:
    """Whatever came into the database: no escape sequence, no line break, no turned direction."""
    text = "bond\x1b[2J\r\n\x9b31m\u202e\u2028x"
    (group,) = grouped([Unanswered(text, "en", 1), Unanswered(text, "en", 1, NOT_HELPFUL, "\x1b[31m")])
    for line in (*describe(group, None), *describe_leaving(group)):
        assert line.isprintable()


def test_a_question_with_a_hole_cannot_be_brought_in(review: Review) -> None:
    """Whichever way it takes into a topic file; a word with asterisks is no hole."""
    file = review.content / "data/faq/bond.yml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("- how much is bond", "- how much is bond\n    - f*** it"), encoding="utf-8")
    assert check_content(review.content) == []
    file.write_text(text.replace("how much is bond", "how much is ***?"), encoding="utf-8")
    (problem,) = check_content(review.content)
    assert "“how much is ***?” has a hole (***)" in str(problem)
