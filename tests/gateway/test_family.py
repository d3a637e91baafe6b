"""The pages for a family as the server writes them: messages to send, and a plan to fill in and print."""

from __future__ import annotations

import html
import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from bot.content.reading import Content, read_content
from bot.gateway.family import FAMILY_PLAN, LEADING, TELL_FAMILY, family_links
from tests.gateway.conftest import Client, MakeGateway

# What a message may not ask for or tell (F12): whoever reads it would have it on paper.
NEVER_ASKED = re.compile(
    r"estatus|status|n[úu]mero A|A-number|pa[ií]s|country|ciudadan|citizen", re.IGNORECASE
)


async def read(gateway: Client, path: str) -> str:
    response = await gateway.get(path)
    assert response.status == 200, path
    return html.unescape(await response.text())


@pytest.mark.parametrize(("language", "other"), [("en", "es"), ("es", "en")])
async def test_the_name_of_the_other_language_leads_to_the_page(
    gateway: Client, language: str, other: str
) -> None:
    """As with every page that has a name."""
    for paths in (TELL_FAMILY, FAMILY_PLAN):
        name = paths[other].rsplit("/", 1)[1]
        response = await gateway.get(f"/{language}/{name}", allow_redirects=False)
        assert (response.status, response.headers["Location"]) == (302, paths[language])


@pytest.mark.parametrize("language", ["en", "es"])
async def test_each_message_can_be_sent_without_a_script(
    make_gateway: MakeGateway, project_content: Content, language: str
) -> None:
    """By text message and WhatsApp, whole, with the number to call, and nothing to be filled in left over."""
    page = await read(await make_gateway(project_content), TELL_FAMILY[language])
    quoted = re.findall(r'<blockquote class="words">(.*?)</blockquote>', page)
    shown = [re.sub(r"</?span[^>]*>", "", text) for text in quoted]
    assert len(shown) == 5
    for text in shown:
        assert project_content.directory.hotline in text
        assert "PLACE" not in text and "NAME" not in text
    for pattern in (r'href="sms:\?&body=([^"]+)"', r'href="https://wa\.me/\?text=([^"]+)"'):
        assert [unquote(body) for body in re.findall(pattern, page)] == shown


async def test_no_message_tells_people_without_papers_to_go_there(project_content: Content) -> None:
    """Each says who may come, or go to ICE, and nothing of the status of whoever sends or reads it."""
    for situation in ("detained", "door", "stopped", "taken", "released"):
        for language, words in (("en", "citizen or green card holder"), ("es", "ciudadano o un residente")):
            text = project_content.text_of(f"utter_family_{situation}", language)
            assert words in text and not NEVER_ASKED.search(text.replace(words, ""))


async def test_the_messages_follow_the_directory(
    make_gateway: MakeGateway, content_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new number of a service is in them at once."""
    domain = content_copy / "domain.yml"
    text = domain.read_text(encoding="utf-8")
    domain.write_text(
        text.replace("English they took NAME.", "They took NAME. Call [211-la]."), encoding="utf-8"
    )
    gateway = await make_gateway(read_content(content_copy))
    monkeypatch.setattr("bot.directory.live._SECONDS_BETWEEN_LOOKS", 0)
    phones = content_copy / "data" / "resources" / "phones.csv"
    phones.write_text(phones.read_text(encoding="utf-8").replace(",211-la,211,", ",211-la,213-555-0100,"))
    page = await read(gateway, TELL_FAMILY["en"])
    assert "They took somebody in our family. Call" in page and "213-555-0100" in page


@pytest.mark.parametrize("paths", [TELL_FAMILY, FAMILY_PLAN])
async def test_no_field_can_be_sent_or_filled_in_by_a_browser(gateway: Client, paths: dict[str, str]) -> None:
    """None has a name, none stands in a form, each is labelled and tells browsers to remember nothing."""
    for path in paths.values():
        page = (await read(gateway, path)).split('<div id="family"')[1].split("</main>")[0]
        assert "<form" not in page and not re.search(r"<(input|select|textarea)[^>]*\sname=", page)
        fields = re.findall(r'<(?:input|select)\s[^>]*id="([^"]+)"[^>]*>', page)
        tags = re.findall(r"<(?:input|select)\s[^>]*>", page)
        assert len(fields) == len(tags) == len(set(fields))
        assert all('autocomplete="off"' in tag for tag in tags)
        for field in fields:
            labelled = f'<label for="{field}">' in page or re.search(
                rf'<label class="tick"><input id="{field}"', page
            )
            assert labelled, field


async def test_answers_for_a_family_lead_to_both_pages(
    make_gateway: MakeGateway, project_content: Content
) -> None:
    """The plan first where a plan is asked for; other answers lead there from the first page alone."""
    gateway = await make_gateway(project_content)
    for path, first in (
        ("/es/if_arrested_detained/relative_now", TELL_FAMILY),
        ("/es/children_minors", TELL_FAMILY),
        ("/es/family_preparedness/plan", FAMILY_PLAN),
    ):
        page = await read(gateway, path)
        found = [address for address in re.findall(r'href="([^"]+)"', page) if address in both("es")]
        assert found[0] == first["es"] and sorted(found) == sorted(both("es"))
    assert not set(re.findall(r'href="([^"]+)"', await read(gateway, "/es/bond"))) & set(both("es"))
    assert set(re.findall(r'href="([^"]+)"', await read(gateway, "/es/"))) >= set(both("es"))


def both(language: str) -> tuple[str, str]:
    return TELL_FAMILY[language], FAMILY_PLAN[language]


def test_topics_that_lead_to_the_pages_are_there(project_content: Content) -> None:
    """So that one of another name is noticed."""
    assert set(LEADING) <= set(project_content.topics)
    assert family_links("bond", "es", {}) == []
