"""What another website is given: the script, the frame, and a page to try the button on."""

from __future__ import annotations

import html

from bot.content.reading import Content
from tests.gateway.conftest import Client, MakeGateway

CITY = "https://www.hpca.gov"


async def test_the_script_names_the_hotline_of_the_directory(gateway: Client) -> None:
    """For the time when the chat cannot be opened; in both languages."""
    text = await (await gateway.get("/embed.js")).text()
    assert 'var HOTLINE = "tel:211";' in text and "HOTLINE (" not in text


async def test_the_chat_in_a_frame_may_begin_with_an_answer(gateway: Client) -> None:
    """In both languages, with the way to its page; one that is not there, or is off, leaves the chat."""
    page = await (await gateway.get("/embed/en/red_card")).text()
    assert "The card states your rights." in page and 'href="/embed/es/red_card"' in page
    assert '<a href="/en/red_card" target="_blank" rel="noopener">Read the whole answer</a>' in page
    usual = await (await gateway.get("/embed/en/")).text()
    for path in ("/embed/en/nothing", "/embed/en/red_card/nothing"):
        response = await gateway.get(path)
        assert (response.status, await response.text()) == (200, usual)


async def test_no_link_in_a_frame_leads_to_a_page_that_refuses_it(
    make_gateway: MakeGateway, project_content: Content
) -> None:
    """Each opens a tab or leaves the frame, but for the other language, phones, and places in the page."""
    gateway = await make_gateway(project_content)
    for topic in ("", *(topic.id.replace(".", "/") for topic in project_content.topics.values())):
        page = await (await gateway.get(f"/embed/es/{topic}")).text()
        body = page[page.index("<body") :]
        for tag in ("<a ", "<form "):
            for link in body.split(tag)[1:]:
                link = link.partition(">")[0]
                stays = ('href="/embed/', 'href="tel:', 'href="#', "target=", "hidden")
                assert any(each in link for each in stays) or not link, (topic, link)


async def test_the_page_to_try_it_gives_the_line_to_copy(
    make_gateway: MakeGateway, small_content: Content
) -> None:
    """As it was filled in, without what a line cannot say; with the websites and the policy."""
    origin = "https://rights.example.org"
    gateway = await make_gateway(small_content, public_url=origin, embed_origins=(CITY,))
    query = {"side": "left", "bottom": "96", "color": "#ffcc00", "topic": 'x" onload="alert(1)'}
    response = await gateway.get("/embed/try/en", params=query)
    page = html.unescape(await response.text())
    tag = 'src="{}/embed.js" async data-side="left" data-bottom="96" data-color="#ffcc00"></script>'
    assert f"<script {tag.format(origin)}" in page and f"<script {tag.format('')}" in page
    assert "onload" not in page and f"<li>{CITY}</li>" in page
    assert f"script-src {origin}; frame-src {origin}" in page
    assert response.headers["Content-Security-Policy"].startswith("frame-src 'self'; default-src 'none'")
    assert response.headers["Content-Security-Policy"].endswith("frame-ancestors 'none'")


async def test_the_page_to_try_it_comes_in_the_language_of_the_browser(gateway: Client) -> None:
    """Without a language it leads to one."""
    response = await gateway.get("/embed/try", headers={"Accept-Language": "en"}, allow_redirects=False)
    assert (response.status, response.headers["Location"]) == (302, "/embed/try/en")
