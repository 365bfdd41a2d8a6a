"""Secrets are masked wherever they stand in a text or a log record."""

import logging

from odoo.tests import tagged

from ..ponto_client import PontoError, RedactingFilter, redact
from ..ponto_client.redaction import get_logger
from .http_stub import SECRET, TOKEN, ClientCase

BARE = TOKEN["access_token"]


@tagged("post_install", "-at_install")
class TestClientRedaction(ClientCase):
    def test_headers_and_named_values(self):
        for text in (
            f"Authorization: Bearer {BARE}",
            f"authorization: bearer {BARE[:30]}",
            f"Basic {BARE[:24]}==",
            f"Bearer%20{BARE[:24]}",
            f'{{"access_token": "{BARE}", "scope": "ai"}}',
            f"{{'access_token': '{BARE[:20]}'}}",
            f"client_secret={BARE[:20]}&grant_type=client_credentials",
            f'"client_secret": "{BARE[:20]}\\" and more"',
            f"clientSecret = {BARE[:20]}",
            f'"refresh_token":"{BARE[:20]}',
            f"the token {BARE} alone",
        ):
            with self.subTest(text=text):
                clean = redact(text)
                self.assertNotIn(BARE[:10], clean)
                self.assertIn("***", clean)
        self.assertIn('"scope": "ai"', redact(f'{{"access_token": "{BARE}", "scope": "ai"}}'))
        self.assertIn("grant_type", redact(f"client_secret={BARE}&grant_type=client_credentials"))

    def test_known_values(self):
        self.assertEqual(redact(f"x{SECRET}y", [SECRET]), "x***y")
        self.assertEqual(redact("abcdef", ["abcd", "abcdef"]), "***")
        self.assertEqual(redact("banana", ["a", ""]), "banana")

    def test_ordinary_texts_stay(self):
        for text in (
            "GET /accounts/0df6d359-a2fb-4f41-bc4c-3c824d8a1a03: 200 in 12 ms",
            "digest b9ed9ae3d4b18e8263019376c0d96363645fa7329a295fd97860f7a352a84af5",
            "The access token is of an unknown type.",
            '"token_type": "bearer"',
        ):
            self.assertEqual(redact(text), text)

    def test_log_records(self):
        lines = self.capture_logs()
        logger = logging.getLogger("ponto.redaction.test")
        redacting = RedactingFilter([SECRET])
        logger.addFilter(redacting)
        self.addCleanup(logger.removeFilter, redacting)
        logger.info("secret %s and %s", SECRET, {"access_token": BARE})
        try:
            raise ValueError(f"Bearer {BARE}")
        except ValueError:
            logger.info("failed", exc_info=True)
        self.assertEqual(len(lines), 2)
        self.assertIn("ValueError: Bearer ***", lines[1])
        self.assertNoSecret(*lines)

    def test_loggers_get_one_filter(self):
        logger = get_logger("ponto.redaction.once")
        self.assertIs(get_logger("ponto.redaction.once"), logger)
        self.assertEqual(len([item for item in logger.filters if isinstance(item, RedactingFilter)]), 1)

    def test_error_defaults(self):
        error = PontoError()
        self.assertEqual(str(error), "The call to Ponto failed. (pontoError)")
        self.assertEqual((error.status, error.request_id, error.retry_after), (None, None, None))
