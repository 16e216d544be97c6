"""Names and addresses under which a server is reached, read as a person writes them."""

from __future__ import annotations

import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

from cryptography import x509

from app.services.errors import ServiceError

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
# An address kept for documentation (RFC 5737): asking for the way there sends nothing.
_ELSEWHERE = ("192.0.2.1", 9)


@dataclass(frozen=True, slots=True)
class Host:
    """One host: `text` as a certificate spells it, `address` None where it is a name."""

    text: str
    address: IPv4Address | IPv6Address | None

    @property
    def general_name(self) -> x509.GeneralName:
        """How a certificate names it."""
        return x509.DNSName(self.text) if self.address is None else x509.IPAddress(self.address)

    @property
    def in_url(self) -> str:
        """How an address of a page names it."""
        return f"[{self.text}]" if isinstance(self.address, IPv6Address) else self.text


class HostRefused(ServiceError):
    """A host that no certificate can name."""

    def __init__(self, text: str):
        super().__init__(
            f"{text!r} is neither a host name nor an address; write it without http:// and port, "
            "such as survey.local or 192.168.1.10."
        )
        self.text = text


def read_hosts(given: Sequence[str]) -> tuple[Host, ...]:
    """The hosts in the order given, each once. Raises HostRefused."""
    found: dict[str, Host] = {}
    for text in given:
        host = _read(text.strip().lower())
        found.setdefault(host.text, host)
    return tuple(found.values())


def own_hosts() -> tuple[str, ...]:
    """This machine's address in its network, then its name, as far as they can be used in a certificate."""
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_ELSEWHERE)
            found.append(probe.getsockname()[0])
        except OSError:
            pass  # A machine without a network has its name alone.
    name = socket.gethostname().lower()
    if _is_name(name):
        found.append(name)
    return tuple(found)


def _read(text: str) -> Host:
    try:
        address = ip_address(text)
    except ValueError:
        if not _is_name(text):
            raise HostRefused(text) from None
        return Host(text, None)
    # 0.0.0.0 is where a server listens, and no tablet can go there; a zone (%eth0) means something here only.
    if address.is_unspecified or "%" in text:
        raise HostRefused(text)
    return Host(str(address), address)


def _is_name(text: str) -> bool:
    """A name of letters, digits and hyphens; all digits and dots would be a misspelt address."""
    return len(text) <= 253 and bool(_NAME.fullmatch(text)) and not text.replace(".", "").isdigit()
