"""The application factory of the console, and which role each of its routes needs."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from aiohttp import web

from bot.console import (
    account,
    directory,
    edit,
    find,
    history,
    keys,
    people,
    provider,
    release,
    resident_texts,
    review,
    service,
    sign_in,
    spreadsheet,
    switch,
    today,
    topics,
    tryout,
    undo,
    upgrade,
    usage,
    withheld,
)
from bot.console.content_cache import ContentCache
from bot.console.errors import errors
from bot.console.guard import ANYBODY, PROVIDER_CALLBACK, add_headers, cookies, guard
from bot.console.openid import CitySignIn
from bot.console.rendering import FOLDER, create_templates
from bot.console.sessions import Sessions
from bot.console.throttle import SignIn
from bot.console.uploads import Pending
from bot.content.page_texts import read_page_texts
from bot.database.accounts import Accounts
from bot.directory.pull import Limits
from bot.editing.live_check import LiveCheck
from bot.editing.replace import SECONDS_TO_WAIT
from bot.editing.resident_texts import TextCheck
from bot.settings import Settings, check_console
from bot.staff.jobs import Runs
from bot.staff.release import Release
from bot.staff.reminders import Reminders
from bot.training.kept_process import SECONDS_TO_ANSWER
from bot.training.trial import Trials
from bot.training.tryout import TryOut
from bot.web.assets import Assets
from bot.web.connections import take_time
from bot.web.headers import Handler

EDITOR, APPROVER = "editor", "approver"
# A spreadsheet has at most 10 MB.
MOST_BYTES = 12 * 1024 * 1024
# What a page waits for longest: others who change the content, Rasa, or a directory that is fetched.
SECONDS_WAITED = max(SECONDS_TO_WAIT, SECONDS_TO_ANSWER, Limits.seconds_in_all)


@dataclass(frozen=True)
class Route:
    """An address, what answers it, and the role that is needed at least."""

    method: str
    path: str
    handler: Handler
    role: str


ROUTES: Sequence[Route] = (
    Route("GET", "/", today.get_today, EDITOR),
    Route("GET", "/sign-in", sign_in.get_sign_in, ANYBODY),
    Route("POST", "/sign-in", sign_in.post_sign_in, ANYBODY),
    Route("POST", "/sign-out", sign_in.post_sign_out, ANYBODY),
    Route("POST", "/language", sign_in.post_language, ANYBODY),
    Route("GET", "/find", find.get_find, EDITOR),
    Route("POST", "/find", find.post_find, EDITOR),
    Route("GET", "/welcome", account.get_welcome, ANYBODY),
    Route("POST", "/welcome", account.post_welcome, ANYBODY),
    Route("GET", "/provider/begin", provider.get_begin, ANYBODY),
    Route("GET", PROVIDER_CALLBACK, provider.get_back, ANYBODY),
    Route("GET", "/provider/sign-out", provider.get_sign_out, ANYBODY),
    Route("GET", "/account", account.get_account, EDITOR),
    Route("POST", "/account/password", account.post_password, EDITOR),
    Route("POST", "/account/connect", provider.post_connect, EDITOR),
    Route("POST", "/account/sign-ins", account.post_sign_ins, EDITOR),
    Route("GET", "/people", people.get_people, APPROVER),
    Route("POST", "/people", people.post_people, APPROVER),
    Route("POST", "/reminders/test", people.post_test, APPROVER),
    Route("GET", "/people/{name}", people.get_person, APPROVER),
    Route("POST", "/people/{name}/role", people.post_role, APPROVER),
    Route("POST", "/people/{name}/contact", people.post_contact, APPROVER),
    Route("POST", "/people/{name}/sign-ins", people.post_sign_ins, APPROVER),
    Route("GET", "/people/{name}/code", people.get_sure, APPROVER),
    Route("POST", "/people/{name}/code", people.post_code, APPROVER),
    Route("GET", "/people/{name}/remove", people.get_sure, APPROVER),
    Route("POST", "/people/{name}/remove", people.post_remove, APPROVER),
    Route("GET", "/topics", topics.get_topics, EDITOR),
    Route("GET", "/topics/new", edit.get_topic, EDITOR),
    Route("POST", "/topics/new", edit.post_topic, EDITOR),
    Route("GET", "/topics/{topic}", edit.get_topic, EDITOR),
    Route("POST", "/topics/{topic}", edit.post_topic, EDITOR),
    Route("GET", "/topics/{topic}/given", switch.get_given, EDITOR),
    Route("GET", "/topics/{topic}/off", switch.get_switch, EDITOR),
    Route("POST", "/topics/{topic}/off", switch.post_off, EDITOR),
    Route("GET", "/topics/{topic}/on", switch.get_switch, APPROVER),
    Route("POST", "/topics/{topic}/on", switch.post_on, APPROVER),
    Route("GET", "/topics/{topic}/approve", switch.get_switch, APPROVER),
    Route("POST", "/topics/{topic}/approve", switch.post_approve, APPROVER),
    Route("GET", "/texts", resident_texts.get_texts, EDITOR),
    Route("GET", "/texts/{key}", resident_texts.get_text, EDITOR),
    Route("POST", "/texts/{key}", resident_texts.post_text, EDITOR),
    Route("POST", "/texts/{key}/back", resident_texts.post_back, EDITOR),
    Route("GET", "/spreadsheet", spreadsheet.get_spreadsheet, EDITOR),
    Route("POST", "/spreadsheet", spreadsheet.post_spreadsheet, EDITOR),
    Route("POST", "/spreadsheet/import", spreadsheet.post_import, EDITOR),
    Route("GET", "/spreadsheet/{name}", spreadsheet.get_export, EDITOR),
    Route("GET", "/try", tryout.get_try, EDITOR),
    Route("POST", "/try", tryout.post_try, EDITOR),
    Route("GET", "/asked", review.get_asked, EDITOR),
    Route("GET", "/asked/{group}", review.get_group, EDITOR),
    Route("POST", "/asked/{group}/belongs", review.post_belongs, EDITOR),
    Route("POST", "/asked/{group}/out-of-scope", review.post_out_of_scope, EDITOR),
    Route("POST", "/asked/{group}/draft", review.post_draft, EDITOR),
    Route("POST", "/asked/{group}/discard", review.post_discard, EDITOR),
    Route("GET", "/directory", directory.get_directory, EDITOR),
    Route("GET", "/directory/{table}.csv", directory.get_table, EDITOR),
    Route("POST", "/directory/pull", directory.post_pull, EDITOR),
    Route("POST", "/directory/tables", directory.post_tables, EDITOR),
    Route("POST", "/directory/replace", directory.post_replace, APPROVER),
    Route("GET", "/directory/undo", service.get_undo, APPROVER),
    Route("POST", "/directory/undo", directory.post_undo, APPROVER),
    Route("GET", "/directory/withheld", withheld.get_withheld, EDITOR),
    Route("POST", "/directory/withheld", withheld.post_withheld, APPROVER),
    Route("GET", "/directory/services/{service}", service.get_service, EDITOR),
    Route("POST", "/directory/services/{service}", service.post_service, EDITOR),
    Route("POST", "/directory/services/{service}/called", service.post_called, EDITOR),
    Route("GET", "/directory/services/{service}/change", service.get_change, EDITOR),
    Route("POST", "/directory/services/{service}/change", service.post_change, APPROVER),
    Route("GET", "/directory/services/{service}/remove", service.get_remove, APPROVER),
    Route("POST", "/directory/services/{service}/remove", service.post_remove, APPROVER),
    Route("GET", "/release", release.get_release, EDITOR),
    Route("GET", "/release/events", release.get_events, EDITOR),
    Route("POST", "/release/train", release.post_train, EDITOR),
    Route("POST", "/release/publish", release.post_publish, APPROVER),
    Route("GET", "/release/undo", undo.get_undo, APPROVER),
    Route("POST", "/release/undo", undo.post_undo, APPROVER),
    Route("GET", "/release/{version}", release.get_report, EDITOR),
    Route("GET", "/upgrade", upgrade.get_upgrade, APPROVER),
    Route("POST", "/upgrade", upgrade.post_upgrade, APPROVER),
    Route("POST", "/upgrade/undo", upgrade.post_undo, APPROVER),
    Route("GET", "/history", history.get_history, EDITOR),
    Route("GET", "/use", usage.get_use, EDITOR),
)


def create_console(settings: Settings) -> web.Application:
    """Return the console for the content, models and staff data that the settings name."""
    app = web.Application(
        client_max_size=MOST_BYTES, middlewares=[take_time(SECONDS_WAITED), cookies, errors, guard]
    )
    check_console(settings)
    shared = Release.of(settings, "", lambda text: None)  # pages put the name of who asks in it
    store, audit = shared.store, shared.audit
    accounts = Accounts(audit.database, audit)
    app[keys.ACCOUNTS] = accounts
    app[keys.ASSETS] = Assets(FOLDER / "static")
    app[keys.AUDIT] = audit
    app[keys.BROUGHT] = Pending()
    app[keys.DATABASE] = audit.database
    app[keys.CONTENT_CACHE] = ContentCache(
        settings.content_dir, settings.resources_dir, store, shared.serving, shared.off
    )
    app[keys.CITY_SIGN_IN] = CitySignIn.of(settings)
    app[keys.LIVE_CHECK] = LiveCheck(settings.content_dir)
    app[keys.LOOKED_FOR] = Pending()
    app[keys.RELEASE] = shared
    app[keys.REMINDERS] = Reminders(settings, accounts)
    app[keys.RUNS] = Runs(settings.data_dir)
    app[keys.SERVING] = shared.serving
    app[keys.SESSIONS] = Sessions()
    app[keys.SETTINGS] = settings
    app[keys.SIGN_IN] = SignIn(accounts)
    app[keys.SIGN_IN_THREADS] = ThreadPoolExecutor(4)
    app[keys.KNOWN_THREADS] = ThreadPoolExecutor(2)
    app[keys.STORE] = store
    app[keys.STRINGS] = read_page_texts(*sorted((FOLDER / "texts").glob("*.yml")))
    app[keys.TEMPLATES] = create_templates()
    app[keys.TEXT_CHECK] = TextCheck(settings.content_dir)
    app[keys.TOPICS_OFF] = shared.off
    app[keys.TRIALS] = Trials()
    app[keys.TRY_OUT] = TryOut()
    app[keys.WARMING_UP] = set()
    app[keys.UPLOADS] = Pending()
    app.on_cleanup.append(_close)
    app.cleanup_ctx.append(people.remind_weekly)
    roles = {}
    for route in ROUTES:
        added = app.router.add_route(route.method, route.path, route.handler)
        assert added.resource is not None  # noqa: S101 - only a route without an address has none
        roles[route.method, added.resource.canonical] = route.role
    app.router.add_get("/static/{name}", app[keys.ASSETS].serve)
    app[keys.ROLES] = roles
    app.on_response_prepare.append(add_headers)
    return app


async def _close(app: web.Application) -> None:
    for task in app[keys.WARMING_UP]:
        task.cancel()
    await app[keys.TRIALS].close()
    await app[keys.TRY_OUT].close()
    for threads in (app[keys.SIGN_IN_THREADS], app[keys.KNOWN_THREADS]):
        threads.shutdown(wait=False)
    if city := app[keys.CITY_SIGN_IN]:
        city.threads.shutdown(wait=False)
