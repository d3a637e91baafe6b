"""One service of the directory as a form: what is refused, what is shown before it is saved, and after."""

from __future__ import annotations

import dataclasses
import datetime
import html
import re
from collections.abc import Sequence

import pytest

from bot.clock import TIME_ZONE, current_date
from bot.console import keys
from bot.directory.cards import service_card
from bot.directory.reading import read_directory
from tests.helpers.clerks import OTHER_APPROVER, Clerk, Console, seen_in
from tests.helpers.forms import fields_of

FORM = "/directory/services/211-la"
NUMBER = "phones-0-number"


@dataclasses.dataclass
class Sent:
    """What came back of a form."""

    status: int
    page: str

    @property
    def problems(self) -> list[str]:
        """What is said to be wrong, in the order of the page."""
        return [html.unescape(one) for one in re.findall(r'<p class="problem[^>]*>([^<]+)', self.page)]


async def send(clerk: Clerk, path: str = FORM, **changes: str | Sequence[str]) -> Sent:
    """Open a form, fill in some fields ("phones_0_number"), and send it."""
    fields = fields_of(await clerk.get(path), path)
    for name, value in changes.items():
        name = re.sub(r"^(phones|hours|special|places|documents)_(\d)_", r"\1-\2-", name).replace(
            "area_", "area-"
        )
        fields.popall(name, None)
        for one in [value] if isinstance(value, str) else value:
            fields.add(name, one)
    async with clerk.client.post(path, data=fields) as response:
        return Sent(response.status, await response.text())


async def confirm(clerk: Clerk, page: str, service: str = "211-la", *, status: int = 200) -> str:
    """Press the button that saves what a page shows."""
    fields = fields_of(page, f"/directory/services/{service}/change")
    fields.pop("form_token")
    return await clerk.post(f"/directory/services/{service}/change", dict(fields), status=status)


def name_211(console: Console) -> None:
    """Let an answer name 211 LA, in its text and below it."""
    file = console.topic_file("red_card")
    text = file.read_text(encoding="utf-8").replace("  group:", "  call: [211-la]\n  group:", 1)
    file.write_text(text, encoding="utf-8")


async def test_what_is_not_changed_changes_nothing(console: Console, approver: Clerk) -> None:
    """Sent back as it came, every service of the directory is as it was."""
    for service in ("hp-with-you", "la-regional-food-bank", "211-la"):
        sent = await send(approver, f"/directory/services/{service}")
        assert sent.status == 200 and "Nothing would change" in sent.page, service
    assert console.app[keys.BROUGHT].all() == []


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("323 555 010", "323 555 010 has 9 digits"),
        ("323 555 01000", "323 555 01000 has 11 digits"),
        ("123-555-0100", "there is no area code 123"),
        ("323-055-0100", "no phone number of the United States looks so"),
        ("900-234-5678", "cost a fee"),
        ("call 211", "has a sign that no phone number has: c"),
        ("323-582-6161", "must not be given"),
    ],
)
async def test_a_number_that_cannot_be_right_is_refused_in_plain_words(
    approver: Clerk, typed: str, said: str
) -> None:
    """By how many digits it has, by its area code, or because it is withheld."""
    sent = await send(approver, phones_0_number=typed)
    assert sent.status == 422
    assert said in sent.problems[0]


async def test_a_number_is_read_however_it_is_typed_and_one_of_others_is_a_warning(approver: Clerk) -> None:
    """And that nobody has called it yet."""
    for typed in ("(323) 584-6254", "1.323.584.6254", "+1 323 584 6254", "3235846254"):
        sent = await send(approver, phones_0_number=typed)
        assert sent.status == 200, sent.problems
        assert "Nobody has called 323-584-6254 yet" in sent.page
    sent = await send(approver)
    sent = await send(approver, name="211 of Los Angeles", name_es="El 211 de Los Ángeles")
    assert "211 is also the number of Los Angeles Regional Food Bank." in sent.problems


async def test_a_new_number_is_shown_in_every_answer_before_it_is_saved_and_stands_there_after(
    console: Console, approver: Clerk
) -> None:
    """In both languages, with the line as it was; the checked day is gone until somebody has called."""
    name_211(console)
    sent = await send(approver, phones_0_number="323-584-6254")
    assert '<a href="/topics/red_card">' in sent.page
    assert '<del class="lines" lang="en">211 LA. 24/7.</del>' in sent.page
    assert '<ins class="lines" lang="es">211 LA, 323-584-6254. 24/7.</ins>' in sent.page
    phones = console.settings.resources_dir / "phones.csv"
    assert "323-584-6254" not in phones.read_text(encoding="utf-8")
    page = await confirm(approver, sent.page)
    assert "Residents get it within seconds" in page and "not checked" in page
    service = read_directory(console.settings.resources_dir).by_id["211-la"]
    assert service.phones == ("323-584-6254",)
    assert service.assured_date is None and service.uncalled
    assert service.to_confirm(current_date())
    entry = console.app[keys.AUDIT].entries(subject="directory/211-la")[0]
    assert (entry.who, entry.action) == ("berta", "edit")
    assert "211; 24 hours a day" in entry.before and "323-584-6254" in entry.after
    history = await approver.get("/history?subject=directory/211-la")
    assert "Phone numbers" in history


async def test_whoever_called_says_so_and_it_is_noted(console: Console, editor: Clerk) -> None:
    """With their name and the day; the list of numbers that nobody has called is shorter then."""
    assert "Number never called (2)" in await editor.get("/directory")
    fields = fields_of(await editor.get(FORM), f"{FORM}/called")
    page = await editor.post(f"{FORM}/called", seen=fields["seen"])
    assert f"called on {current_date()} by ana" in page
    assert "Number never called (1)" in await editor.get("/directory")
    assert console.noted("directory/211-la") == [("ana", "service checked")]
    await editor.post(f"{FORM}/called", seen=fields["seen"], status=409)


async def test_an_editor_proposes_and_an_approver_says_yes(
    console: Console, editor: Clerk, approver: Clerk
) -> None:
    """What waits is found on the page of the directory; an editor cannot say yes."""
    sent = await send(editor, phones_0_number="323-584-6254")
    assert "an approver has to say yes" in sent.page
    ((by, name),) = console.app[keys.BROUGHT].all()
    await editor.post(f"{FORM}/change", by=by, brought=name, status=403)
    found = re.search(r'href="(/directory/services/211-la/change[^"]+)"', await approver.get("/directory"))
    assert found is not None
    page = await approver.get(html.unescape(found[1]))
    assert "323-584-6254" in await confirm(approver, page)
    await approver.post(f"{FORM}/change", by=by, brought=name, status=409)


async def test_who_saves_after_somebody_else_sees_both(console: Console, approver: Clerk) -> None:
    """Nothing is lost, and nothing is written over unseen."""
    other = await console.make_clerk(OTHER_APPROVER)
    mine = await send(approver, phones_0_number="323-584-6254")
    fields = fields_of(await approver.get(FORM), FORM)
    theirs = await send(other, phones_0_number="323-584-6210")
    await confirm(other, theirs.page)
    assert "Somebody else has changed" in await confirm(approver, mine.page, status=409)
    fields[NUMBER] = "323-584-6254"
    async with approver.client.post(FORM, data=fields) as response:
        page = await response.text()
        assert response.status == 409
    assert "323-584-6210" in page and 'value="323-584-6254"' in page


async def test_a_service_that_answers_name_is_neither_closed_nor_removed(
    console: Console, approver: Clerk
) -> None:
    """The answers are listed; nothing changes."""
    name_211(console)
    page = await approver.get(f"{FORM}/remove")
    assert "cannot be removed" in page and "/topics/red_card" in page
    seen = fields_of(await approver.get(FORM), FORM)["seen"]
    assert "1 answers name it" in await approver.post(f"{FORM}/remove", seen=seen, status=409)
    food = "/directory/services/la-regional-food-bank"
    page = await approver.get(f"{food}/remove")
    await approver.post(f"{food}/remove", seen=fields_of(page, f"{food}/remove")["seen"])
    assert "la-regional-food-bank" not in read_directory(console.settings.resources_dir).by_id
    page = await approver.get("/directory/undo")
    assert "Services that change back: 1." in page and "Los Angeles Regional Food Bank" in page
    await approver.post("/directory/undo", seen=seen_in(page))
    assert "la-regional-food-bank" in read_directory(console.settings.resources_dir).by_id


async def test_a_new_service_is_made_by_the_same_form(console: Console, approver: Clerk) -> None:
    """With an organization of its own, hours, an address, what to bring; the card says all of it."""
    new = "/directory/services/new"
    empty = await send(approver, new)
    assert empty.status == 422 and "This is needed." in empty.problems
    filled: dict[str, str | Sequence[str]] = {
        "name": "Legal Aid Night",
        "name_es": "Noche de ayuda legal",
        "description": "A lawyer answers by phone in the evening.",
        "description_es": "Un abogado contesta por teléfono en la noche.",
        "phones_0_number": "(323) 584-6254",
        "phones_0_extension": "12",
        "phones_0_purpose": "Ask for the night desk",
        "phones_0_purpose_es": "Pida la mesa de la noche",
        "phones_0_language": ["es"],
        "phones_0_called": "1",
        "hours_0_day": ["MO", "WE"],
        "hours_0_opens_at": "17:00",
        "hours_0_closes_at": "20:00",
        "hours_0_note": "not in July",
        "hours_0_note_es": "en julio no",
        "special_0_valid_from": "2026-12-24",
        "special_0_valid_to": "2027-01-01",
        "places_0_name": "Library",
        "places_0_address_1": "6518 Miles Avenue",
        "places_0_city": "Huntington Park",
        "places_0_postal_code": "90255",
        "documents_0_document": "Your court papers",
        "documents_0_document_es": "Sus papeles de la corte",
        "need": ["legal"],
        "language": ["en", "es"],
        "area_name": "Huntington Park",
        "area_name_es": "Huntington Park",
        "area_extent": "Huntington Park",
        "organization-name": "Night Lawyers",
        "source_url": "https://example.org/night",
        "checked_today": "1",
    }
    sent = await send(approver, new, **filled)
    assert sent.status == 200, sent.problems
    await confirm(approver, sent.page, "legal-aid-night")
    service = read_directory(console.settings.resources_dir).by_id["legal-aid-night"]
    monday = datetime.datetime(2026, 12, 21, 18, tzinfo=TIME_ZONE)
    holiday = datetime.datetime(2026, 12, 28, 18, tzinfo=TIME_ZONE)
    english = service_card(service, "en", lambda name: f"{name} TIME", now=monday)
    spanish = service_card(service, "es", lambda name: f"{name} TIME", now=monday)
    assert english["phones"][0]["number"] == "323-584-6254 ext. 12"
    assert english["phones"][0]["about"] == "Ask for the night desk; Spanish"
    assert spanish["phones"][0]["about"] == "Pida la mesa de la noche; español"
    assert english["hours"] == (
        "Mon, Wed, 5:00\u202fPM – 8:00\u202fPM (not in July); Dec 24, 2026 – Jan 1, 2027, closed"
    ).replace("\u202f", english["hours"][14])
    assert "lun, mié" in spanish["hours"] and "(en julio no)" in spanish["hours"]
    assert spanish["hours"].endswith("24 dic. 2026 – 1 ene. 2027, cerrado")
    assert (english["languages"], spanish["languages"]) == ("English, Spanish", "inglés, español")
    assert english["address"] == "6518 Miles Avenue, Huntington Park, CA 90255"
    assert (english["bring"], spanish["bring"]) == ("Your court papers", "Sus papeles de la corte")
    opening, closed = service.opening(monday), service.opening(holiday)
    assert opening is not None and opening.open
    assert closed is not None and closed.changes_at == datetime.datetime(2027, 1, 4, 17, tzinfo=TIME_ZONE)
    assert service.lines[0].checked == current_date() == service.assured_date


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("description", "Call 323-584-6254 for food.", "323-584-6254 is a phone number"),
        ("description", "D" * 161, "It has 161 letters; 160 at most"),
        ("name", "<b>211</b>", "Write plain words"),
        ("url", "javascript:alert(1)", "is no web address"),
        ("name_es", "", "It stands in the other language only"),
        ("hours_0_closes_at", "23:00", "The other time of this row is there"),
        ("places_0_postal_code", "9025", "five digits"),
        ("area_extent", "Atlantis", "Atlantis is not known"),
        ("outside_hours", "nobody-there", "There is no such service"),
    ],
)
async def test_what_cannot_be_taken_is_said_beside_its_field(
    approver: Clerk, field: str, typed: str, said: str
) -> None:
    """In words, and what was typed stays on the page."""
    changes: dict[str, str | Sequence[str]] = {field: typed}
    if field.startswith("hours"):
        changes |= {"hours_0_all_day": [], "hours_0_opens_at": ""}
    sent = await send(approver, FORM, **changes)
    assert sent.status == 422
    assert any(said in one for one in sent.problems), sent.problems
    assert html.escape(typed, quote=False) in sent.page or field in ("name_es", "outside_hours")


async def test_a_warning_of_an_agency_cannot_be_left_out(console: Console, approver: Clerk) -> None:
    """Whoever calls it must be told first what not to say."""
    file = console.settings.resources_dir / "organizations.csv"
    text = file.read_text(encoding="utf-8").replace("https://211la.org,,yes", "https://211la.org,yes,yes")
    file.write_text(text, encoding="utf-8")
    services = console.settings.resources_dir / "services.csv"
    sent = await send(approver, "/directory/services/hp-with-you", organization_id="211-la-county")
    assert any("must be warned first" in one for one in sent.problems)
    assert "hp-with-you,city-of-huntington-park" in services.read_text(encoding="utf-8")


async def test_going_back_says_before_what_residents_get_after_it(console: Console, approver: Clerk) -> None:
    """Each part in words, and each answer that says the number; afterwards it is so."""
    name_211(console)
    assert "no earlier directory" in await approver.get("/directory/undo", status=409)
    await confirm(approver, (await send(approver, phones_0_number="323-584-6254")).page)
    page = await approver.get("/directory/undo")
    assert '<del class="lines" lang="en">211 LA, 323-584-6254. 24/7.</del>' in page
    assert '<ins class="lines" lang="en">211 LA. 24/7.</ins>' in page
    assert "Phone numbers" in page and "/topics/red_card" in page
    await approver.post("/directory/undo", seen=seen_in(page))
    service = read_directory(console.settings.resources_dir).by_id["211-la"]
    assert service.phones == ("211",) and service.assured_date is not None


async def test_services_are_found_by_name_number_and_organization(editor: Clerk) -> None:
    """In either language and without accents; those that are filtered out are counted."""
    for query in ("despensa", "ANGELES regional", "211", "food bank", "comida"):
        assert "/directory/services/la-regional-food-bank" in await editor.get(f"/directory?q={query}"), query
    assert "There is no such service" in await editor.get("/directory?q=submarine")
    assert "There is no such service" in await editor.get("/directory?only=closed")
    await editor.get("/directory/services/nothing", status=404)


async def test_a_withheld_number_is_cleared_by_name_and_then_may_be_given(
    console: Console, approver: Clerk, editor: Clerk
) -> None:
    """With who, when and why; before that no service can have it."""
    number = "323-582-6161"
    await editor.post("/directory/withheld", clear=number, because="I called", status=403)
    page = await approver.post("/directory/withheld", clear=number, because="", status=422)
    assert "This is needed" in page
    page = await approver.post("/directory/withheld", clear=number, because="The Clerk said so by phone.")
    assert "cleared by berta" in page and "The Clerk said so by phone." in page
    assert console.noted(f"directory/{number}") == [("berta", "number cleared")]
    assert number not in read_directory(console.settings.resources_dir).withheld_phones
    sent = await send(approver, "/directory/services/hp-with-you", phones_0_number=number)
    assert sent.status == 200
    await confirm(approver, sent.page, "hp-with-you")
    page = await approver.post(
        "/directory/withheld", status=422, number=number, who="City Hall", reason="Wrong", reason_es="Mal"
    )
    assert "is a number of HP With You" in page
    page = await approver.post(
        "/directory/withheld", number="323 584 6210", who="A shop", reason="A shop", reason_es="Una tienda"
    )
    assert "323-584-6210" in page
    assert "323-584-6210" in read_directory(console.settings.resources_dir).withheld_phones


async def test_a_yes_is_to_what_was_shown_and_to_nothing_else(
    console: Console, editor: Clerk, approver: Clerk
) -> None:
    """Neither tables that were brought nor going back undo what somebody has mended meanwhile."""
    name_211(console)
    folder = console.settings.resources_dir
    table = (folder / "services.csv").read_bytes().replace(b"211 LA County,", b"Line 211 of LA County,")
    await editor.upload("/directory/tables", table, "services.csv", field="tables")
    ((by, name),) = console.app[keys.BROUGHT].all()
    brought = {"by": by, "brought": name}
    shown = seen_in(await approver.get(f"/directory?by={by}&brought={name}"))
    await confirm(approver, (await send(approver, phones_0_number="323-584-6254")).page)
    page = await approver.post("/directory/replace", {**brought, "seen": shown}, status=409)
    assert "Somebody has changed the directory since this was shown." in page
    undo = seen_in(await approver.get("/directory/undo"))
    await confirm(approver, (await send(approver, phones_0_number="323-584-6255")).page)
    await approver.post("/directory/undo", seen=undo, status=409)
    await approver.post("/directory/undo", status=409)
    assert "323-584-6255" in (folder / "phones.csv").read_text(encoding="utf-8")


async def test_a_number_that_is_changed_in_a_table_has_been_called_by_nobody(
    console: Console, editor: Clerk, approver: Clerk
) -> None:
    """As with the form: the day of the last check is of another number."""
    phones = (console.settings.resources_dir / "phones.csv").read_text(encoding="utf-8")
    edited = phones.replace("211-la,211,", "211-la,323-584-6254,").encode()
    await editor.upload("/directory/tables", edited, "phones.csv", field="tables")
    ((by, name),) = console.app[keys.BROUGHT].all()
    page = await approver.get(f"/directory?by={by}&brought={name}")
    await approver.post("/directory/replace", by=by, brought=name, seen=seen_in(page))
    assert read_directory(console.settings.resources_dir).by_id["211-la"].assured_date is None
