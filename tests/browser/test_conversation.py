"""A conversation on the page, with the whole assistant behind it."""

from __future__ import annotations

import asyncio
import json
import re

import pytest
from playwright.async_api import Route, expect

from bot.content.reading import Content
from bot.database.review_queue import NOT_HELPFUL, Unanswered
from bot.directory.mentions import put_in
from bot.gateway import keys
from tests.browser.conftest import OpenVisit, Visit
from tests.conftest import Service

pytestmark = pytest.mark.slow

# Whether what has the focus lies on top where it begins.
FOCUS_IS_SEEN = """() => {
  const active = document.activeElement;
  const box = active.getBoundingClientRect();
  const top = document.elementFromPoint(box.x + box.width / 2, box.y + Math.min(box.height, 8) / 2);
  return top !== null && (active.contains(top) || top.contains(active));
}"""
# How the Spanish answer to whoever asks about the door begins.
DOOR = "No tiene que abrirle la puerta a ICE"


def first_line(content: Content, answer_id: str) -> str:
    """Return how an answer begins in Spanish, with names and numbers of services put in."""
    said = content.topics[answer_id].answers["es"]
    return put_in(said.screen, content.directory, "es").splitlines()[0]


async def test_a_conversation_in_spanish(visit: Visit) -> None:
    """Question, answer, words to say in English, sources, choice, services to call: all of it fits."""
    page = visit.page
    await visit.go("/es/")
    await visit.ask("si la migra toca a la puerta tengo que abrir")
    answer = page.locator(".message.bot").nth(1)
    await expect(answer).to_have_attribute("lang", "es")
    assert await answer.locator('blockquote[lang="en"]').count() == 1
    await answer.get_by_text("Fuentes").click()
    await expect(answer.locator("details[open] a").first).to_be_visible()
    await visit.check_accessible()
    before = await page.locator(".message.bot").count()
    await answer.locator(".choices button").first.click()
    await page.locator(".message.bot").nth(before).wait_for()
    await visit.ask("abogado gratis cerca de 90255 que hable español")
    call = page.locator(".services a.call").first
    assert (await call.get_attribute("href") or "").startswith("tel:")
    await visit.check_fits()
    await visit.check_accessible()


async def test_a_conversation_in_english(visit: Visit) -> None:
    """With a doubt: topics are offered, one is chosen, and reading goes on at the choice."""
    page = visit.page
    await visit.go("/en/")
    await visit.ask("papers")
    offered = page.locator(".message.bot").last.locator(".choices button")
    title = await offered.first.inner_text()
    await offered.first.click()
    await expect(page.locator(".message.you").last).to_contain_text(title)
    await expect(page.locator(".message.you").last).to_be_focused()
    await expect(page.locator(".message.bot").last).to_have_attribute("lang", "en")
    await visit.check_accessible()


async def test_a_choice_of_a_forgotten_conversation_is_asked_as_a_question(
    visit: Visit, service: Service, project_content: Content
) -> None:
    """Whoever comes back after an hour presses a button that is still there, and gets the answer."""
    page, conversations = visit.page, service.app[keys.CONVERSATIONS]
    await visit.go("/es/")
    await visit.ask("qué es la fianza")
    conversation = conversations.get(await page.evaluate("sessionStorage['kyr-session']"))
    assert conversation is not None
    conversations.forget(conversation)
    no_money = project_content.topics["bond.no_money"]
    choice = page.locator(".choices button", has_text=no_money.title["es"]).last
    await choice.click()
    await expect(page.locator(".message.you")).to_have_count(2)
    said = first_line(project_content, no_money.id)
    await expect(page.locator(".message.bot").nth(3)).to_contain_text(said)
    assert await page.input_value("#message") == "" and await page.inner_text(".failure") == ""


async def test_the_answer_on_privacy_leads_to_the_page_on_it(visit: Visit) -> None:
    """In plain sight, and in its language."""
    await visit.go("/es/")
    await visit.ask("guardan lo que escribo aquí")
    await visit.page.locator(".message a", has_text="Su privacidad").click()
    await expect(visit.page.get_by_role("heading", name="Lo que no se guarda")).to_be_visible()
    assert visit.page.url.endswith("/es/privacidad")


async def test_a_screen_reader_is_told_the_new_answer_and_nothing_else(visit: Visit) -> None:
    """One polite region, and it holds what the bot said last, word for word, in its language."""
    page = visit.page
    await visit.go("/es/")
    assert await page.locator('[aria-live="polite"], [role="status"]').count() == 1
    announced = page.locator('[aria-live="polite"]')
    await visit.ask("what is a judicial warrant")
    said = page.locator(".message.bot").nth(1)
    for paragraph in await said.locator("> p, > ol > li, > ul > li").all_inner_texts():
        await expect(announced).to_contain_text(paragraph)
    assert "what is a judicial warrant" not in (await announced.inner_text())
    assert await announced.locator("> p").first.get_attribute("lang") == "en"
    assert await announced.locator("a, button").count() == 0
    await visit.ask("gracias")
    await expect(announced).not_to_contain_text("warrant")


async def test_the_language_is_switched_in_the_middle(visit: Visit) -> None:
    """The page, the last answer and the next ones; the conversation and what was typed stay."""
    page = visit.page
    await visit.go("/en/")
    await visit.ask("do I have to open the door to ICE")
    before = await page.locator(".message").count()
    await page.fill("#message", "and at work?")
    await page.get_by_role("link", name="Ver esta página en español").click()
    await page.locator(".message").nth(before).wait_for()
    assert page.url.endswith("/es/")
    await expect(page).to_have_title(re.compile("Conozca sus derechos"))
    assert await page.evaluate("document.documentElement.lang") == "es"
    await expect(page.locator(".message").last).to_contain_text(DOOR)
    await expect(page.locator(".message.you").first).to_contain_text("do I have to open the door")
    assert await page.input_value("#message") == "and at work?"
    await expect(page.get_by_role("button", name="Enviar")).to_be_visible()
    await expect(page.get_by_role("link", name="See this page in English")).to_be_focused()
    await visit.check_accessible()
    await page.press("#message", "Enter")
    await expect(page.locator(".message.bot").last).to_have_attribute("lang", "es")


async def test_after_a_reload_the_last_answer_is_there_and_no_word_of_the_person(visit: Visit) -> None:
    """The tab keeps a token; with "back" from a page it is the same."""
    page = visit.page
    await visit.go("/es/")
    await visit.ask("me llamo Ana y la migra toca a la puerta, ¿tengo que abrir?")
    kept = await page.evaluate(
        "[Object.entries(sessionStorage).sort().flat().join(' '), localStorage.length]"
    )
    assert re.fullmatch(r"kyr-mark [\w-]+ kyr-session [\w-]{22}\.[0-9a-f]{32}", kept[0]) and kept[1] == 0
    await page.reload()
    await expect(page.locator(".message.bot").last).to_contain_text(DOOR)
    assert "Ana" not in await page.content()
    await visit.go("/es/bond")
    await page.go_back()
    await expect(page.locator(".message.bot").last).to_contain_text(DOOR)
    await visit.ask("¿y en el trabajo?")
    await expect(page.locator(".message.bot").last).to_contain_text("trabajo")


async def test_starting_over_forgets_here_and_there(visit: Visit, service: Service) -> None:
    """The conversation is off the page and out of the gateway's memory; the box is ready."""
    page = visit.page
    await visit.go("/en/")
    await visit.ask("do I have to open the door to ICE")
    token = await page.evaluate("sessionStorage.getItem('kyr-session')")
    assert service.app[keys.CONVERSATIONS].get(token) is not None
    async with page.expect_request("**/api/forget"):
        await page.get_by_role("button", name="Start over").click()
    assert await page.locator(".message").count() == 1
    await expect(page.locator("#message")).to_be_focused()
    assert await page.evaluate("Object.keys(sessionStorage)") == ["kyr-mark"]
    await visit.ask("hello")
    assert service.app[keys.CONVERSATIONS].get(token) is None
    assert await page.evaluate("sessionStorage.getItem('kyr-session')") != token


async def test_what_is_done_while_an_answer_is_under_way_counts(
    visit: Visit, project_content: Content
) -> None:
    """After starting over no late answer appears; after switching the language it comes in that one too."""
    page, released = visit.page, asyncio.Event()

    async def late(route: Route) -> None:
        await released.wait()
        await route.continue_()

    await visit.go("/en/")
    await visit.ask("hello")
    await page.route("**/api/chat", late)
    await page.fill("#message", "what is a red card")
    await page.press("#message", "Enter")
    await page.get_by_role("button", name="Start over").click()
    released.set()
    await page.wait_for_timeout(1000)
    assert await page.locator(".message").count() == 1
    await visit.ask("hello")
    released.clear()
    await page.fill("#message", "what is a red card")
    await page.press("#message", "Enter")
    await page.get_by_role("link", name="Ver esta página en español").click()
    await expect(page).to_have_title(re.compile("Conozca sus derechos"))
    await expect(page.get_by_role("button", name="Enviar")).to_be_disabled()
    released.set()
    card = first_line(project_content, "red_card")
    await expect(page.locator(".message.bot").last).to_contain_text(card)
    assert await page.input_value("#message") == ""


async def test_the_quick_exit_leaves_nothing_behind(visit: Visit, service: Service) -> None:
    """Another website at once; "back" does not return to the conversation, which is forgotten."""
    page = visit.page
    neutral = "https://www.google.com/"
    await page.route(f"{neutral}**", lambda route: route.fulfill(body="<title>Neutral</title>"))
    await page.goto("about:blank")
    await visit.go("/es/")
    await visit.ask("la migra esta en mi casa")
    token = await page.evaluate("sessionStorage.getItem('kyr-session')")
    await page.get_by_role("link", name="Salir ya").click()
    await expect(page).to_have_title("Neutral")
    assert visit.complaints == [neutral]
    visit.complaints.clear()
    assert service.app[keys.CONVERSATIONS].get(token) is None
    await page.go_back()
    assert page.url == "about:blank"


async def test_a_page_that_the_browser_kept_for_back_shows_no_ended_conversation(
    open_visit: OpenVisit, service: Service
) -> None:
    """Not after the quick exit, from whatever page, and not after starting over; else it is as it was."""
    visit = await open_visit(service.url, keeps_pages=True)
    page = visit.page
    neutral = "https://www.google.com/"
    await page.route(f"{neutral}**", lambda route: route.fulfill(body="<title>Neutral</title>"))

    async def back() -> None:
        # A page that was kept fires no load event.
        await page.go_back(wait_until="commit")
        await page.wait_for_timeout(500)

    await visit.go("/es/")
    # A page that still waits for something is not kept, and on a busy machine it may wait for long.
    for _ in range(5):
        await visit.ask("tengo miedo, zarzamora")
        await page.wait_for_load_state("networkidle")
        await visit.go("/es/bond")
        await back()
        if "zarzamora" in await page.inner_text("main"):
            break
    else:
        pytest.fail("the browser has not kept the page")
    await visit.go("/es/bond")
    async with page.expect_request("**/api/forget"):
        await page.get_by_role("link", name="Salir ya").click()
    await expect(page).to_have_title("Neutral")
    await back()
    assert page.url.endswith("/es/") and await page.locator("main").is_visible()
    assert await page.locator(".message").count() == 1
    assert "zarzamora" not in await page.content()
    visit.complaints.remove(neutral)
    await visit.ask("tengo miedo, zarzamora")
    await visit.go("/es/bond")
    await visit.go("/es/")
    await page.locator(".message").nth(1).wait_for()
    await page.get_by_role("button", name="Empezar de nuevo").click()
    await back()
    await back()
    assert page.url.endswith("/es/") and "zarzamora" not in await page.content()


async def test_leaving_while_an_answer_is_under_way(visit: Visit, service: Service) -> None:
    """The late answer is not shown, its token is not kept, and the gateway forgets it."""
    page, released, left = visit.page, asyncio.Event(), asyncio.Event()
    neutral = "https://www.google.com/"

    async def late(route: Route) -> None:
        await released.wait()
        await route.continue_()

    async def slow_site(route: Route) -> None:
        await left.wait()
        await route.fulfill(body="<title>Neutral</title>")

    await page.route("**/api/chat", late)
    await page.route(f"{neutral}**", slow_site)
    await visit.go("/es/")
    await page.fill("#message", "me quieren deportar")
    await page.press("#message", "Enter")
    await page.get_by_role("link", name="Salir ya").click(no_wait_after=True)
    async with page.expect_request("**/api/forget") as forgotten:
        released.set()
    token = json.loads((await forgotten.value).post_data or "{}")["session"]
    left.set()
    await expect(page).to_have_title("Neutral")
    assert service.app[keys.CONVERSATIONS].get(token) is None
    await visit.go("/es/")
    assert await page.evaluate("Object.keys(sessionStorage)") == ["kyr-mark"]
    visit.complaints.remove(neutral)


async def test_the_exit_is_always_in_reach(open_visit: OpenVisit, service: Service) -> None:
    """Also lying on its side, with the keyboard open, and after a long answer; nothing has focus unseen."""
    for width, height in ((320, 640), (740, 360), (360, 300), (1093, 500), (1280, 720)):
        visit = await open_visit(service.url, viewport={"width": width, "height": height})
        await visit.go("/es/")
        await visit.ask("necesito un abogado gratis")
        await expect(visit.page.get_by_role("link", name="Salir ya")).to_be_in_viewport(ratio=1)
        await visit.check_fits()
        for _ in range(12):
            await visit.page.keyboard.press("Shift+Tab")
            assert await visit.page.evaluate(FOCUS_IS_SEEN), (width, height)


async def test_the_language_cannot_be_switched_without_a_signal_and_nothing_is_lost(
    open_visit: OpenVisit, service: Service
) -> None:
    """Where no copy of the page was saved, the person is told, and the conversation stays."""
    visit = await open_visit(service.url, service_workers="block")
    page = visit.page
    await visit.go("/es/")
    await visit.ask("hola")
    await page.fill("#message", "mi pregunta")
    await page.context.set_offline(True)
    await page.get_by_role("link", name="See this page in English").click()
    await expect(page.locator(".failure")).to_contain_text("Sin conexión, la página no puede cambiar")
    assert await page.input_value("#message") == "mi pregunta"
    assert await page.locator(".message.you").count() == 1


async def test_an_old_phone_that_cannot_send_json_while_leaving(visit: Visit, service: Service) -> None:
    """Chrome before 81 refuses it; the conversation is forgotten all the same."""
    page = visit.page
    await page.add_init_script(
        "navigator.sendBeacon = () => { throw new DOMException('type', 'SecurityError'); };"
    )
    await visit.go("/en/")
    await visit.ask("hello")
    token = await page.evaluate("sessionStorage.getItem('kyr-session')")
    async with page.expect_response("**/api/forget"):
        await page.get_by_role("button", name="Start over").click()
    assert await page.locator(".message").count() == 1
    assert service.app[keys.CONVERSATIONS].get(token) is None


async def test_what_is_being_written_is_not_disturbed_by_an_answer(
    open_visit: OpenVisit, service: Service
) -> None:
    """On a phone the keyboard stays; a question that was changed meanwhile is not sent by itself."""
    visit = await open_visit(service.url, has_touch=True, is_mobile=True)
    page, released = visit.page, asyncio.Event()

    async def late(route: Route) -> None:
        await released.wait()
        await route.continue_()

    await visit.go("/es/")
    await page.route("**/api/chat", late)
    await page.fill("#message", "hola")
    await page.press("#message", "Enter")
    await page.fill("#message", "y mi hi")
    released.set()
    await page.locator(".message.you").wait_for()
    await page.keyboard.type("jo?")
    assert await page.input_value("#message") == "y mi hijo?"
    await page.unroute("**/api/chat")
    await page.route("**/api/chat", lambda route: route.abort())
    await page.press("#message", "Enter")
    await expect(page.locator(".failure")).to_contain_text("No hay conexión")
    await page.fill("#message", "y mi hijo mayor?")
    await expect(page.locator(".failure")).to_contain_text("oprima Enviar")
    assert await page.locator(".message.you").count() == 1


async def test_yes_and_no_are_counted(visit: Visit, service: Service) -> None:
    """Once; the person is thanked where the buttons were."""
    page = visit.page
    await visit.go("/es/")
    await visit.ask("¿qué es la tarjeta roja?")
    async with page.expect_response("**/api/feedback") as counted:
        await page.get_by_role("button", name="Sí", exact=False).last.click()
    assert (await counted.value).status == 204
    await expect(page.get_by_text("Gracias. Solo guardamos")).to_be_focused()
    totals = service.app[keys.FEEDBACK].totals()
    assert [total.helped for total in totals if (total.topic, total.language) == ("red_card", "es")] == [1]


def kept(service: Service) -> list[Unanswered]:
    """Return the questions that people have given us because an answer did not help."""
    queue = service.app[keys.REVIEW_QUEUE]
    assert queue is not None
    return [question for question in queue.questions() if question.reason == NOT_HELPFUL]


async def test_a_question_is_kept_with_consent_alone(visit: Visit, service: Service) -> None:
    """After a no, by keyboard, in the language of the answer; what is sent is the question on the screen."""
    page, before = visit.page, kept(service)
    sent = []
    page.on("request", lambda request: sent.append(request) if "feedback" in request.url else None)
    await visit.go("/es/")
    for answer in ("No", "Sí"):
        await visit.ask("¿qué es la tarjeta roja para mi prima Zorvakquy?")
        async with page.expect_response("**/api/feedback") as counted:
            await page.get_by_role("button", name="👎 No").last.click()
        assert (await counted.value).status == 204
        asked = page.get_by_text("¿Podemos guardar su pregunta, sin nombres ni números")
        await expect(asked).to_be_focused()
        await visit.check_accessible()
        await visit.check_fits()
        buttons = page.locator(".rate").last.get_by_role("button")
        assert await buttons.all_text_contents() == ["Sí", "No"]
        for number in range(2):
            box = await buttons.nth(number).bounding_box()
            assert box is not None and min(box["width"], box["height"]) >= 44
        assert kept(service) == before
        await page.keyboard.press("Tab")
        if answer == "No":
            await page.keyboard.press("Tab")
            await page.keyboard.press("Enter")
            await expect(page.get_by_text("Gracias. Solo guardamos").last).to_be_focused()
        else:
            async with page.expect_response("**/api/feedback") as given:
                await page.keyboard.press("Enter")
            assert (await given.value).status == 204
            await expect(page.get_by_text("Gracias. Guardamos su pregunta")).to_be_focused()
    assert [sorted(request.post_data_json or {}) for request in sent] == [
        *([["helpful", "session", "topic"]] * 2),
        ["helpful", "question", "session", "topic"],
    ]
    (question,) = [one for one in kept(service) if one not in before]
    assert (question.topic, question.language, question.count) == ("red_card", "es", 1)
    assert "tarjeta" in question.text and "zorvakquy" not in question.text.lower()


async def test_the_question_is_the_one_that_the_answer_is_for(visit: Visit, service: Service) -> None:
    """Of an answer to a choice the choice; after a reload, where none is on the screen, none is asked for."""
    page, before = visit.page, kept(service)
    await visit.go("/en/")
    await visit.ask("what is the red card?")
    chosen = page.locator(".message.bot .choices button").nth(1)
    title = await chosen.text_content()
    await chosen.click()
    await page.locator(".message.you").nth(1).wait_for()
    await page.get_by_role("button", name="👎 No").last.click()
    async with page.expect_request(lambda request: "question" in (request.post_data or "")) as given:
        await page.locator(".rate").last.get_by_role("button", name="Yes").click()
    assert ((await given.value).post_data_json or {})["question"] == title
    await page.reload()
    await page.locator(".message.bot").nth(1).wait_for()
    await page.get_by_role("button", name="👎 No").last.click()
    await expect(page.get_by_text("Thank you. We only keep").last).to_be_focused()
    assert len(kept(service)) <= len(before) + 1


async def test_an_answer_can_be_passed_on(visit: Visit) -> None:
    """Its address as a page is copied; there it stands alone, with the cards where it speaks of them."""
    page = visit.page
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await visit.go("/es/")
    await visit.ask("¿qué es la tarjeta roja?")
    answer = page.locator(".message.bot").nth(1)
    await answer.get_by_text("Compartir").click()
    await answer.get_by_role("button", name="Copiar enlace").click()
    await expect(answer.get_by_text("Se copió el enlace.")).to_be_visible()
    copied = await page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{visit.url}/es/red_card"
    await visit.check_accessible()
    await answer.get_by_role("link", name="Imprimir tarjetas rojas").click()
    await expect(page.get_by_role("heading", name="Tarjetas rojas para imprimir")).to_be_visible()


async def test_without_a_connection_the_question_waits_and_is_sent_by_itself(visit: Visit) -> None:
    """The person is told at once, sees saved answers that fit, and gets the answer when there is a signal."""
    page = visit.page
    await visit.go("/en/")
    await page.evaluate("navigator.serviceWorker.ready")
    await expect(page.get_by_text("The answers are saved on this phone")).to_be_visible()
    await page.context.set_offline(True)
    await page.fill("#message", "do they need a warrant to come into my house")
    await page.press("#message", "Enter")
    await expect(page.locator(".failure")).to_contain_text("No connection. Your question is kept")
    assert await page.input_value("#message") == "do they need a warrant to come into my house"
    await expect(page.locator('.message.bot a[href="/en/ice_at_home"]')).to_be_visible()
    await visit.check_accessible()
    await page.context.set_offline(False)
    await expect(page.locator(".message.you")).to_have_count(1)
    assert await page.input_value("#message") == ""
    await expect(page.locator(".failure")).to_be_hidden()


@pytest.mark.parametrize(
    "typed",
    [
        "<img src=x onerror=alert(1)><b>hello</b><script>alert(1)</script>",
        "x" * 1000,
        "¿puede \u202eICE entrar\u202c a mi \u200fcasa?",
        "🙂" * 200,
        "javascript:alert(1) https://evil.example/ tel:911",
    ],
    ids=["html", "long-word", "right-to-left", "emoji", "links"],
)
async def test_what_is_typed_is_shown_as_it_was_and_breaks_nothing(visit: Visit, typed: str) -> None:
    """Nothing that a person writes becomes part of the page or pushes it out of shape."""
    await visit.go("/en/")
    await visit.ask(typed)
    mine = visit.page.locator(".message.you")
    assert await mine.locator("h2").evaluate("heading => heading.lastChild.data") == typed.strip()
    assert await mine.locator("img, b, script, a").count() == 0
    await visit.check_fits()
    await visit.check_accessible()


async def test_two_hundred_messages_in_a_row(visit: Visit) -> None:
    """The page stays whole and the last answer in sight."""
    await visit.go("/es/")
    for number in range(200):
        await visit.ask(("hola", "gracias", "¿qué es la tarjeta roja?", "ok")[number % 4])
    await expect(visit.page.locator(".message.you")).to_have_count(200)
    await expect(visit.page.locator(".message.you").last).to_be_in_viewport()
    await visit.check_fits()


async def test_a_picture_is_not_taken_and_harms_nothing(visit: Visit) -> None:
    """Pasted into the box, it leaves no trace, and the next question is answered."""
    await visit.go("/es/")
    await visit.page.evaluate(
        """() => {
          const data = new DataTransfer();
          data.items.add(new File([new Uint8Array(9)], "x.png", { type: "image/png" }));
          const pasted = new ClipboardEvent("paste", { clipboardData: data, bubbles: true });
          document.getElementById("message").dispatchEvent(pasted);
        }"""
    )
    assert await visit.page.input_value("#message") == ""
    await visit.ask("hola")


async def test_a_phone_turned_while_waiting(visit: Visit) -> None:
    """The answer comes, and everything is there, lying on its side too."""
    page = visit.page
    await visit.go("/es/")
    await page.fill("#message", "¿tengo que abrir la puerta a la migra?")
    await page.press("#message", "Enter")
    await page.set_viewport_size({"width": 640, "height": 320})
    await expect(page.locator(".message.bot").nth(1)).to_contain_text(DOOR)
    await visit.check_fits()
    await visit.ask("gracias")


async def test_two_tabs_are_two_conversations(visit: Visit, open_visit: OpenVisit) -> None:
    """A follow-up in one does not go on from what was said in the other."""
    await visit.go("/es/")
    await visit.ask("¿tengo que abrir la puerta a la migra?")
    other = Visit(await visit.page.context.new_page(), visit.url)
    await other.go("/es/")
    await other.ask("hola")
    tokens = [await one.page.evaluate("sessionStorage.getItem('kyr-session')") for one in (visit, other)]
    assert tokens[0] != tokens[1]


async def test_without_any_storage_the_chat_works(visit: Visit) -> None:
    """Some browsers forbid it: the conversation then lasts as long as the page."""
    await visit.page.add_init_script(
        "Object.defineProperty(window, 'sessionStorage', { get() { throw new Error('forbidden'); } });"
    )
    await visit.go("/es/")
    await visit.ask("¿tengo que abrir la puerta a la migra?")
    await visit.ask("¿y en el trabajo?")
    await expect(visit.page.locator(".message.bot").last).to_contain_text("trabajo")


async def test_everything_by_keyboard(visit: Visit) -> None:
    """From the first stop to a question, a choice, the sources and a new start, without a mouse."""
    page = visit.page
    await visit.go("/en/")
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.className") == "skip"
    await page.keyboard.press("Enter")
    assert await page.evaluate("document.activeElement.id") == "message"
    await page.keyboard.type("what is a red card")
    await page.keyboard.press("Enter")
    answer = page.locator(".message.bot").nth(1)
    await answer.wait_for()
    assert await page.evaluate("document.activeElement.id") == "message", "ready for the next question"
    reached = []
    for _ in range(20):
        await page.keyboard.press("Shift+Tab")
        reached.append(await page.evaluate("document.activeElement.textContent.trim()"))
        if reached[-1] == "Share":
            break
    assert {"👍 Yes", "👎 No", "Share", "Sources"} <= set(reached)
    await page.keyboard.press("Enter")
    await expect(answer.locator("details[open] a").first).to_be_visible()
    # All at once, since the offer to save the answers goes away when they are saved.
    heights = await page.locator(
        "button, .switch, .exit, .urgent a, .topics a, textarea, summary"
    ).evaluate_all("all => all.filter((one) => one.offsetParent).map((one) => one.offsetHeight)")
    assert len(heights) > 50 and min(heights) >= 44
