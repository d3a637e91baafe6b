"""Fetching a resource directory that others publish: an HSDS 3 API, or a data package of CSV tables.

The source is not trusted: answers are bounded in size, number and time, and only known parts are read. Nor is
the address, which an editor may have typed: nothing is fetched from the network that this machine stands in.
"""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import json
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from aiohttp import (
    AddrInfoType,
    ClientError,
    ClientResponseError,
    ClientSession,
    ClientTimeout,
    TCPConnector,
    TooManyRedirects,
)
from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_exponential

from bot.directory.fitting import Pulled, fit
from bot.directory.hsds import FormatError, RawTables, rows_from_csv, rows_from_services, table_name
from bot.errors import KyrError
from bot.messages import Message

_AT_ONCE = 4
_REDIRECTS = 5
_NOT_THERE = (404, 410)
# By such addresses a network that has only IPv6 reaches those of IPv4, which are in the last 32 bits.
_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")

# The tables that are read of a package.
_READ = (
    *(
        "organizations",
        "services",
        "phones",
        "languages",
        "schedules",
        "locations",
        "addresses",
        "attributes",
    ),
    *("service_at_location", "service_areas", "required_documents"),
)
# What people are asked for, and what must not be given out, no other directory says.
_DECIDED_HERE = ("taxonomy_terms", "withheld_phones")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class PullError(KyrError):
    """A source that cannot be used; the text says what went wrong and where."""


class _MissingError(PullError):
    """Something that a source names and does not have."""


@dataclass(frozen=True)
class Limits:
    """How much is taken from a source: seconds, tries of one request, bytes of one answer, services."""

    seconds_per_answer: float = 20
    seconds_in_all: float = 300
    tries: int = 3
    seconds_between_tries: float = 1
    bytes_per_answer: int = 5_000_000
    services: int = 2_000


def is_public(address: Address) -> bool:
    """Whether an address is one of the internet, and of no inner network, link or machine."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _TRANSLATED:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast


async def pull(
    url: str,
    columns: Mapping[str, Sequence[str]],
    limits: Limits | None = None,
    *,
    may_reach: Callable[[Address], bool] = is_public,
) -> Pulled:
    """Return the tables that an address publishes, with our columns, and what was left out; raises PullError.

    The address is that of an HSDS 3 API (its root or its `/services`) or of a `datapackage.json`, with
    whatever stands behind a `?` in it. Only what `may_reach` allows is connected to, whatever names and
    redirects lead to it.
    """
    if not url.lower().startswith(("http://", "https://")):
        raise PullError(Message("not_an_address", url=url))
    source = _Source(url, limits or Limits(), may_reach)
    try:
        return await asyncio.wait_for(source.pull(columns), source.limits.seconds_in_all)
    except asyncio.TimeoutError:
        raise PullError(
            Message("pull_took_too_long", url=url, seconds=f"{source.limits.seconds_in_all:g}")
        ) from None
    except FormatError as error:
        raise PullError(Message("pull_other_format", url=url, what=error.message)) from None


class _Source:
    """One address to pull from."""

    def __init__(self, url: str, limits: Limits, may_reach: Callable[[Address], bool]) -> None:
        self.url, self.limits = url, limits
        self._may_reach = may_reach
        self._session: ClientSession

    async def pull(self, columns: Mapping[str, Sequence[str]]) -> Pulled:
        timeout = ClientTimeout(total=self.limits.seconds_per_answer)
        async with ClientSession(
            connector=TCPConnector(socket_factory=self._socket_to),
            timeout=timeout,
            headers={"Accept": "application/json, text/csv"},
        ) as session:
            self._session = session
            first = await self._json(self.url)
            if isinstance(first.get("resources"), list):
                raw, notes = await self._package(first["resources"])
                pulled = fit(raw, columns, self.url)
                return Pulled(pulled.tables, [*notes, *pulled.notes])
            listing = self.url if "contents" in first else _below(self.url, "services")
            services = await self._services(listing)
            return fit(rows_from_services(services), columns, _below(listing, "{id}"))

    def _socket_to(self, address: AddrInfoType) -> socket.socket:
        """Return a socket to connect to an address, after names were looked up and redirects followed."""
        family, kind, protocol, _, where = address
        if not self._may_reach(ipaddress.ip_address(where[0])):
            raise PermissionError(errno.EACCES, "an address of an inner network")
        return socket.socket(family, kind, protocol)

    async def _package(self, resources: list[Any]) -> tuple[RawTables, list[Message]]:
        tables: RawTables = {}
        notes: list[Message] = []
        others: list[str] = []
        query = urlsplit(self.url).query
        for resource in resources:
            given = resource.get("name") if isinstance(resource, dict) else None
            if not isinstance(given, str):
                continue
            name, path = table_name(given), resource.get("path")
            if isinstance(path, list) and len(path) == 1:
                path = path[0]
            if not isinstance(path, str) or ":" in path or path.startswith(("/", "\\")) or ".." in path:
                raise PullError(Message("table_outside_package", url=self.url, table=given))
            if name not in _READ:
                others += [] if name in _DECIDED_HERE else [given]
                continue
            address = urljoin(self.url, path)
            try:
                text = await self._text(address if "?" in path or not query else f"{address}?{query}")
            except _MissingError as error:
                if name == "services":
                    raise
                notes.append(Message("pulled_table_missing", table=given, what=error.message))
                continue
            rows, unread = rows_from_csv(name, text)
            if len(rows) > self.limits.services * 20:
                raise PullError(Message("table_too_long", url=self.url, table=given))
            tables.setdefault(name, []).extend(rows)
            notes += unread
        if not tables.get("services"):
            raise PullError(Message("package_without_services", url=self.url))
        if others:
            notes.insert(0, Message("pulled_tables", tables=", ".join(others)))
        return tables, notes

    async def _services(self, listing: str) -> list[dict[str, Any]]:
        names: dict[str, None] = {}
        number, last, total = 1, 1, None
        while number <= last:
            page = await self._json(_with_query(listing, f"page={number}&per_page=100"))
            contents = page.get("contents")
            if not isinstance(contents, list):
                raise PullError(Message("contents_no_list", listing=listing, number=number))
            new = [_name(item, f"{listing}, page {number}") for item in contents]
            announced, total = (_count(page, key, listing) for key in ("total_pages", "total_items"))
            if announced is None and new and set(new) <= names.keys():
                break  # one that has all on one page, and gives it whatever is asked for
            if any(name in names for name in new) or len(set(new)) < len(new):
                raise PullError(Message("service_twice", listing=listing, number=number))
            names.update(dict.fromkeys(new))
            if max(len(names), total or 0) > self.limits.services:
                raise PullError(Message("too_many_services", listing=listing, most=self.limits.services))
            if announced is not None:
                last = announced
            elif new and page.get("last_page") is not True and len(names) != total:
                last = number + 1
            if not new and number < last:
                raise PullError(Message("page_empty", listing=listing, number=number, announced=last))
            number += 1
        if len(names) != (len(names) if total is None else total) or not names:
            raise PullError(Message("list_cut_off", listing=listing, total=total or 0, given=len(names)))
        slots = asyncio.Semaphore(_AT_ONCE)

        async def whole(name: str) -> dict[str, Any]:
            async with slots:
                return await self._json(_below(listing, quote(name, safe="")))

        return list(await asyncio.gather(*map(whole, names)))

    async def _json(self, url: str) -> dict[str, Any]:
        text = await self._text(url)
        try:
            body = json.loads(text)
        except (ValueError, RecursionError):
            raise PullError(Message("no_json", url=url)) from None
        if not isinstance(body, dict):
            raise PullError(Message("json_of_other_shape", url=url, kind=type(body).__name__))
        return body

    async def _text(self, url: str) -> str:
        """Return the text at an address; what may pass (a broken line, an error 503) is tried again."""
        try:
            async for attempt in AsyncRetrying(
                stop=stop_after_attempt(self.limits.tries),
                wait=wait_exponential(self.limits.seconds_between_tries),
                retry=retry_if_exception(_may_pass),
                reraise=True,
            ):
                with attempt:
                    data = await self._read(url)
        except TooManyRedirects:
            raise PullError(Message("redirects", url=url)) from None
        except ClientResponseError as error:
            kind = _MissingError if error.status in _NOT_THERE else PullError
            raise kind(
                Message("server_refuses", url=url, status=error.status, message=error.message)
            ) from None
        except asyncio.TimeoutError:
            raise PullError(
                Message("no_answer_in_time", url=url, seconds=f"{self.limits.seconds_per_answer:g}")
            ) from None
        except ClientError as error:
            if _leads_inside(error):
                raise PullError(Message("inner_network", url=url)) from None
            raise PullError(Message("address_unreadable", url=url, reason=type(error).__name__)) from None
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise PullError(Message("answer_not_utf8", url=url)) from None

    async def _read(self, url: str) -> bytes:
        async with self._session.get(url, max_redirects=_REDIRECTS) as response:
            response.raise_for_status()
            data = bytearray()
            async for piece in response.content.iter_chunked(1 << 16):
                data += piece
                if len(data) > self.limits.bytes_per_answer:
                    raise PullError(
                        Message("answer_too_large", url=url, most=f"{self.limits.bytes_per_answer:,}")
                    )
            return bytes(data)


def _may_pass(error: BaseException) -> bool:
    if isinstance(error, ClientResponseError):
        return error.status >= 500 or error.status == 429
    return not _leads_inside(error) and isinstance(error, (ClientError, asyncio.TimeoutError))


def _leads_inside(error: BaseException) -> bool:
    """Whether a connection was not made because of its address; no other reason has that kind."""
    return isinstance(getattr(error, "os_error", None), PermissionError)


def _name(item: Any, where: str) -> str:
    name = item.get("id") if isinstance(item, dict) else None
    if not isinstance(name, str) or not 0 < len(name) <= 100:
        raise PullError(Message("service_without_id", where=where))
    return name


def _count(page: Mapping[str, Any], key: str, where: str) -> int | None:
    """Return a number that a page tells of the whole list; None where it does not."""
    value = page.get(key)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise PullError(Message("service_no_number", where=where, key=key, value=value))
    return value


def _below(url: str, name: str) -> str:
    """Return the address of something below another address, whose query stays behind it."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/{name}"))


def _with_query(url: str, query: str) -> str:
    """Return an address with more behind what stands behind its `?`."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query="&".join(filter(None, (parts.query, query)))))
