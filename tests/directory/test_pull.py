"""Pulling the resource directory from a real HTTP server: HSDS 3 pages and CSV packages, good and bad."""

from __future__ import annotations

import asyncio
import functools
import ipaddress
import json
import shutil
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.directory.pull import Limits, PullError, is_public
from bot.directory.pull import pull as pull_from_the_internet
from bot.directory.tables import Tables, read_tables
from bot.directory.update import columns_to_pull, complete, differences
from bot.problems import Problems
from tests.conftest import SMALL_CONTENT, StartServer
from tests.helpers.waiting import SECONDS_AT_MOST

TABLES = SMALL_CONTENT / "data" / "resources"
COLUMNS = columns_to_pull(TABLES)
QUICK = Limits(seconds_per_answer=1, seconds_in_all=4, seconds_between_tries=0.01, bytes_per_answer=200_000)

# The servers of these tests are on this machine, which nothing is pulled from otherwise.
pull = functools.partial(pull_from_the_internet, may_reach=lambda address: True)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Serve = Callable[[Mapping[str, Handler]], Awaitable[str]]


@pytest.fixture
def serve(start_server: StartServer) -> Serve:
    """Start real servers that answer GET requests as told."""

    async def start(routes: Mapping[str, Handler]) -> str:
        app = web.Application()
        for path, handler in routes.items():
            app.router.add_get(path, handler)
        return await start_server(app)

    return start


def present() -> Tables:
    tables = read_tables(TABLES, Problems(TABLES))
    assert tables is not None
    return tables


def trees(tables: Tables) -> list[dict[str, Any]]:
    """Return the services of a directory as an HSDS 3 API nests them, in English alone."""

    def of(table: str, key: str, value: str) -> list[dict[str, Any]]:
        return [
            {k: v for k, v in row.items() if not k.endswith("_es")}
            for row in tables[table]
            if row[key] == value
        ]

    services = of("services", "status", "active")
    for service in services:
        (service["organization"],) = of("organizations", "id", service["organization_id"])
        for part in ("phones", "languages", "schedules", "service_areas", "required_documents"):
            service[part] = of(part, "service_id", service["id"])
        service["attributes"] = [
            {"id": row["id"], "link_entity": "service", "taxonomy_term": {"id": row["taxonomy_term_id"]}}
            for row in of("attributes", "link_id", service["id"])
        ]
        service["service_at_locations"] = [
            {
                "id": row["id"],
                "location": {
                    **of("locations", "id", row["location_id"])[0],
                    "latitude": None,
                    "longitude": None,
                    "addresses": of("addresses", "location_id", row["location_id"]),
                },
            }
            for row in of("service_at_location", "service_id", service["id"])
        ]
    return services


def api(services: list[dict[str, Any]], *, size: int = 2, **wrong: Any) -> dict[str, Handler]:
    """Return an HSDS 3 API of these services; `wrong` replaces what its pages say."""
    by_id = {service["id"]: service for service in services}

    async def root(request: web.Request) -> web.Response:
        return web.json_response({"version": "3.0", "profile": "https://example.org"})

    async def listing(request: web.Request) -> web.Response:
        page = int(request.query.get("page", "1"))
        shown = services[(page - 1) * size : page * size]
        body = {
            "total_items": len(services),
            "total_pages": -(-len(services) // size),
            "page_number": page,
            "size": len(shown),
            "contents": [{"id": service["id"], "name": service["name"]} for service in shown],
        }
        return web.json_response({**body, **wrong})

    async def one(request: web.Request) -> web.Response:
        return web.json_response(by_id[request.match_info["id"]])

    return {"/": root, "/services": listing, "/services/{id}": one}


def answering(body: Any, *, status: int = 200, kind: str = "application/json") -> Handler:
    async def handler(request: web.Request) -> web.Response:
        text = body if isinstance(body, str) else json.dumps(body)
        return web.Response(text=text, status=status, content_type=kind)

    return handler


@pytest.mark.parametrize("path", ["", "/services"])
async def test_an_api_gives_the_directory_back_page_by_page(serve: Serve, path: str) -> None:
    """All but our Spanish comes from the source; that is kept where the English is the same."""
    url = await serve(api(trees(present())))
    tables = complete((await pull(url + path, COLUMNS, QUICK)).tables, present())
    assert differences(present(), tables) == []
    assert {row["name_es"] for row in tables["services"]} == {row["name_es"] for row in present()["services"]}


@pytest.mark.parametrize("ends", ["last_page", "total_items", "empty page", "same page"])
async def test_a_list_that_does_not_count_its_pages_is_read_to_its_end(serve: Serve, ends: str) -> None:
    """However it tells where that is, with smaller pages than asked for; what is behind the ? stays."""
    services = trees(present())
    by_id = {service["id"]: service for service in services}
    asked: list[str] = []

    async def listing(request: web.Request) -> web.Response:
        asked.append(request.query["key"])
        page, size = int(request.query["page"]), len(services) if ends == "same page" else 1
        shown = services if ends == "same page" else services[(page - 1) * size : page * size]
        body: dict[str, Any] = {"contents": [{"id": service["id"]} for service in shown]}
        if ends == "last_page":
            body["last_page"] = page == len(services)
        if ends == "total_items":
            body["total_items"] = len(services)
        return web.json_response(body)

    async def one(request: web.Request) -> web.Response:
        asked.append(request.query["key"])
        return web.json_response(by_id[request.match_info["id"]])

    root = answering({"version": "3.1"})
    url = await serve({"/v3": root, "/v3/services": listing, "/v3/services/{id}": one})
    pulled = await pull(f"{url}/v3?key=a1", COLUMNS, QUICK)
    assert differences(present(), complete(pulled.tables, present())) == []
    assert set(asked) == {"a1"}


async def test_a_package_is_read_by_other_names_and_behind_a_query(serve: Serve) -> None:
    """Its tables are called in the singular, and each is asked for with what stands behind the ?."""
    names = {
        "services": "service",
        "organizations": "organization",
        "phones": "phone",
        "languages": "language",
    }
    tables = sorted(path.stem for path in TABLES.glob("*.csv"))
    resources = [{"name": names.get(name, name), "path": f"{name}.csv"} for name in tables]

    def table(name: str) -> Handler:
        async def handler(request: web.Request) -> web.Response:
            assert request.query["sig"] == "x"
            return web.Response(text=(TABLES / f"{name}.csv").read_text(encoding="utf-8"))

        return handler

    routes = {f"/p/{name}.csv": table(name) for name in tables}
    url = await serve({"/p/datapackage.json": answering({"resources": resources}), **routes})
    pulled = await pull(f"{url}/p/datapackage.json?sig=x", COLUMNS, QUICK)
    assert differences(present(), complete(pulled.tables, present())) == []
    assert not pulled.notes


async def test_a_package_of_tables_gives_the_directory_back(serve: Serve, tmp_path: Path) -> None:
    """Tables and columns that we do not know are left out; what Excel puts in front of a file too."""
    package = Path(shutil.copytree(TABLES, tmp_path / "package"))
    phones = (package / "phones.csv").read_text(encoding="utf-8").replace("\n", ",more\n", 1)
    rows = phones.splitlines()
    marked = "\ufeff" + "\r\n".join([rows[0], *(f"{row}," for row in rows[1:])])
    (package / "phones.csv").write_text(marked, encoding="utf-8")
    names = [path.name for path in package.iterdir()]
    routes = {f"/p/{name}": answering((package / name).read_text(encoding="utf-8")) for name in names}
    url = await serve(routes)
    tables = complete((await pull(f"{url}/p/datapackage.json", COLUMNS, QUICK)).tables, present())
    assert differences(present(), tables) == []


async def test_changes_are_listed_service_by_service(serve: Serve) -> None:
    """What is new, what is gone, and what of a service is another than before."""
    services = trees(present())
    gone = services.pop(1)
    services[1]["phones"][0]["number"] = "(213) 555-0142"
    services[1]["schedules"][0]["opens_at"] = "08:00:00-08:00"
    added = {**json.loads(json.dumps(services[1])), "id": "NEW-1", "name": "New line"}
    for part in ("phones", "schedules", "languages", "service_areas", "required_documents", "attributes"):
        added[part] = [{**row, "id": f"new-{row['id']}"} for row in added[part]]
    url = await serve(api([*services, added]))
    changes = differences(present(), complete((await pull(url, COLUMNS, QUICK)).tables, present()))
    assert changes == [
        f"- {gone['id']}: Los Angeles Regional Food Bank",
        f"- organizations/{gone['organization_id']}: Los Angeles Regional Food Bank",
        "+ new-1: New line",
        "~ 211-la: phones: 211 voice 24 hours a day -> 213-555-0142 voice 24 hours a day",
        "~ 211-la: hours: MO,TU,WE,TH,FR,SA,SU 00:00 23:59 24/7 -> MO,TU,WE,TH,FR,SA,SU 08:00 23:59 24/7",
    ]


async def test_the_citys_own_services_stay_where_the_source_has_none(serve: Serve) -> None:
    """The county knows nothing of HP With You; needs and withheld numbers are ours too."""
    services = [service for service in trees(present()) if service["id"] != "hp-with-you"]
    tables = complete((await pull(await serve(api(services)), COLUMNS, QUICK)).tables, present())
    assert differences(present(), tables) == []
    assert tables["withheld_phones"] == present()["withheld_phones"]
    assert tables["taxonomy_terms"] == present()["taxonomy_terms"]


async def test_a_caution_that_others_do_not_know_stays(serve: Serve) -> None:
    """They have no such column; nor do they know which agencies need one."""
    ours = present()
    url = await serve(api(trees(ours)))
    ours["organizations"][2]["needs_caution"] = "yes"
    ours["services"][2] |= {"caution": "Let a lawyer call.", "caution_es": "Que llame un abogado."}
    assert differences(ours, complete((await pull(url, COLUMNS, QUICK)).tables, ours)) == []


async def test_a_spanish_text_goes_when_its_english_has_changed(serve: Serve) -> None:
    """Nobody has compared the two, so the check will ask for a new one."""
    services = trees(present())
    services[2]["description"] = "Something else."
    tables = complete((await pull(await serve(api(services)), COLUMNS, QUICK)).tables, present())
    changed = next(row for row in tables["services"] if row["id"] == services[2]["id"])
    assert (changed["description_es"], changed["name_es"] != "") == ("", True)


async def test_what_passes_is_tried_again(serve: Serve) -> None:
    """An error 503 and a line that breaks once do not stop the pull."""
    routes = api(trees(present()))
    asked = 0

    async def shaky(request: web.Request) -> web.StreamResponse:
        nonlocal asked
        asked += 1
        if asked == 1:
            return web.Response(status=503)
        if asked == 2:
            response = web.StreamResponse(headers={"Content-Length": "9999"})
            await response.prepare(request)
            await response.write(b'{"version"')
            assert request.transport is not None
            request.transport.close()
            return response
        return await routes["/"](request)

    url = await serve({**routes, "/": shaky})
    assert len((await pull(url, COLUMNS, QUICK)).tables["services"]) == 3
    assert asked == 3


async def _never(request: web.Request) -> web.Response:
    await asyncio.sleep(SECONDS_AT_MOST)
    return web.Response()


async def _drip(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b" ")
        await asyncio.sleep(0.05)


async def _endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b" " * 65536)


async def _cut_off(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "9999"})
    await response.prepare(request)
    await response.write(b"{}")
    assert request.transport is not None
    request.transport.close()
    return response


async def _bomb(request: web.Request) -> web.Response:
    response = web.Response(body=b" " * 50_000_000, content_type="application/json")
    response.enable_compression(web.ContentCoding.gzip)
    return response


async def _to_a_file(request: web.Request) -> web.Response:
    raise web.HTTPFound("file:///etc/passwd")


async def _round_and_round(request: web.Request) -> web.Response:
    raise web.HTTPFound("/")


SERVICES = trees(present())
PACKAGE = {"resources": [{"name": "services", "path": "services.csv"}]}


@pytest.mark.parametrize(
    ("routes", "message"),
    [
        ({"/": _never}, "does not answer within 1 seconds. Try again later."),
        ({"/": _drip}, "does not answer within 1 seconds. Try again later."),
        ({"/": _endless}, "gives more than 200,000 bytes."),
        ({"/": _bomb}, "gives more than 200,000 bytes."),
        ({"/": _cut_off}, "cannot be read (ClientPayloadError). Check the address."),
        ({"/": _to_a_file}, "cannot be read (NonHttpUrlRedirectClientError). Check the address."),
        ({"/": _round_and_round}, "leads from one address to the next. Check the address."),
        ({}, "answers 404 Not Found."),
        ({"/": answering({}, status=500)}, "answers 500 Internal Server Error."),
        ({"/": answering("<html>", kind="text/html")}, "gives no JSON."),
        ({"/": answering("[" * 100_000)}, "gives no JSON."),
        ({"/": answering([])}, "gives JSON of another shape: a list, not an object."),
        (api(SERVICES, contents={}), "/services, page 1: `contents` is no list."),
        (api(SERVICES, contents=[{"name": "x"}]), "/services, page 1: a service has no `id`."),
        (api(SERVICES, contents=["x"]), "/services, page 1: a service has no `id`."),
        (api(SERVICES, total_pages="2"), "/services: `total_pages` is '2', not a number."),
        (
            api(SERVICES, total_pages=10**9),
            "/services, page 3: the page is empty, but 1000000000 are announced.",
        ),
        (api(SERVICES, contents=[{"id": "x"}]), "/services, page 2: a service comes a second time."),
        (
            api(SERVICES, total_items=4),
            "/services announces 4 services and gives 3: the list was cut off. Try again.",
        ),
        (api(SERVICES, total_items=9999), "/services has more than 2000 services."),
        (
            api(SERVICES, contents=[], total_items=0, total_pages=0),
            "/services announces 0 services and gives 0",
        ),
        (
            api([{**SERVICES[0], "phones": "213"}]),
            "publishes something else than HSDS 3: service hp-with-you.phones is a str, not a list.",
        ),
        (
            api([{**SERVICES[0], "name": ["a"]}]),
            "publishes something else than HSDS 3: service hp-with-you.name is a list, not a text.",
        ),
        (
            api([{**SERVICES[0], "organization": None, "organization_id": None}]),
            "publishes something else than HSDS 3: service hp-with-you.organization.id is missing.",
        ),
        ({"/": answering({"resources": []})}, "the package has no table `services`, or it is empty."),
        (
            {"/": answering({"resources": [{"name": "services", "path": "../x.csv"}]})},
            "the path of the table services leads out of the package.",
        ),
        (
            {"/": answering({"resources": [{"name": "services", "path": "http://x/y.csv"}]})},
            "the path of the table services leads out of the package.",
        ),
        (
            {"/": answering(PACKAGE), "/services.csv": answering("id;name\n1;2\n")},
            "publishes something else than HSDS 3: services.csv: the first line names no column `id`.",
        ),
        (
            {"/": answering(PACKAGE), "/services.csv": answering("id,name\n1\n")},
            "the package has no table `services`, or it is empty.",
        ),
        (
            {"/": answering(PACKAGE), "/services.csv": answering('id,name\n1,"\0"\n')},
            "publishes something else than HSDS 3: services.csv, line 2: this is no CSV (line contains NUL).",
        ),
    ],
)
async def test_a_source_that_is_slow_broken_or_hostile_is_refused(
    serve: Serve, routes: dict[str, Handler], message: str
) -> None:
    """With the address and what is wrong, within seconds."""
    url = await serve(routes)
    with pytest.raises(PullError) as refused:
        await asyncio.wait_for(pull(url, COLUMNS, QUICK), SECONDS_AT_MOST)
    assert str(refused.value).startswith(url) and message in str(refused.value)


@pytest.mark.parametrize("url", ["data.csv", "file:///etc/passwd", "ftp://example.org", ""])
async def test_only_web_addresses_are_read(url: str) -> None:
    """Nothing on the machine itself is."""
    with pytest.raises(PullError, match="is no web address"):
        await pull(url, COLUMNS, QUICK)


async def test_a_server_that_is_not_there_is_named() -> None:
    """As any other fault of the source."""
    with pytest.raises(PullError, match="ClientConnectorError"):
        await pull("http://127.0.0.1:9", COLUMNS, QUICK)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        *((address, False) for address in ("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "0.0.0.0")),  # noqa: S104
        *((address, False) for address in ("169.254.169.254", "100.64.0.1", "224.0.0.1", "255.255.255.255")),
        *((address, False) for address in ("::1", "::", "fe80::1", "fe80::1%1", "fd00::1", "ff02::1")),
        *((address, False) for address in ("::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::")),
        *((address, True) for address in ("93.184.216.34", "2606:4700::1111", "::ffff:93.184.216.34")),
    ],
)
def test_which_addresses_are_of_the_internet(address: str, expected: bool) -> None:
    """In whichever way an inner one is written."""
    assert is_public(ipaddress.ip_address(address)) is expected


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"])
async def test_nothing_is_pulled_from_an_inner_network(serve: Serve, host: str) -> None:
    """By an address or by a name; nobody is told whether something answers there."""
    asked = []

    async def root(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.json_response({})

    port = (await serve({"/": root})).rpartition(":")[2]
    with pytest.raises(PullError) as refused:
        await pull_from_the_internet(f"http://{host}:{port}", COLUMNS, QUICK)
    assert str(refused.value) == (
        f"http://{host}:{port} leads into an inner network, and nothing is fetched from there. "
        "Give an address of the internet."
    )
    assert asked == []


async def test_no_redirect_leads_into_an_inner_network(serve: Serve) -> None:
    """The address that is connected to counts, not the one that was given."""
    asked = []

    async def inner(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.json_response({})

    target = await serve({"/": inner})
    port = int(target.rpartition(":")[2])

    async def elsewhere(request: web.Request) -> web.Response:
        raise web.HTTPFound(f"http://127.0.0.2:{port}/")

    url = await serve({"/": elsewhere})

    def outer(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
        return str(address) == "127.0.0.1"

    with pytest.raises(PullError, match="leads into an inner network"):
        await pull_from_the_internet(url, COLUMNS, QUICK, may_reach=outer)
    assert asked == []
