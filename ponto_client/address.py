"""Which addresses the client may call, and where a link to the next page leads."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from .errors import ForeignLink, FormatError, InvalidAddress

# The two hosts of the API name each other in links (doc/ponto-api.md, 1.1, 3.5; A spec23, java); the partner host puts
# a prefix before the same paths.
API_HOSTS = ("api.myponto.com", "api.ibanity.com")
PARTNER_PREFIX = "/ponto-connect"
_PORTS = {"http": 80, "https": 443}
# Current and older spelling of the cursor (doc/ponto-api.md, 4; A spec23, B oca).
CURSOR_PARAMETERS = ("page[after]", "after")


@dataclass(frozen=True, slots=True)
class BaseAddress:
    """The one address that gets requests and tokens."""

    scheme: str
    host: str
    port: int
    prefix: str  # path before the API's own paths, without a slash at the end

    @classmethod
    def parse(cls, url: str) -> BaseAddress:
        """Read the configured address.

        :param url: ``https://host[:port][/prefix]``; http is meant for a server on the loopback.
        :return: the address.
        :raise InvalidAddress: not such an address.
        """
        parts = _split(url.strip().rstrip("/"))
        if parts is None or parts.scheme not in _PORTS or parts.query or parts.fragment:
            raise InvalidAddress()
        return cls(parts.scheme, parts.hostname or "", _port(parts), parts.path)

    @property
    def url(self) -> str:
        """Write the address without a slash at the end; the port only where it is not the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.prefix}"

    def knows(self, parts: SplitResult) -> bool:
        """Tell whether an absolute link leads to this address or to a host of the API.

        :param parts: the split link.
        :return: False for any other host, port or scheme.
        """
        if parts.scheme != "https" and parts.scheme != self.scheme:
            return False
        if parts.hostname == self.host and _port(parts) == self.port:
            return True
        return parts.hostname in API_HOSTS and parts.scheme == "https" and _port(parts) == _PORTS["https"]

    def api_path(self, path: str) -> str:
        """Take the prefix off a path, this address's own or the partner host's.

        :param path: the path of a link.
        :return: the path as the API reference writes it, decoded, without a slash at the end.
        """
        for prefix in (self.prefix, PARTNER_PREFIX):
            if prefix and path.startswith(f"{prefix}/"):
                path = path[len(prefix) :]
                break
        return unquote(path).rstrip("/")


def _split(url: str) -> SplitResult | None:
    """Split an address; None for what two readers could understand differently, user names included."""
    if not url.isascii() or not url.isprintable() or set(url) & set(" \\@"):
        return None
    try:
        parts = urlsplit(url)
        usable = parts.port != 0 and bool(parts.hostname) == bool(parts.netloc) == bool(parts.scheme)
    except ValueError:
        return None
    return parts if usable else None


def _port(parts: SplitResult) -> int:
    return parts.port or _PORTS.get(parts.scheme, 0)


def next_query(link: object, base: BaseAddress, path: str) -> str | None:
    """Return the query of the next page, to be asked at the base address under the same path.

    The link's host is never called: only its query is used, so a token cannot follow it anywhere.

    :param link: the value of ``links.next``.
    :param base: the address in use.
    :param path: the path of the list being read, as the API reference writes it.
    :return: the query, None at the end of the list.
    :raise ForeignLink: the link leads to an unknown host.
    :raise FormatError: the link is no text or leads to another list.
    """
    if isinstance(link, dict):
        link = link.get("href")  # a link may be an object (JSON:API 1.0); not seen from Ponto
    if link is None or link == "":
        return None
    if not isinstance(link, str):
        raise FormatError("The link to the next page is not a text.")
    parts = _split(link)
    if parts is None or (parts.scheme and not base.knows(parts)):
        raise ForeignLink()
    if parts.path and base.api_path(parts.path) != unquote(path):
        raise FormatError("The link to the next page leads to another list.")
    return parts.query


def cursor_of(query: str) -> str | None:
    """Return the cursor in the query of a link.

    :param query: the query text.
    :return: the id after which the page starts, None when the query has none.
    """
    values = parse_qs(query)
    return next((values[name][0] for name in CURSOR_PARAMETERS if name in values), None)
