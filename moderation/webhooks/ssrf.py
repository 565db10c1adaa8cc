"""The network addresses that a call to a receiver may reach."""

from __future__ import annotations

import ipaddress
import socket

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

# From the IANA special-purpose registries. Python's `is_global` is not enough: 3.11 calls NAT64,
# 6to4, IPv4-compatible and multicast addresses global.
REFUSED_IPV4 = [
    ipaddress.IPv4Network(block)
    for block in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
]
GLOBAL_IPV6 = ipaddress.IPv6Network("2000::/3")
REFUSED_IPV6 = [
    ipaddress.IPv6Network(block)
    # Protocol assignments with Teredo and ORCHID, documentation, 6to4.
    for block in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "2620:4f:8000::/48")
]
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class OutboundRefused(Exception):
    """The URL must not be called; the message says why and shows no resolved address."""


def unwrap(address: IPAddress) -> IPAddress:
    """Return the IPv4 address inside an IPv6 one (mapped, NAT64), or the address itself."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def is_public(address: IPAddress) -> bool:
    """Tell whether an address belongs to the public internet and to a single host.

    Addresses of old tunnels (6to4, Teredo, IPv4-compatible) are not public: no receiver uses them.
    """
    address = unwrap(address)
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not any(address in block for block in REFUSED_IPV4)
    return (
        address.scope_id is None
        and address in GLOBAL_IPV6
        and not any(address in block for block in REFUSED_IPV6)
    )


def is_never_allowed(address: IPAddress) -> bool:
    """Tell whether an address is forbidden even where private addresses are allowed.

    Clouds serve credentials on link-local addresses. No receiver uses multicast.
    """
    address = unwrap(address)
    return address.is_link_local or address.is_multicast or address.is_unspecified


def check_literal(host: str, *, allow_private: bool) -> None:
    """Raise `OutboundRefused` for a host that is written as a private address."""
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return
    check_addresses([address], allow_private=allow_private)


def check_addresses(addresses: list[IPAddress], *, allow_private: bool) -> None:
    """Raise `OutboundRefused` unless all addresses may be called."""
    if any(is_never_allowed(address) for address in addresses):
        raise OutboundRefused("The address leads to a link-local or multicast address.")
    if not allow_private and not all(is_public(address) for address in addresses):
        raise OutboundRefused("The address leads into a private or reserved network.")


def resolve(host: str, port: int) -> list[IPAddress]:
    """Return every address that the system's resolver knows for a name; raise OSError if none."""
    entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(ipaddress.ip_address(entry[4][0]) for entry in entries))
