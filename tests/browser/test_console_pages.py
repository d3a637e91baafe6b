"""Every page of the console in every state, in Chromium: for axe, on a small phone, and by keyboard alone."""

from __future__ import annotations

import datetime
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import insert

import bot.staff.upgrade
from bot.clock import current_date, week_of
from bot.console import keys
from bot.console.uploads import uploaded
from bot.content.home import copy_content
from bot.content.paths import BASE
from bot.database.engine import Database
from bot.database.review_queue import NOT_HELPFUL, NOT_UNDERSTOOD, OFFERED, ReviewQueue
from bot.database.tables import FEEDBACK, USAGE
from bot.editing.sheet.exporting import export
from bot.training.models import Model, ModelStore
from bot.training.publishing import ServingStatus
from tests.browser.conftest import SMALL_PHONE, OpenVisit, Visit
from tests.conftest import SMALL_CONTENT
from tests.helpers.clerks import APPROVER, EDITOR, PASSWORD, Console, open_console
from tests.helpers.models import add_untrained
from tests.helpers.providers import provider
from tests.helpers.situations import write_situation
from tests.helpers.waiting import until

DESK = {"width": 1200, "height": 800}
# Of radio buttons in a group Tab reaches one.
_HOLDING_FOCUS = (
    "a[href], button, input:not([type=hidden], [type=radio]:not(:checked)), select, textarea, summary, "
    "[tabindex='0']"
)
_WRONG, _SHORT = "another long password", "short"
# Opens all that is folded.
_OPEN = "() => document.querySelectorAll('details').forEach((e) => { e.open = true; })"
# Marks what gets the focus, and what shows nothing of it.
_WATCH_FOCUS = """(holding) => {
  window.reached = new Set();
  window.unseen = new Set();
  window.wanted = [...document.querySelectorAll(holding)].filter((e) => e.checkVisibility());
  document.activeElement.blur();
  document.addEventListener("focusin", ({ target }) => {
    window.reached.add(target);
    const style = getComputedStyle(target);
    if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) window.unseen.add(target);
  });
}"""
_MISSED = """() => [...window.wanted.filter((e) => !window.reached.has(e)), ...window.unseen]
  .map((e) => e.outerHTML.slice(0, 120))"""

# Shows what a page holds behind headings that one opens.
_OPEN_ALL = "() => document.querySelectorAll('details').forEach((each) => { each.open = true; })"


@pytest.fixture
async def console(tmp_path: Path, content_copy: Path) -> AsyncIterator[Console]:
    """A console on a copy of the small content, with nothing trained yet."""
    async with open_console(content_copy, tmp_path / "var") as console:
        yield console


@pytest.fixture
async def office(small_model: Model, tmp_path: Path) -> AsyncIterator[Console]:
    """A console on a copy of the small content, with its model, and another one of the same questions."""
    content, data = tmp_path / "office", tmp_path / "var"
    copy_content(SMALL_CONTENT, content)
    for version in (small_model.version, "stopped"):
        shutil.copytree(small_model.folder, data / "models" / version)
    ModelStore(data).publish(small_model.version)
    async with open_console(content, data) as console:
        yield console


@pytest.fixture(params=[("en", DESK), ("es", SMALL_PHONE)], ids=["desk-en", "phone-es"])
async def clerk(request: pytest.FixtureRequest, open_visit: OpenVisit) -> ClerkAtWork:
    """A browser in which nobody is signed in, wide and in English, or small and in Spanish."""
    return ClerkAtWork(open_visit, *request.param)


class ClerkAtWork:
    """Somebody who opens one page of a console after another."""

    def __init__(self, open_visit: OpenVisit, language: str, viewport: dict[str, int]) -> None:
        self._open_visit, self._language, self._viewport = open_visit, language, viewport
        self._visit: Visit | None = None

    @property
    def page(self) -> Page:
        """The page that is open."""
        assert self._visit is not None
        return self._visit.page

    @property
    def complaints(self) -> list[str]:
        """What the pages should not have done."""
        assert self._visit is not None
        return self._visit.complaints

    async def open(self, console: Console) -> None:
        """Open the sign-in page."""
        self._visit = await self._open_visit(console.url, viewport=self._viewport, locale=self._language)
        await self.go("/sign-in")

    async def sign_in(self, console: Console, name: str = APPROVER) -> None:
        """Sign in, as somebody who sees one page after another."""
        await self.open(console)
        await self.send(name=name, password=PASSWORD)

    async def go(self, path: str) -> None:
        """Open a page."""
        assert self._visit is not None
        await self._visit.go(path)

    async def send(self, action: str = "", **fields: str) -> None:
        """Fill in fields of the form they stand in, and send it by its main button or that of an action."""
        for name, value in fields.items():
            await self.page.locator(f"main [name={name}]").first.fill(value)
        form = self.page.locator(f'main form[action$="{action}"]') if action else self.page.locator("main")
        async with self.page.expect_navigation():
            await form.locator("button").first.click()

    async def upload(self, action: str, file: Path) -> None:
        """Bring in a file."""
        form = self.page.locator(f'form[action="{action}"]')
        await form.locator("input[type=file]").set_input_files(file)
        async with self.page.expect_navigation():
            await form.locator("button").click()

    async def look(self, shows: str) -> None:
        """Assert that something is shown, that axe finds nothing, and that all is reached by Tab or fits."""
        assert self._visit is not None
        await expect(self.page.locator(shows).locator("visible=true").first).to_be_visible()
        await self._visit.check_accessible()
        if self._viewport == DESK:
            assert await self.missed() == []
        else:
            await self._visit.check_fits()

    async def missed(self) -> list[str]:
        """Press Tab all through the page; return what it has not reached, or does not show to be reached."""
        rounds = 0
        await self.page.evaluate(_WATCH_FOCUS, _HOLDING_FOCUS)
        while rounds < 2:  # it goes on from where the focus was before
            await self.page.keyboard.press("Tab")
            rounds += await self.page.evaluate("() => document.activeElement === document.body")
        missed: list[str] = await self.page.evaluate(_MISSED)
        return missed


async def test_a_new_release(
    console: Console, clerk: ClerkAtWork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With nothing new, with what both have changed and what the release has, with a mistake, and done."""
    root = console.settings.content_dir
    program = Path(shutil.copytree(root, tmp_path / "program"))
    copy_content(program, root / BASE)
    monkeypatch.setattr(bot.staff.upgrade, "PROJECT_ROOT", program)
    await clerk.sign_in(console)
    await clerk.go("/upgrade")
    await clerk.look("main .notice")
    for folder, title in ((program, "The card"), (root, "Our card")):
        file = folder / "data/faq/red_card.yml"
        text = file.read_text(encoding="utf-8").replace("en: The red card", f"en: {title}")
        file.write_text(text, encoding="utf-8")
    texts = program / "domain.yml"
    texts.write_text(texts.read_text("utf-8").replace("English greet", "Good day " * 20), encoding="utf-8")
    await clerk.go("/")
    await clerk.look("main a[href='/upgrade']")
    await clerk.go("/upgrade")
    await clerk.page.locator("details summary").last.click()
    await clerk.look("main fieldset")
    await clerk.page.locator("[name=now-0]").check()
    await clerk.send("/upgrade")
    await clerk.look("main .failure")
    await clerk.page.locator("[name=choice-0-0]").nth(1).check()
    await clerk.send("/upgrade")
    await clerk.look("main .notice")


async def test_signing_in(console: Console, clerk: ClerkAtWork) -> None:
    """Also where the name is wrong, one has to wait, or was signed out while writing."""
    await clerk.open(console)
    await clerk.look("#password")
    await clerk.send(name=EDITOR, password=_WRONG)
    await clerk.look(".failure")
    for _ in range(5):
        await clerk.send(name=EDITOR, password=_WRONG)
    await clerk.look(".failure")
    await clerk.send(name=APPROVER, password=PASSWORD)
    await clerk.go("/topics/red_card")
    await clerk.page.fill("#title_en", "What I have written")
    console.app[keys.SESSIONS]._known.clear()
    await clerk.page.locator("button[value=save]").click()
    await clerk.look(".notice")
    await clerk.send(name=APPROVER, password=PASSWORD)
    await clerk.look(".notice")


async def test_people(console: Console, clerk: ClerkAtWork) -> None:
    """All of them, one who cannot be added, a code, a person and oneself, before a code and a removal."""
    await clerk.sign_in(console)
    await clerk.go("/people")
    await clerk.look("#add")
    await clerk.send("/people", name="señor")
    await clerk.look("[role=alert]")
    await clerk.send("/people", name="maria.lopez")
    await clerk.look(".code")
    await clerk.go("/people")
    await clerk.look("tbody .state")
    await clerk.go(f"/people/{EDITOR}")
    await clerk.look("#email")
    await clerk.send("/contact", email="ana@hpca.gov")
    await clerk.look("[role=status]")
    for action in ("code", "remove"):
        await clerk.go(f"/people/{EDITOR}/{action}")
        await clerk.look("main form")
    await clerk.go(f"/people/{APPROVER}")
    await clerk.look("#email")


async def test_a_link_with_a_code_fills_in_the_form(console: Console, clerk: ClerkAtWork) -> None:
    """The code stands in the address no more; then one's own account, with a password that is not right."""
    _, code = console.app[keys.ACCOUNTS].invite("test", "maria.lopez", "editor")
    await clerk.open(console)
    await clerk.go(f"/welcome#maria.lopez/{code}")
    await expect(clerk.page.locator("#code")).to_have_value(code)
    assert clerk.page.url.endswith("/welcome")
    await clerk.look("#welcome")
    await clerk.send("/welcome", password=_SHORT, again=_SHORT)
    await clerk.look("[role=alert]")
    await clerk.send("/welcome", code=code, password=PASSWORD, again=PASSWORD)
    await clerk.look("[role=status]")
    await clerk.send("/account/password", old=_WRONG, password=PASSWORD, again=PASSWORD)
    await clerk.look("[role=alert]")


async def test_signing_in_through_the_city(tmp_path: Path, content_copy: Path, clerk: ClerkAtWork) -> None:
    """There and back in a real browser, which keeps cookies to itself on the way; and one who is refused."""
    (tmp_path / "provider").mkdir()
    with provider(tmp_path / "provider") as issuer:
        more = {"oidc_issuer": issuer, "oidc_client_id": "console", "oidc_client_secret": "of a test"}
        async with open_console(content_copy, tmp_path / "var", **more) as console:
            console.app[keys.ACCOUNTS].set_contact("test", EDITOR, "ana@hpca.gov", "es")
            await clerk.open(console)
            await clerk.look("a[href^='/provider/begin']")
            for person, shows in (("city-clara", ".failure"), ("city-ana", ".who a[href='/account']")):
                assert clerk.complaints == []
                await clerk.page.evaluate(
                    "(url) => { window.location = url; }", "/provider/begin?path=/topics"
                )
                await clerk.page.wait_for_url(f"{issuer}/**")
                async with clerk.page.expect_event("framenavigated"):
                    await clerk.page.locator(f"button[value={person}]").click()
                await clerk.page.wait_for_url(f"{console.url}/*")
                clerk.complaints.clear()  # the provider's page is not ours
                await clerk.look(shows)
            await clerk.go("/account")
            await clerk.look("main h2")


async def test_what_is_refused(console: Console, clerk: ClerkAtWork) -> None:
    """A page that is not there, one for others, and a form that is too old."""
    await clerk.sign_in(console, EDITOR)
    await clerk.go("/nothing")
    await clerk.look(".failure")
    await clerk.go("/topics/red_card/approve")
    await clerk.look(".failure")


async def test_topics(console: Console, clerk: ClerkAtWork) -> None:
    """All of them, one with a situation under it, none, and with a file that cannot be read."""
    write_situation(console.settings.content_dir, "lost", "A lost card", "Perdí una")
    await clerk.sign_in(console)
    await clerk.go("/topics")
    await clerk.look("tbody tr")
    await clerk.go("/topics?q=nothing")
    await clerk.look("main > p")
    console.topic_file("bond").write_text("topic: [", encoding="utf-8")
    await clerk.go("/topics")
    await clerk.look(".failure")


async def test_editing_a_topic(console: Console, clerk: ClerkAtWork) -> None:
    """As it is, while one writes, with mistakes, seen as residents will, saved, and changed by two."""
    await clerk.sign_in(console)
    await clerk.go("/topics/red_card")
    await clerk.look("#edit")
    await clerk.page.fill("#title_en", "T" * 61)
    await clerk.look("#problems-title_en .problem")
    await clerk.page.locator("button[value=save]").click()
    await clerk.look("[role=alert]")
    await clerk.page.fill("#title_en", "Another title")
    await clerk.page.locator("button[value=look]").click()
    await clerk.look(".diff ins")
    file = console.topic_file("red_card")
    theirs = file.read_text(encoding="utf-8").replace("The red card", "Their title")
    file.write_text(theirs, encoding="utf-8")
    await clerk.page.locator("button[value=save]").click()
    await clerk.look(".theirs")
    await clerk.page.locator("button[value=save]").click()
    await clerk.look(".notice")
    await clerk.go("/topics/new")
    await clerk.look("#subject")


async def test_editing_a_situation(console: Console, clerk: ClerkAtWork) -> None:
    """From its topic, as it is and seen as residents will, with what goes beyond the first screen."""
    write_situation(console.settings.content_dir, "lost", "A lost card", "Perdí una")
    await clerk.sign_in(console)
    await clerk.go("/topics/red_card")
    await clerk.look("nav a[href='/topics/red_card.lost']")
    await clerk.go("/topics/red_card.lost")
    await clerk.look("#edit")
    for language in ("en", "es"):
        field = clerk.page.locator(f"#answer_{language}")
        await field.fill(f"{await field.input_value()}\n\n+++\n- 211")
    await clerk.page.locator("button[value=look]").click()
    await clerk.look(".preview h5")
    await clerk.go("/topics/new?of=red_card")
    await clerk.page.evaluate(_OPEN_ALL)
    await clerk.look("#id")


async def test_other_texts(console: Console, clerk: ClerkAtWork) -> None:
    """All, some, none; and one: while one writes, with mistakes, saved, changed by two, with its history."""
    add_untrained(console.app[keys.STORE], "1")
    console.app[keys.STORE].publish("1")
    await clerk.sign_in(console)
    await clerk.go("/texts")
    await clerk.look("details.texts summary")
    await clerk.go("/texts?q=greet")
    await clerk.look("details.texts a")
    await clerk.go("/texts?q=nothingatall")
    await clerk.look("main > p")
    await clerk.go("/texts/utter_choose_again")
    await clerk.look("#edit")
    await clerk.page.fill("#text_en", "Choose one")
    await clerk.look("#problems-text_en .problem")
    await clerk.page.locator("button[value=save]").click()
    await clerk.look("[role=alert]")
    await clerk.page.fill("#text_en", "Choose 1 to NUMBER")
    await clerk.page.fill("#text_es", "Escoja del 1 al NUMBER")
    await clerk.page.locator("button[value=look]").click()
    await clerk.look(".diff ins")
    domain = console.settings.content_dir / "domain.yml"
    theirs = domain.read_text(encoding="utf-8").replace("English choose again", "Theirs")
    domain.write_text(theirs, encoding="utf-8")
    await clerk.page.locator("button[value=save]").click()
    await clerk.look(".theirs")
    await clerk.page.locator("button[value=save]").click()
    await clerk.look("[role=status]")
    await clerk.look("form[action$='/back'] button")
    await clerk.go("/texts?show=waiting")
    await clerk.look("details.texts .state")
    await clerk.go("/release")
    await clerk.page.evaluate("() => document.querySelectorAll('details').forEach((e) => { e.open = true; })")
    await clerk.look("details .diff ins")


async def test_the_emergency_text_is_changed_in_both_languages(
    console: Console, open_visit: OpenVisit
) -> None:
    """Four clicks beside typing: the list, the group, the text, save; then two to see it wait."""
    add_untrained(console.app[keys.STORE], "1")
    console.app[keys.STORE].publish("1")
    clerk = ClerkAtWork(open_visit, "en", DESK)
    await clerk.sign_in(console)
    page = clerk.page
    await page.get_by_role("link", name="Other texts").click()
    await page.get_by_text("Agents are here now: somebody is being taken or hurt").click()
    await page.get_by_role("link", name="Agents are here (place not known)").click()
    await page.fill("#text_en", "Do not run.\n\n> I want a lawyer.")
    await page.fill("#text_es", "No corra.\n\n> I want a lawyer.")
    await expect(page.locator("#look blockquote")).to_have_count(2)
    await expect(page.locator("#look")).to_contain_text("No corra.")
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator("[role=status]").first).to_contain_text("Residents get the text from before")
    await page.get_by_role("link", name="Publish", exact=True).click()
    await page.get_by_text("Other texts that say something else than residents get now: 1").click()
    await expect(page.locator("details ins").first).to_be_visible()


async def test_turning_off_on_and_approving(console: Console, clerk: ClerkAtWork) -> None:
    """Before it is done; and where the reason is missing, nobody may do it twice, or its author."""
    await clerk.sign_in(console)
    await clerk.go("/topics/red_card/off")
    await clerk.look("#reason")
    await clerk.send("/off", reason=" ")
    await clerk.look(".failure")
    with console.app[keys.RUNS]._held("off"):
        await clerk.send("/off", reason="a test")
        await clerk.look(".failure")
    for action in ("on", "approve"):
        await clerk.go(f"/topics/red_card/{action}")
        await clerk.look("main form")
    await clerk.go("/topics/red_card/given")
    await clerk.look(".preview, main p")


async def test_what_residents_will_get_and_get(console: Console, clerk: ClerkAtWork) -> None:
    """Beside what is published: a text that is changed, situations that go with it, and undoing all of it."""
    content, store = console.settings.content_dir, ModelStore(console.settings.data_dir)
    write_situation(content, "lost", "A lost card", "Perdí una")
    for version in ("20261126-042850-0a1b2c3d", "20261127-042850-0a1b2c3d"):
        add_untrained(store, version, content=content)
        store.publish(version)
        file = console.topic_file("red_card")
        file.write_text(file.read_text("utf-8").replace("The red card", "The red  card", 1), "utf-8")
    console.app[keys.TOPICS_OFF].add("food_assistance")
    await clerk.sign_in(console)
    for action in ("off", "on", "approve"):
        await clerk.go(f"/topics/red_card/{action}")
        await clerk.look(".preview")
    await clerk.go("/topics/red_card.lost/off")
    await clerk.look(".preview")
    await clerk.go("/topics/food_assistance/given")
    await clerk.look(".state.off")
    await clerk.go("/release/undo")
    await clerk.look("main form button.danger")


async def test_spreadsheets(console: Console, clerk: ClerkAtWork, tmp_path: Path) -> None:
    """What would change, what is wrong by cell, what is no spreadsheet, and what is done."""
    sheet, wrong, none = tmp_path / "good.csv", tmp_path / "wrong.csv", tmp_path / "none.xlsx"
    export(console.settings.content_dir, sheet)
    text = sheet.read_text(encoding="utf-8-sig")
    wrong.write_text(text.replace("rights", "rihgts"), encoding="utf-8")
    sheet.write_text(text.replace("The red card", "Red card"), encoding="utf-8")
    none.write_bytes(b"PK")
    await clerk.sign_in(console)
    await clerk.go("/spreadsheet")
    await clerk.look("#sheet")
    for file, shows in ((wrong, "[role=alert] td"), (none, "[role=alert]"), (sheet, ".changes li")):
        await clerk.upload("/spreadsheet", file)
        await clerk.look(shows)
    await clerk.send("/spreadsheet/import")
    await clerk.look("[role=status]")


async def test_the_directory(console: Console, clerk: ClerkAtWork, tmp_path: Path) -> None:
    """What would change in it, what is wrong, what is done, and what somebody else has brought."""
    table = tmp_path / "services.csv"
    text = (console.settings.resources_dir / "services.csv").read_text(encoding="utf-8")
    await clerk.sign_in(console)
    await clerk.go("/directory")
    await clerk.look("tbody tr")
    table.write_text(text.replace("211 LA County", "<b>"), encoding="utf-8")
    await clerk.page.locator("details:has(#tables) > summary").click()
    await clerk.look("#tables")
    await clerk.upload("/directory/tables", table)
    await clerk.look(".failure")
    await clerk.go("/directory")
    await clerk.page.locator("details:has(#tables) > summary").click()
    table.write_text(text.replace("211 LA County", "Line 211"), encoding="utf-8")
    await clerk.upload("/directory/tables", table)
    await clerk.look(".changes li")
    await clerk.send("/directory/replace")
    await clerk.look("[role=status]")
    console.app[keys.BROUGHT].keep(EDITOR, uploaded({"services.csv": text.encode()}))
    await clerk.go("/directory")
    await clerk.look("main .notice")
    await clerk.page.locator("main .notice a").click()
    await clerk.look(".changes li")


async def test_today(console: Console, clerk: ClerkAtWork) -> None:
    """With nothing published, with things that wait and an answer that is off, with its help, and down."""
    await clerk.sign_in(console)
    await clerk.look(".failure")
    store = ModelStore(console.settings.data_dir)
    for version in ("20261126-042850-0a1b2c3d", "20261127-180831-4e5f6a7b"):
        add_untrained(store, version)
        store.publish(version)
    ReviewQueue(console.app[keys.DATABASE]).add("what is a bond", "en")
    console.app[keys.TOPICS_OFF].add("red_card")
    await clerk.go("/")
    await clerk.look(".tasks li")
    serving = console.app[keys.SERVING]
    with serving.held(), console.app[keys.RUNS]._held("training"):
        serving.write(ServingStatus("20261126-042850-0a1b2c3d"))
        await clerk.go("/")
        await clerk.page.locator(".help summary").click()
        await clerk.look(".help dt")


async def test_find(console: Console, clerk: ClerkAtWork) -> None:
    """From the box at the top: what is found with its places, nothing, and what is not here any more."""
    await clerk.sign_in(console)
    await clerk.go("/topics")
    for words, shows in (("card rights", "mark"), ("nonsense", "[role=status]")):
        await clerk.page.fill("[name=words]", words)
        async with clerk.page.expect_navigation():
            await clerk.page.press("[name=words]", "Enter")
        await clerk.look(shows)
    await clerk.go("/find?of=gone")
    await clerk.look(".notice")


async def test_a_wrong_sentence_is_found_and_mended_in_five_clicks(
    console: Console, open_visit: OpenVisit
) -> None:
    """Beside what is typed: the box, its button, the place, the field, and Save."""
    visit = await open_visit(console.url, viewport=DESK, locale="en")
    page, clicks = visit.page, 0

    async def click(selector: str) -> None:
        nonlocal clicks
        clicks += 1
        await page.locator(selector).click()

    await visit.go("/")
    await page.fill("#name", EDITOR)
    await page.fill("#password", PASSWORD)
    await page.press("#password", "Enter")
    await expect(page.get_by_role("heading", name="Today")).to_be_visible()
    await click("#everywhere")
    await page.keyboard.type("LA TARJETA DICE SUS DERECHOS")
    await click(".look button")
    await click("a[href='/topics/red_card#answer_es']")
    await expect(page.locator("#answer_es")).to_be_in_viewport()
    await click("#answer_es")
    await page.keyboard.press("Control+Home")
    await page.keyboard.press("Shift+End")
    await page.keyboard.type("La tarjeta roja dice sus derechos.")
    await click("button[value=save]")
    await page.wait_for_url("**/topics/red_card?saved*")
    assert "La tarjeta roja dice sus derechos." in console.topic_file("red_card").read_text(encoding="utf-8")
    assert clicks == 5


async def test_a_service(console: Console, clerk: ClerkAtWork) -> None:
    """A new one and one that is there, all of it open; with mistakes, before it is saved, and after."""
    file = console.topic_file("red_card")
    text = file.read_text(encoding="utf-8").replace("  group:", "  call: [211-la]\n  group:", 1)
    file.write_text(text, encoding="utf-8")
    await clerk.sign_in(console)
    for service in ("new", "211-la", "hp-with-you"):
        await clerk.go(f"/directory/services/{service}")
        await clerk.page.evaluate(_OPEN)
        await clerk.look("[id='phones-0-number']")
    form = "/directory/services/211-la"
    await clerk.go(form)
    await clerk.send(form, **{"phones-0-number": "323 55"})
    await clerk.look(".problem")
    await clerk.page.fill("[id='phones-0-number']", "323 584 6254")
    await clerk.page.get_by_role("button", name=re.compile("Show what changes|Ver qué cambia")).click()
    await clerk.look("ins")
    await clerk.send("/change")
    await clerk.look("[role=status]")
    for path in (f"{form}/remove", "/directory/undo", "/directory/withheld"):
        await clerk.go(path)
        await clerk.look("main a")
    await clerk.go("/directory?only=uncalled")
    await clerk.look("tbody tr")
    await clerk.go("/directory?q=submarine")
    await clerk.look("main p")


async def test_history(console: Console, clerk: ClerkAtWork) -> None:
    """With entries, checked, damaged, and with none."""
    await clerk.sign_in(console)
    await clerk.go("/history?verify=1")
    await clerk.look("[role=status]")
    await clerk.go("/history?subject=nothing")
    await clerk.look("main p")
    with Database.of(console.settings).transaction() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_log_DELETE")
        connection.exec_driver_sql("DELETE FROM audit_log WHERE number = 2")
    await clerk.go("/history?verify=1")
    await clerk.look("[role=alert]")


async def test_use(console: Console, clerk: ClerkAtWork) -> None:
    """Nothing yet, and three weeks of it."""
    await clerk.sign_in(console)
    await clerk.go("/use")
    await clerk.look("main p")
    with Database.of(console.settings).transaction() as connection:
        for weeks in (1, 2, 3):
            week = week_of(current_date() - datetime.timedelta(weeks=weeks))
            for kind, value, count in (
                ("topic", "red_card", 40 * weeks),
                ("topic", "bond", 7),
                ("language", "es", 30 * weeks),
                ("language", "en", 12),
                ("channel", "web", 25),
                ("channel", "sms", 3),
                ("outcome", "answer", 35),
            ):
                row = {"week": week, "kind": kind, "value": value, "count": count}
                connection.execute(insert(USAGE), [row])
            row = {"week": week, "topic": "red_card", "language": "es"}
            connection.execute(insert(FEEDBACK), [{**row, "helpful": True, "count": 12}])
    await clerk.go("/use")
    await clerk.look("svg .bar")
    await clerk.page.evaluate(_OPEN)
    await clerk.look("details table")


async def test_questions_asked_in_vain(console: Console, clerk: ClerkAtWork) -> None:
    """None, some, a group of them, one that cannot be taken, and before and after something is done."""
    await clerk.sign_in(console)
    await clerk.go("/asked")
    await clerk.look("main p")
    queue = ReviewQueue(console.app[keys.DATABASE])
    queue.add("how do they decide the amount of the bond", "en", reason=OFFERED)
    queue.add("how do they decide the amount of a bond", "en", reason=NOT_UNDERSTOOD)
    queue.add("¿cuánto se paga de fianza?", "es", reason=NOT_HELPFUL, topic="red_card")
    await clerk.go("/asked")
    await clerk.look("tbody tr")
    group = await clerk.page.locator("tbody a").first.get_attribute("href")
    assert group is not None
    await clerk.go(group)
    await clerk.look("[type=checkbox]")
    await clerk.page.locator("[type=checkbox]").first.uncheck()
    await clerk.page.fill("#text", "how *** they decide it")
    await clerk.page.select_option("#other", "red_card")
    await clerk.page.locator("button[formaction$='/belongs']").last.click()
    await clerk.look("[role=alert]")
    await clerk.page.fill("#text", "how do they decide it in court")
    await clerk.page.locator("button[formaction$='/belongs']").last.click()
    await clerk.look("[role=status]")
    await clerk.page.locator("tbody a").first.click()
    await clerk.page.locator("main button.danger").click()
    await clerk.look("main form")


async def test_training_and_publishing(console: Console, clerk: ClerkAtWork) -> None:
    """Before the first model, while something is under way, and where it has failed."""
    await clerk.sign_in(console)
    await clerk.go("/release")
    await clerk.look("h2")
    runs = console.app[keys.RUNS]
    runs.start({"kind": "publish", "version": "nothing", "despite": ""}, "ana")
    await expect(clerk.page.locator("main")).to_be_visible()
    await until(lambda: not any(run.running for run in runs.each()))
    await clerk.go("/release")
    await clerk.look(".failure")
    file = runs._file("release")
    file.write_text(file.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    with runs._held("release"):
        await clerk.go("/topics")
        await clerk.look(".running")
        await clerk.go("/release")
        await clerk.look("progress")


@pytest.mark.slow
async def test_what_a_model_makes_of_questions(office: Console, open_visit: OpenVisit) -> None:
    """Trying one that is answered and one that is not; what a group gets now; and the report on a model."""
    file = office.topic_file("red_card")
    text = file.read_text(encoding="utf-8")
    ReviewQueue(office.app[keys.DATABASE]).add("se me olvidó mi cita con el juez", "es")
    for clerk in (ClerkAtWork(open_visit, "en", DESK), ClerkAtWork(open_visit, "es", SMALL_PHONE)):
        await clerk.sign_in(office)
        await clerk.go("/try")
        await clerk.look("#text")
        await clerk.send("/try", text="qué es la tarjeta roja")
        await clerk.look(".words .for")
        await clerk.send("/try", text="what is the best pizza")
        await clerk.look(".words")
        await clerk.go("/asked")
        await clerk.page.locator("tbody a").first.click()
        await clerk.look("#other")
        await clerk.go(f"/release/{office.app[keys.STORE].published_version()}")
        await clerk.look(".state.pass")
        file.write_text(text.replace("  group:", "  enabled: false\n  group:", 1), encoding="utf-8")
        await clerk.go("/release/stopped")
        await clerk.look(".state.stop")
        await clerk.send("/publish")
        await clerk.look(".failure")
        file.write_text(text, encoding="utf-8")


async def test_a_topic_is_changed_and_turned_off_without_a_mouse(
    console: Console, open_visit: OpenVisit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From signing in to what comes of it: Tab, letters, Space and Enter."""
    monkeypatch.setenv("KYR_CONTENT_DIR", str(console.settings.content_dir))
    visit = await open_visit(console.url, viewport=DESK, locale="en")
    page, press = visit.page, visit.page.keyboard.press

    async def tab_to(name: str) -> None:
        for _ in range(200):
            await press("Tab")
            if await page.locator(f"{name}:focus").count():
                return
        pytest.fail(f"{name} is not reached")

    await visit.go("/")
    await tab_to("#name")
    await page.keyboard.type(EDITOR)
    await tab_to("#password")
    await page.keyboard.type(PASSWORD)
    await press("Enter")
    await expect(page.get_by_role("heading", name="Today")).to_be_visible()
    await press("Tab")
    await expect(page.locator(".skip")).to_be_focused()
    await press("Enter")
    await expect(page.locator("#main")).to_be_focused()
    await tab_to("[href='/topics']")
    await press("Enter")
    await page.wait_for_url("**/topics")
    await tab_to("[href='/topics/red_card']")
    await press("Enter")
    await page.wait_for_url("**/topics/red_card")
    await tab_to("#title_en")
    await press("End")
    await page.keyboard.type(" today")
    await tab_to("[value=save]")
    await press("Space")
    await page.wait_for_url("**/topics/red_card?saved")
    assert console.noted("red_card")[0] == (EDITOR, "edit")
    await tab_to("[href$='/off']")
    await press("Enter")
    await tab_to("#reason")
    await page.keyboard.type("It may be wrong")
    await tab_to("form[action$='/off'] button")
    await press("Enter")
    await page.wait_for_url("**/topics/red_card/given")
    await expect(page.locator(".run .state.pass")).to_be_visible()
    assert console.app[keys.TOPICS_OFF].read() == {"red_card"}
