"""The `kyr` command: parses and prints, nothing else."""

from __future__ import annotations

import argparse
import asyncio
import collections
import datetime
import getpass
import itertools
import json
import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from bot.clock import current_date
from bot.console.serve import PORT as CONSOLE_PORT
from bot.console.serve import serve_console
from bot.content.checks import check_content
from bot.content.reading import read_content
from bot.database.accounts import ROLES, AccountError, Accounts
from bot.database.audit import AuditLog, operator
from bot.database.engine import Database
from bot.database.feedback import Feedback
from bot.database.purge import purge
from bot.database.review_queue import DAYS_KEPT, ReviewQueue
from bot.database.usage import WEEKS_KEPT, Usage, format_weeks
from bot.directory.pull import pull
from bot.directory.reading import read_directory
from bot.directory.services import DAYS_TO_CONFIRM
from bot.directory.tables import Tables
from bot.directory.update import columns_to_pull, complete, read_present
from bot.editing.sheet.exporting import export, write_template
from bot.editing.sheet.importing import import_sheet
from bot.editing.topic_folder import topic_texts
from bot.errors import KyrError
from bot.files.atomic import write_whole
from bot.problems import ContentError
from bot.serving.asking import ask
from bot.serving.assistant import assemble
from bot.serving.first_model import model_to_ask
from bot.serving.serve import serve
from bot.settings import Settings, read_settings
from bot.staff.backup import back_up
from bot.staff.directory import DirectoryEditor
from bot.staff.edits import note_import
from bot.staff.release import Release, StoppedError
from bot.staff.restore import finish_restore, restore
from bot.staff.review import Addition, Group, Nearest, Review, nearest
from bot.staff.review_texts import describe, describe_addition, describe_leaving
from bot.text.language import LANGUAGES
from bot.training.evaluation import format_summary, read_questions, result_row, summarize
from bot.training.gate import format_report
from bot.training.models import Model, ModelError, ModelStore
from bot.training.topics_off import TopicsOff, as_residents_get
from bot.training.train import TrainingError, parse
from bot.web.server import listening

DONE, AT_FAULT = 0, 1

_NOTHING_KEPT = "Questions without an answer are not kept (KYR_KEEP_UNANSWERED=0)."


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code: 0 done, 1 content or request at fault, 2 usage."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        settings = read_settings()
        logging.basicConfig(level=settings.log_level, format="%(levelname)s %(name)s: %(message)s")
        if finish_restore(settings.data_dir, Database.of(settings)):
            print("A restore that was interrupted is finished now.", file=sys.stderr)
        return int(options.run(options, settings))
    except KyrError as error:
        print(error, file=sys.stderr)
        return AT_FAULT
    except KeyboardInterrupt:
        return AT_FAULT


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kyr", description="The know-your-rights assistant of Huntington Park."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Any, text: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text, description=text)
        made.set_defaults(run=run)
        return made

    made = command("serve", _serve, "Serve the assistant; trains first if there is no published model.")
    made.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    made.add_argument("--port", type=int, default=8080, help="port to listen on (default: %(default)s)")
    made.add_argument(
        "--console",
        nargs="?",
        type=int,
        const=CONSOLE_PORT,
        metavar="PORT",
        help="serve the staff console as well (on port %(const)s)",
    )
    made = command("console", _console, "Serve the staff console, where clerks edit, train and publish.")
    made.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    made.add_argument(
        "--port", type=int, default=CONSOLE_PORT, help="port to listen on (default: %(default)s)"
    )
    made = command("ask", _ask, "Ask the published model one question, without a server.")
    made.add_argument("text", metavar="TEXT")
    made.add_argument("--lang", choices=LANGUAGES, help="language of the page, for doubtful texts")
    made.add_argument("--json", action="store_true", help="print the answer as POST /api/chat gives it")
    made = command("check", _check, "Check all content, or only the files and folders named.")
    made.add_argument("paths", nargs="*", type=Path, metavar="PATH")
    command("train", _train, "Check, train and evaluate a new model.")
    made = command("evaluate", _evaluate, "Ask every question of a file and print how good the answers are.")
    made.add_argument("file", type=Path, metavar="FILE")
    made.add_argument("--model", metavar="VERSION", help="a model of `kyr models` (default: the published)")
    made.add_argument("--json", type=Path, metavar="OUT", help="write every row and the figures here")
    made = command("topics", _steps, "List the topics with their states; turn an answer off or on; approve.")
    made.set_defaults(step=_topics)
    steps = made.add_subparsers(title="steps", metavar="STEP")
    step = steps.add_parser("off", help="give no answer to a topic from now on, within seconds")
    step.add_argument("topic", metavar="TOPIC")
    step.add_argument("--reason", required=True, metavar="WHY", help="kept in the audit log")
    step.set_defaults(step=_turn_off)
    step = steps.add_parser("on", help="give the answer to a topic again")
    step.add_argument("topic", metavar="TOPIC")
    step.set_defaults(step=_turn_on)
    step = steps.add_parser("approve", help="write down who has signed an answer off")
    step.add_argument("topic", metavar="TOPIC")
    step.add_argument("--by", required=True, metavar="WHO", help="name, office and day")
    step.set_defaults(step=_approve)
    made = command("resources", _steps, "List the services of the directory, replace it, or go back.")
    made.set_defaults(step=_list_resources)
    steps = made.add_subparsers(title="steps", metavar="STEP")
    step = steps.add_parser("pull", help="replace the directory by one that others publish (HSDS 3)")
    step.add_argument("url", metavar="URL", help="an HSDS 3 API, or the datapackage.json of a CSV package")
    step.set_defaults(step=_pull_resources)
    step = steps.add_parser("undo", help="go back to the directory before")
    step.set_defaults(step=_undo_resources)
    made = command(
        "export", _export, "Write all topics to a spreadsheet (.xlsx or .csv) that staff can edit."
    )
    made.add_argument("sheet", type=Path, metavar="SHEET")
    made = command("import", _import, "Bring the topics to what a spreadsheet says: all of it, or nothing.")
    made.add_argument("sheet", type=Path, metavar="SHEET")
    made.add_argument("--dry-run", action="store_true", help="show what would change, and change nothing")
    made.add_argument(
        "--compared",
        action="append",
        default=[],
        metavar="TOPIC",
        help="the Spanish answer was compared with the new English one; give it once for each topic",
    )
    made = command(
        "template", _template, "Write a spreadsheet to begin with: two examples, notes on columns."
    )
    made.add_argument("sheet", type=Path, metavar="SHEET")
    command("feedback", _feedback, "List how many people said that each answer helped them, or not.")
    made = command("usage", _usage, "Show how often topics, languages and channels were used, week by week.")
    made.add_argument("-n", type=int, default=4, metavar="NUMBER", help="of weeks (default: %(default)s)")
    made = command("review", _steps, "List questions that were not answered or not well; deal with them.")
    made.add_argument("-n", type=int, default=20, metavar="NUMBER", help="how many (default: %(default)s)")
    made.set_defaults(step=_review)
    steps = made.add_subparsers(title="steps", metavar="STEP")
    step = steps.add_parser("belongs", help="add a question to the training questions of a topic")
    step.add_argument("id", metavar="ID", help="as `kyr review` lists it")
    step.add_argument("topic", metavar="TOPIC")
    _add_confirmation(step, _review_belongs)
    step = steps.add_parser("out-of-scope", help="add it to what is none of the assistant's business")
    step.add_argument("id", metavar="ID", help="as `kyr review` lists it")
    _add_confirmation(step, _review_out_of_scope)
    step = steps.add_parser("draft", help="begin a new topic with it: a spreadsheet to fill in")
    step.add_argument("id", metavar="ID", help="as `kyr review` lists it")
    step.add_argument("topic", metavar="NEW_TOPIC", help="the id of the new topic")
    step.add_argument("sheet", type=Path, metavar="SHEET", help="a new file, .xlsx or .csv")
    step.set_defaults(step=_review_draft)
    step = steps.add_parser("discard", help="take it out of the queue and do nothing else")
    step.add_argument("id", metavar="ID", help="as `kyr review` lists it")
    step.add_argument("--yes", action="store_true", help="do not ask")
    step.set_defaults(step=_review_discard)
    command("purge", _purge, "Remove everything that is kept of what people asked and said.")
    made = command("audit", _steps, "List what was changed, by whom and when, the newest first; verify it.")
    made.add_argument("-n", type=int, default=20, metavar="NUMBER", help="how many (default: %(default)s)")
    made.add_argument(
        "--subject", "--topic", metavar="X", help="only changes of this topic, model or setting"
    )
    made.set_defaults(step=_list_audit)
    step = made.add_subparsers(title="steps", metavar="STEP").add_parser(
        "verify", help="check that no entry was changed, removed or slipped in"
    )
    step.add_argument(
        "--head", metavar="HASH", help="a hash that was printed earlier and must still be there"
    )
    step.set_defaults(step=_verify_audit)
    made = command("users", _steps, "List who may sign in to the console; add, change or remove somebody.")
    made.set_defaults(step=_list_users)
    steps = made.add_subparsers(title="steps", metavar="STEP")
    step = steps.add_parser("add", help="let somebody in; asks for the password")
    step.add_argument("name", metavar="NAME", help="2 to 40 letters a to z, digits, dots, - and _")
    step.add_argument("--role", required=True, choices=ROLES, help="an approver may do all an editor may")
    step.set_defaults(step=_add_user)
    step = steps.add_parser("password", help="give somebody another password; asks for it")
    step.add_argument("name", metavar="NAME")
    step.set_defaults(step=_set_password)
    step = steps.add_parser("role", help="let somebody do more, or less")
    step.add_argument("name", metavar="NAME")
    step.add_argument("role", choices=ROLES)
    step.set_defaults(step=_set_role)
    step = steps.add_parser("remove", help="let somebody in no more")
    step.add_argument("name", metavar="NAME")
    step.set_defaults(step=_remove_user)
    made = command("backup", _backup, "Write the database, the content and the published model to a file.")
    made.add_argument("file", type=Path, metavar="FILE")
    made = command("restore", _restore, "Put back what is in a backup, after showing what it replaces.")
    made.add_argument("file", type=Path, metavar="FILE")
    made.add_argument("--yes", action="store_true", help="do not ask")
    command("models", _models, "List the models kept.")
    made = command("report", _report, "Show what a model changes, what gets better or worse: pass or stop.")
    made.add_argument("version", metavar="VERSION")
    made = command("publish", _publish, "Answer residents from a model, if the report lets it pass.")
    made.add_argument("version", metavar="VERSION")
    made.add_argument(
        "--despite", default="", metavar="REASON", help="publish it although the report says stop"
    )
    command("rollback", _roll_back, "Go back to the model that was published before.")
    return parser


def _add_confirmation(step: argparse.ArgumentParser, run: Any) -> None:
    step.add_argument("--as", dest="text", default="", metavar="TEXT", help="the question in whole words")
    step.add_argument("--yes", action="store_true", help="do not ask")
    step.set_defaults(step=run)


def _say(text: str) -> None:
    print(text, flush=True)


def _serve(options: argparse.Namespace, settings: Settings) -> int:
    asyncio.run(serve(settings, options.host, options.port, _say, console_port=options.console))
    return DONE


def _console(options: argparse.Namespace, settings: Settings) -> int:
    asyncio.run(serve_console(settings, options.host, options.port, _say))
    return DONE


def _ask(options: argparse.Namespace, settings: Settings) -> int:
    if not options.text.strip():
        print("The question is empty. Write it in quotes after `kyr ask`.", file=sys.stderr)
        return AT_FAULT
    body = asyncio.run(_answer(options, settings))
    if options.json:
        _say(json.dumps(body, ensure_ascii=False, indent=2))
    elif "error" in body:
        print(body["message"][options.lang or "en"], file=sys.stderr)
    else:
        numbers = itertools.count(1)
        _say("\n\n".join(_as_text(reply, numbers) for reply in body["replies"]))
    return AT_FAULT if "error" in body else DONE


async def _answer(options: argparse.Namespace, settings: Settings) -> dict[str, Any]:
    def note(text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    model = model_to_ask(settings.content_dir, ModelStore(settings.data_dir), note)
    note("Starting (about half a minute)")
    assistant = assemble(model, settings)
    async with listening(assistant.app, "127.0.0.1", 0) as url, assistant.running(watch=False):
        return await ask(url, options.text, options.lang, assistant.begin_test())


def _as_text(reply: dict[str, Any], numbers: Iterator[int]) -> str:
    parts = [reply["text"]]
    for service in reply["services"]:
        phones = ", ".join(phone["number"] for phone in service["phones"])
        shown = ("opening", "url", "address", "distance", "languages", "hours", "cost", "bring", "confirm")
        facts = [phones, *(service[key] for key in shown), f"✓ {service['checked']}"]
        known = " · ".join(fact for fact in facts if fact)
        parts.append(
            f"{service['name']}: {service['description']} {service['alert']}".rstrip() + f"\n  {known}"
        )
    # By these numbers choices can be made where there are no buttons.
    parts += [f"{next(numbers)}. {button['title']}" for button in reply["buttons"]]
    if reply["sources"]:
        parts.append(f"✓ {reply['reviewed_shown']}")
        parts += [f"  {source['title']} {source['url']}" for source in reply["sources"]]
    return "\n".join(parts)


def _check(options: argparse.Namespace, settings: Settings) -> int:
    missing = [path for path in options.paths if not path.exists()]
    if missing:
        print(f"{missing[0]}: there is no such file or folder. Check the name.", file=sys.stderr)
        return AT_FAULT
    problems = check_content(settings.content_dir, options.paths)
    for problem in problems:
        _say(str(problem))
    if any(not problem.warning for problem in problems):
        return AT_FAULT
    if not options.paths:
        content = read_content(settings.content_dir)
        answered = sum(topic.answered for topic in content.topics.values())
        services = len(content.directory.services)
        _say(f"{len(content.topics)} topics ({answered} answered), {services} services: no mistake found.")
    return DONE


def _train(options: argparse.Namespace, settings: Settings) -> int:
    release = _release(settings)
    model, published = release.train(), release.store.published()
    if published is not None and published.version == model.version:
        _say(f"Model {model.version} is published already.")
        return DONE
    _say("\n".join(["", *format_report(release.verdict(model, published)), ""]))
    _say(f"Model {model.version} is ready. To use it: kyr publish {model.version}")
    return DONE


def _evaluate(options: argparse.Namespace, settings: Settings) -> int:
    questions = read_questions(options.file)
    model = _model_to_evaluate(options.model, settings)
    content = read_content(model.content_dir)
    parsed = asyncio.run(parse(model.archive, questions, thresholds=model.thresholds))
    rows = [result_row(question, one, content) for question, one in zip(questions, parsed, strict=True)]
    summary = summarize(rows, content)
    for line in format_summary(summary):
        _say(line)
    if options.json:
        result = {"model": model.version, "rows": rows, "summary": summary}
        write_whole(options.json, json.dumps(result, ensure_ascii=False, indent=1))
    return DONE


def _model_to_evaluate(version: str | None, settings: Settings) -> Model:
    store = ModelStore(settings.data_dir)
    if version is None:
        return model_to_ask(settings.content_dir, store, _say)
    model = store.get(version)
    model.verify()
    return model


def _topics(options: argparse.Namespace, settings: Settings) -> int:
    store = ModelStore(settings.data_dir)
    published = store.published()
    content = published.readable_content if published else None
    topics = as_residents_get(
        read_content(settings.content_dir).topics,
        content.topics if content else None,
        TopicsOff(settings.data_dir).read(),
    ).values()
    states = {topic.id: topic.state(current_date()) for topic in topics}
    for topic in sorted(topics, key=lambda topic: (topic.review_by is None, topic.review_by, topic.id)):
        by = f"check by {topic.review_by}" if topic.review_by else ""
        _say(f"{states[topic.id]:10} {topic.id:40} {by:20} {topic.approved_by or ''}".rstrip())
    counted = collections.Counter(states.values())
    _say(", ".join(f"{number} {state}" for state, number in sorted(counted.items())))
    return DONE


def _steps(options: argparse.Namespace, settings: Settings) -> int:
    step: Callable[[argparse.Namespace, Settings], int] = options.step
    return step(options, settings)


def _list_resources(options: argparse.Namespace, settings: Settings) -> int:
    services = read_directory(settings.resources_dir).services
    today = current_date()
    for service in sorted(services, key=lambda service: service.assured_date):
        state = "confirm" if service.to_confirm(today) else "checked"
        _say(f"{state:10} {service.assured_date}  {service.id:34} {' '.join(service.phones)}".rstrip())
    old = sum(service.to_confirm(today) for service in services)
    _say(f"{len(services)} services, {old} of them last checked more than {DAYS_TO_CONFIRM} days ago")
    return DONE


def _pull_resources(options: argparse.Namespace, settings: Settings) -> int:
    folder = settings.resources_dir
    read_present(folder)  # before anything is asked of the network
    pulled = asyncio.run(pull(options.url, columns_to_pull(folder)))

    def build() -> Tables:
        # Read again: somebody may have changed it meanwhile.
        return complete(pulled, read_present(folder))

    if _replacing(settings).replace(operator(), "pull", build, _say):
        _say(f"Replaced {folder}. `kyr serve` uses it within seconds; `kyr resources undo` goes back.")
    else:
        _say("Nothing has changed.")
    return DONE


def _undo_resources(options: argparse.Namespace, settings: Settings) -> int:
    for line in _replacing(settings).undo(operator()):
        _say(line)
    _say("Went back to the directory before. `kyr serve` uses it within seconds.")
    return DONE


def _replacing(settings: Settings) -> DirectoryEditor:
    return DirectoryEditor.of(settings, AuditLog(Database.of(settings)))


def _export(options: argparse.Namespace, settings: Settings) -> int:
    number = export(settings.content_dir, options.sheet)
    _say(f"Wrote {number} topics to {options.sheet}. `kyr import {options.sheet}` takes them back.")
    return DONE


def _import(options: argparse.Namespace, settings: Settings) -> int:
    audit = AuditLog(Database.of(settings))
    before = topic_texts(settings.content_dir)
    changed = import_sheet(
        settings.content_dir, options.sheet, dry_run=options.dry_run, compared=options.compared, show=_say
    )
    if not changed:
        _say("Nothing to change: the topics are as the sheet says.")
    elif options.dry_run:
        _say(f"Topics that would change: {len(changed)}. Nothing was written; leave out --dry-run to do it.")
    else:
        note_import(audit, operator(), before, settings.content_dir, changed)
        _say(f"Topics changed: {len(changed)}. Next, `kyr train` and `kyr publish` put them to use.")
    return DONE


def _template(options: argparse.Namespace, settings: Settings) -> int:
    write_template(settings.content_dir, options.sheet)
    _say(f"Wrote {options.sheet}. Fill it in, then try `kyr import {options.sheet} --dry-run`.")
    return DONE


def _feedback(options: argparse.Namespace, settings: Settings) -> int:
    totals = Feedback(Database.of(settings)).totals()
    for total in totals:
        _say(f"{total.topic:40} {total.language}  yes {total.helped:5}  no {total.not_helped:5}")
    if not totals:
        _say("Nobody has said yet whether an answer helped.")
    return DONE


def _usage(options: argparse.Namespace, settings: Settings) -> int:
    weeks = Usage(Database.of(settings)).weeks(min(max(1, options.n), WEEKS_KEPT))
    if not weeks:
        _say("There is nothing to show yet: only weeks that are over are shown, and no figure below 5.")
        return DONE
    for line in format_weeks(weeks):
        _say(line)
    _say("Weeks begin on Mondays. Only those that are over are shown; figures are rounded down to fives.")
    return DONE


def _review(options: argparse.Namespace, settings: Settings) -> int:
    groups = _review_of(settings).groups()
    if not groups:
        _say("There are no questions without an answer." if settings.keep_unanswered else _NOTHING_KEPT)
        return DONE
    shown = groups[: max(1, options.n)]
    for group, near in zip(shown, _nearest(shown, settings), strict=True):
        _say("\n".join(describe(group, near)))
    questions = sum(len(group.questions) for group in groups)
    _say(f"{len(shown)} of {len(groups)} groups, {questions} different questions in all.")
    return DONE


def _nearest(groups: Sequence[Group], settings: Settings) -> Sequence[Nearest | None]:
    """Ask the published model; where there is none that can be asked, say so and go on without."""
    try:
        model = ModelStore(settings.data_dir).published()
        if model is not None:
            print("Asking the published model (about 15 s)", file=sys.stderr, flush=True)
            return asyncio.run(nearest(groups, model, off=TopicsOff(settings.data_dir).read()))
        print("No model is published yet: no topics are near. `kyr train` makes one.", file=sys.stderr)
    except (ContentError, ModelError, TrainingError) as error:
        print(f"The published model cannot be asked for the nearest topics. {error}", file=sys.stderr)
    return [None] * len(groups)


def _review_of(settings: Settings) -> Review:
    database = Database.of(settings)
    return Review(settings.content_dir, ReviewQueue(database), AuditLog(database), operator())


def _review_belongs(options: argparse.Namespace, settings: Settings) -> int:
    review = _review_of(settings)
    return _add(review, review.belongs_to(review.group(options.id), options.topic, options.text), options)


def _review_out_of_scope(options: argparse.Namespace, settings: Settings) -> int:
    review = _review_of(settings)
    return _add(review, review.out_of_scope(review.group(options.id), options.text), options)


def _add(review: Review, addition: Addition, options: argparse.Namespace) -> int:
    if not _confirmed(describe_addition(addition), options):
        return AT_FAULT
    for warning in review.add(addition).warnings:
        _say(str(warning))
    _say("Done. `kyr train` and `kyr publish` put it to use.")
    return DONE


def _review_draft(options: argparse.Namespace, settings: Settings) -> int:
    review = _review_of(settings)
    written = review.new_topic(review.group(options.id), options.topic, options.sheet)
    _say(f"Wrote {options.sheet}. Questions that have gone there from the review queue: {len(written)}.")
    _say("Fill in the rest in both languages; where *** stands, write whole words or take the line out.")
    _say(f"Then try `kyr import {options.sheet} --dry-run`. Do not keep it: words of residents are in it.")
    return DONE


def _review_discard(options: argparse.Namespace, settings: Settings) -> int:
    review = _review_of(settings)
    group = review.group(options.id)
    if not _confirmed(describe_leaving(group), options):
        return AT_FAULT
    _say(f"Questions taken out of the review queue: {review.discard(group)}.")
    return DONE


def _confirmed(shown: Sequence[str], options: argparse.Namespace) -> bool:
    _say("\n".join(shown))
    if options.yes:
        return True
    try:
        agreed = input("Do it? [y/N] ").strip().lower() in ("y", "yes", "s", "sí", "si")
    except EOFError:  # nobody is there to say so
        agreed = False
    if not agreed:
        _say("Nothing was changed.")
    return agreed


def _purge(options: argparse.Namespace, settings: Settings) -> int:
    gone = purge(Database.of(settings), settings.redis_url)
    _say("\n".join(f"Removed: {what}" for what in gone) or "Nothing was kept.")
    return DONE


def _list_audit(options: argparse.Namespace, settings: Settings) -> int:
    entries = AuditLog(Database.of(settings)).entries(max(1, options.n), options.subject)
    for one in entries:
        change = f"{one.subject}  {one.before} -> {one.after}"
        _say(f"{one.number:>5}  {one.time}  {one.who}  {one.action}  {change}")
    if not entries:
        _say("The audit log has no such entry." if options.subject else "The audit log is empty.")
    return DONE


def _verify_audit(options: argparse.Namespace, settings: Settings) -> int:
    head = AuditLog(Database.of(settings)).verify(options.head)
    _say(f"{head.number} entries, none changed, removed or slipped in. Write this last hash down elsewhere:")
    _say(head.hash)
    return DONE


def _accounts(settings: Settings) -> Accounts:
    database = Database.of(settings)
    return Accounts(database, AuditLog(database))


def _list_users(options: argparse.Namespace, settings: Settings) -> int:
    accounts = _accounts(settings).list()
    for account in accounts:
        _say(f"{account.role:10} {account.name}")
    if not accounts:
        _say(f"Nobody may sign in yet. `kyr users add NAME --role {ROLES[-1]}` lets somebody in.")
    return DONE


def _add_user(options: argparse.Namespace, settings: Settings) -> int:
    accounts = _accounts(settings)
    account = accounts.add(operator(), options.name, options.role, _read_password())
    _say(f"{account.name} may sign in now, as {account.role}.")
    return DONE


def _set_password(options: argparse.Namespace, settings: Settings) -> int:
    account = _accounts(settings).set_password(operator(), options.name, _read_password())
    _say(f"{account.name} has another password. Whoever is signed in with the one before no longer is.")
    return DONE


def _set_role(options: argparse.Namespace, settings: Settings) -> int:
    account = _accounts(settings).set_role(operator(), options.name, options.role)
    _say(f"{account.name} is {account.role}.")
    return DONE


def _remove_user(options: argparse.Namespace, settings: Settings) -> int:
    account = _accounts(settings).remove(operator(), options.name)
    _say(f"{account.name} may sign in no more.")
    return DONE


def _read_password() -> str:
    """Ask for a new password twice, without showing it; a program gives it as one line."""
    try:
        if not sys.stdin.isatty():
            return sys.stdin.readline().rstrip("\r\n")
        password = getpass.getpass("New password: ")
        if getpass.getpass("Once more: ") == password:
            return password
    except (EOFError, UnicodeDecodeError):
        raise AccountError("No password could be read. Write it in one line, in UTF-8.") from None
    raise AccountError("These were two different passwords. Nothing was changed; try again.")


def _backup(options: argparse.Namespace, settings: Settings) -> int:
    for line in back_up(options.file, settings, Database.of(settings)):
        _say(f"  {line}")
    by = current_date() + datetime.timedelta(days=DAYS_KEPT)
    _say(f"Wrote {options.file}. Settings and passwords (.env, `kyr users`) are not in it.")
    _say(f"Delete it by {by}: questions of residents are in it, and we promise to keep them no longer.")
    return DONE


def _restore(options: argparse.Namespace, settings: Settings) -> int:
    def confirm(shown: Sequence[str]) -> bool:
        _say("\n".join(shown))
        if options.yes:
            return True
        try:
            return input("Go on? Write yes: ").strip().lower() in ("yes", "sí", "si")
        except EOFError:  # nobody is there to say so
            return False

    done = restore(options.file, settings, Database.of(settings), operator(), confirm)
    _say("Restored. Start `kyr serve` again to use it." if done else "Nothing was changed.")
    return DONE if done else AT_FAULT


def _models(options: argparse.Namespace, settings: Settings) -> int:
    store = ModelStore(settings.data_dir)
    published = store.published()
    models = store.list()
    for model in models:
        figures = model.report["summary"]["all"]
        mark = "published" if published and model.version == published.version else ""
        _say(f"{model.version}  right {figures['right']:.2f}  wrong {figures['wrong']:.2f}  {mark}".rstrip())
    if not models:
        _say("There is no model yet. `kyr train` makes one.")
    return DONE


def _release(settings: Settings) -> Release:
    return Release.of(settings, operator(), _say)


def _publish(options: argparse.Namespace, settings: Settings) -> int:
    try:
        verdict = _release(settings).publish(options.version, despite=options.despite)
    except StoppedError as error:
        verdict = error.verdict
        _say("\n".join([*format_report(verdict), ""]))
        raise
    if not verdict.passed:
        _say("Published despite what the gate says; the reason is kept in the audit log.")
    return DONE


def _report(options: argparse.Namespace, settings: Settings) -> int:
    release = _release(settings)
    _say("\n".join(format_report(release.report(release.store.get(options.version)))))
    return DONE


def _roll_back(options: argparse.Namespace, settings: Settings) -> int:
    _release(settings).roll_back()
    return DONE


def _turn_off(options: argparse.Namespace, settings: Settings) -> int:
    _release(settings).turn_off(options.topic, options.reason)
    return DONE


def _turn_on(options: argparse.Namespace, settings: Settings) -> int:
    _release(settings).turn_on(options.topic)
    return DONE


def _approve(options: argparse.Namespace, settings: Settings) -> int:
    _release(settings).approve(options.topic, options.by)
    return DONE


if __name__ == "__main__":
    sys.exit(main())
