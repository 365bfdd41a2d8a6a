"""Keep secrets out of texts: log lines, error details, anything shown to a person."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable

MASK = "***"
# Shorter values are not replaced by themselves: "a" as a secret would mask every a of a text.
SHORTEST_SECRET = 4

_NAMED = re.compile(
    r"""(["']?\b(?:access_token|refresh_token|id_token|client_secret|clientSecret|accessToken|password)\b["']?\s*[:=]\s*)"""
    r"""("(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|[^\s,;&}\])]+)""",
    re.IGNORECASE,
)
_SCHEME = re.compile(r"\b(bearer|basic)(\s+|%20)[^\s\"',;]+", re.IGNORECASE)
# A Ponto access token: two base64url parts of 43 characters joined by a dot (doc/ponto-api.md, 1.3; A java, elixir).
_BARE_TOKEN = re.compile(r"(?<![\w-])[\w-]{43}\.[\w-]{43}(?![\w-])", re.ASCII)


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Mask everything in a text that looks like a secret, and the given values.

    :param text: any text.
    :param secrets: values known to be secret, masked wherever they stand.
    :return: the text with ``***`` in their place.
    """
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= SHORTEST_SECRET:
            text = text.replace(secret, MASK)
    text = _SCHEME.sub(rf"\1 {MASK}", text)
    text = _NAMED.sub(rf"\1{MASK}", text)
    return _BARE_TOKEN.sub(MASK, text)


class RedactingFilter(logging.Filter):
    """Mask secrets in log records, in the message and in the traceback.

    A filter on a logger does not see records of child loggers: add it to each logger that writes, or to a handler.

    :param secrets: values known to be secret, masked besides what looks like one.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__()
        self._secrets = tuple(secrets)

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record in place.

        :param record: the record about to be written.
        :return: always True, nothing is left out.
        """
        record.msg = redact(record.getMessage(), self._secrets)
        record.args = None
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = redact(record.exc_text, self._secrets)
        return True


def get_logger(name: str) -> logging.Logger:
    """Return the logger of a module of this package, with the redacting filter on it.

    :param name: the module's ``__name__``.
    :return: the logger.
    """
    logger = logging.getLogger(name)
    if not any(isinstance(item, RedactingFilter) for item in logger.filters):
        logger.addFilter(RedactingFilter())
    return logger
