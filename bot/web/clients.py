"""Whom a request comes from, also behind a proxy; used to count requests, and kept nowhere."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

from aiohttp import web

from bot.settings import Network

# A phone or a home has so many bits to itself, and may use any address with them.
_IPV6_BITS = 64


def client_of(request: web.Request, trusted_proxies: Sequence[Network]) -> str:
    """Return the address of the client, or its network where that is all that tells it apart.

    `X-Forwarded-For` counts only from proxies that are trusted, read from the nearest to the first that
    is not: whatever a client writes into it stands further left.
    """
    hops = [request.remote or ""]
    for header in reversed(request.headers.getall("X-Forwarded-For", [])):
        hops += [hop.strip() for hop in reversed(header.split(","))]
    seen = hops[0]
    for hop in hops:
        address = _address(hop)
        if address is None:
            break
        seen = hop
        if not any(address in network for network in trusted_proxies):
            break
    address = _address(seen)
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, _IPV6_BITS), strict=False))
    return seen


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped or address
