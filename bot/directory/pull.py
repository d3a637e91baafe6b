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
from urllib.parse import quote, urljoin

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

from bot.directory.hsds import FormatError, normalized, table_from_csv, tables_from_services
from bot.directory.tables import Tables
from bot.errors import KyrError

_AT_ONCE = 4
_REDIRECTS = 5
# By such addresses a network that has only IPv6 reaches those of IPv4, which are in the last 32 bits.
_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class PullError(KyrError):
    """A source that cannot be used; the text says what went wrong and where."""


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
) -> Tables:
    """Return the tables that an address publishes, with our columns; raises PullError.

    The address is that of an HSDS 3 API (its root or its `/services`) or of a `datapackage.json`. Only what
    `may_reach` allows is connected to, whatever names and redirects lead to it.
    """
    if not url.lower().startswith(("http://", "https://")):
        raise PullError(f"{url} is no web address. Write it in full, beginning with https://")
    source = _Source(url.rstrip("/"), limits or Limits(), may_reach)
    try:
        return await asyncio.wait_for(source.pull(columns), source.limits.seconds_in_all)
    except asyncio.TimeoutError:
        raise PullError(
            f"{url} took longer than {source.limits.seconds_in_all:g} seconds. Try again later."
        ) from None
    except FormatError as error:
        raise PullError(f"{url} publishes something else than HSDS 3: {error}.") from None


class _Source:
    """One address to pull from."""

    def __init__(self, url: str, limits: Limits, may_reach: Callable[[Address], bool]) -> None:
        self.url, self.limits = url, limits
        self._may_reach = may_reach
        self._session: ClientSession

    async def pull(self, columns: Mapping[str, Sequence[str]]) -> Tables:
        timeout = ClientTimeout(total=self.limits.seconds_per_answer)
        async with ClientSession(
            connector=TCPConnector(socket_factory=self._socket_to),
            timeout=timeout,
            headers={"Accept": "application/json, text/csv"},
        ) as session:
            self._session = session
            first = await self._json(self.url)
            if isinstance(first.get("resources"), list):
                return normalized(await self._package(first["resources"], columns))
            listing = self.url if "contents" in first else f"{self.url}/services"
            services = await self._services(listing)
            return tables_from_services(services, columns, listing)

    def _socket_to(self, address: AddrInfoType) -> socket.socket:
        """Return a socket to connect to an address, after names were looked up and redirects followed."""
        family, kind, protocol, _, where = address
        if not self._may_reach(ipaddress.ip_address(where[0])):
            raise PermissionError(errno.EACCES, "an address of an inner network")
        return socket.socket(family, kind, protocol)

    async def _package(self, resources: list[Any], columns: Mapping[str, Sequence[str]]) -> Tables:
        tables: Tables = {name: [] for name in columns}
        for resource in resources:
            name = resource.get("name") if isinstance(resource, dict) else None
            if not isinstance(name, str) or name not in columns:
                continue
            path = resource.get("path")
            if not isinstance(path, str) or ":" in path or path.startswith(("/", "\\")) or ".." in path:
                raise PullError(f"{self.url}: the path of the table {name} leads out of the package.")
            text = await self._text(urljoin(self.url, path))
            tables[name] = table_from_csv(name, text, columns[name])
            if len(tables[name]) > self.limits.services * 20:
                raise PullError(f"{self.url}: the table {name} has too many rows.")
        if not tables.get("services"):
            raise PullError(f"{self.url}: the package has no table `services`, or it is empty.")
        return tables

    async def _services(self, listing: str) -> list[dict[str, Any]]:
        names: dict[str, None] = {}
        number, last, total = 1, 1, 0
        while number <= last:
            page = await self._json(f"{listing}?page={number}&per_page=100")
            contents = page.get("contents")
            if not isinstance(contents, list):
                raise PullError(f"{listing}, page {number}: `contents` is no list.")
            new = [_name(item, f"{listing}, page {number}") for item in contents]
            if any(name in names for name in new) or len(set(new)) < len(new):
                raise PullError(f"{listing}, page {number}: a service comes a second time.")
            names.update(dict.fromkeys(new))
            last, total = (_count(page, key, listing) for key in ("total_pages", "total_items"))
            if max(len(names), total) > self.limits.services:
                raise PullError(f"{listing} has more than {self.limits.services} services.")
            if not new and number < last:
                raise PullError(f"{listing}, page {number}: the page is empty, but {last} are announced.")
            number += 1
        if len(names) != total or not names:
            raise PullError(
                f"{listing} announces {total} services and gives {len(names)}: the list was cut off. "
                "Try again."
            )
        slots = asyncio.Semaphore(_AT_ONCE)

        async def whole(name: str) -> dict[str, Any]:
            async with slots:
                return await self._json(f"{listing}/{quote(name, safe='')}")

        return list(await asyncio.gather(*map(whole, names)))

    async def _json(self, url: str) -> dict[str, Any]:
        text = await self._text(url)
        try:
            body = json.loads(text)
        except (ValueError, RecursionError):
            raise PullError(f"{url} gives no JSON.") from None
        if not isinstance(body, dict):
            raise PullError(f"{url} gives JSON of another shape: a {type(body).__name__}, not an object.")
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
            raise PullError(f"{url} leads from one address to the next. Check the address.") from None
        except ClientResponseError as error:
            raise PullError(f"{url} answers {error.status} {error.message}.") from None
        except asyncio.TimeoutError:
            raise PullError(
                f"{url} does not answer within {self.limits.seconds_per_answer:g} seconds. Try again later."
            ) from None
        except ClientError as error:
            if _leads_inside(error):
                raise PullError(
                    f"{url} leads into an inner network, and nothing is fetched from there. "
                    "Give an address of the internet."
                ) from None
            raise PullError(f"{url} cannot be read ({type(error).__name__}). Check the address.") from None
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise PullError(f"{url} gives no UTF-8 text.") from None

    async def _read(self, url: str) -> bytes:
        async with self._session.get(url, max_redirects=_REDIRECTS) as response:
            response.raise_for_status()
            data = bytearray()
            async for piece in response.content.iter_chunked(1 << 16):
                data += piece
                if len(data) > self.limits.bytes_per_answer:
                    raise PullError(f"{url} gives more than {self.limits.bytes_per_answer:,} bytes.")
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
        raise PullError(f"{where}: a service has no `id`.")
    return name


def _count(page: Mapping[str, Any], key: str, where: str) -> int:
    value = page.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise PullError(f"{where}: `{key}` is {value!r}, not a number.")
    return value
