"""The client against the project's sandbox: whole ways through the API, and its faults at the n-th call."""

from datetime import date, datetime, timezone
from decimal import Decimal

from odoo.tests import tagged

from ..ponto_client import (
    ConnectionFailed,
    CredentialsError,
    ForeignLink,
    FormatError,
    MemoryTokenStore,
    NotFound,
    RateLimited,
    RecentlySynchronized,
    RequestRefused,
    ScopeError,
    ServerError,
)
from ..sandbox import Bank, Clock, Sandbox
from .http_stub import ClientCase

PUBLIC_ADDRESS = "203.0.113.7"


@tagged("post_install", "-at_install")
class TestClientSandbox(ClientCase):
    def setUp(self):
        super().setUp()
        self.bank = Bank(clock=Clock())
        institution = self.bank.add_institution("Stable Bank", bic="GEBABEBB")
        beta = self.bank.add_institution("Beta Bank", bic="KREDBEBB", status="beta")
        self.integration = self.bank.add_integration(name="Books")
        self.account = self.bank.add_account(
            institution, reference="BE68539007547034", holder_name="Belgian Company", opening_balance=Decimal("1000.10")
        )
        self.card = self.bank.add_account(
            beta, reference="5300 **** **** 1234", reference_type="MASKEDPAN", subtype="card"
        )
        self.booked = [
            self.bank.add_transaction(
                self.account,
                Decimal(number) / 100 - 1,
                date(2026, 3, 1 + number // 2),
                description=f"Payment {number} é",
                created_at=datetime(2026, 3, 20, 10, number, tzinfo=timezone.utc),
            )
            for number in range(25)
        ]
        self.sandbox = Sandbox(self.bank)
        self.sandbox.start()
        self.addCleanup(self.sandbox.stop)
        self.ponto = self.connect()
        self.ponto.check_credentials()
        self.sandbox.clear()

    def connect(self, **options):
        """Return a client with the credentials of the integration."""
        secret = options.pop("client_secret", self.integration.client_secret)
        return self.make_client(self.sandbox.url, secret, self.integration.client_id, **options)

    def calls(self, text):
        """Return the calls whose path contains a text."""
        return [call for call in self.sandbox.requests if text in call.path]

    def read_all(self, limit=10):
        """Return all transactions read, in the order received."""
        pages = self.ponto.transaction_pages(self.account.id, limit=limit)
        return [item for page in pages for item in page.items]

    def newest_first(self):
        return [item.id for item in reversed(self.booked)]

    def finished(self, synchronization):
        """Ask for a synchronization until it is over."""
        self.sandbox.options.synchronization_seconds = 0
        for _number in range(50):
            synchronization = self.ponto.synchronization(synchronization.id)
            if synchronization.status not in ("pending", "running"):
                break
        return synchronization

    # Reading

    def test_accounts_and_institutions(self):
        accounts = {account.id: account for account in self.ponto.accounts()}
        self.assertEqual(set(accounts), {self.account.id, self.card.id})
        account = accounts[self.account.id]
        self.assertEqual((account.reference, account.reference_type), ("BE68539007547034", "IBAN"))
        self.assertEqual((account.currency, account.holder_name), ("EUR", "Belgian Company"))
        self.assertEqual(account.current_balance, self.bank.reported_balance(self.account))
        self.assertIsNotNone(account.authorized_at)
        self.assertGreater(account.authorization_expiration_expected_at, account.authorized_at)
        self.assertEqual(accounts[self.card.id].subtype, "card")
        self.assertEqual(self.ponto.account(self.account.id).id, self.account.id)
        institutions = {institution.id: institution for institution in self.ponto.institutions()}
        self.assertEqual({item.institution_id for item in accounts.values()}, set(institutions))
        self.assertEqual({item.status for item in institutions.values()}, {"stable", "beta"})
        one = self.ponto.institution(account.institution_id)
        self.assertEqual((one.name, one.bic), ("Stable Bank", "GEBABEBB"))

    def test_all_transactions_exactly_once_and_exact(self):
        items = self.read_all(limit=7)
        self.assertEqual([item.id for item in items], self.newest_first())
        self.assertEqual(len(self.calls("/transactions")), 4)
        total = sum(item.amount for item in items)
        self.assertEqual(Decimal("1000.10") + total, self.bank.balance(self.account))
        by_id = {item.id: item for item in items}
        for booked in self.booked:
            item = by_id[booked.id]
            self.assertEqual((item.amount, item.description), (booked.amount, booked.description))
            self.assertEqual(item.execution_date.date(), booked.execution_date)
            self.assertEqual((item.account_id, item.problems), (self.account.id, ()))
            self.assertTrue(booked.id in item.raw)

    def test_reading_goes_on_from_a_cursor(self):
        pages = self.ponto.transaction_pages(self.account.id, limit=10)
        first = next(pages)
        pages.close()
        rest = [
            item.id
            for page in self.ponto.transaction_pages(self.account.id, after=first.next_cursor, limit=10)
            for item in page.items
        ]
        self.assertEqual([item.id for item in first.items] + rest, self.newest_first())

    def test_server_that_gives_smaller_pages(self):
        self.sandbox.options.page_limit_cap = 4
        self.assertEqual([item.id for item in self.read_all(limit=100)], self.newest_first())
        self.assertEqual(len(self.calls("/transactions")), 7)

    def test_synchronization_from_request_to_new_transactions(self):
        late = self.bank.add_transaction(self.account, Decimal("-9.99"), date(2026, 3, 5), visible=False)
        asked = self.ponto.create_synchronization(self.account.id, "accountTransactions", PUBLIC_ADDRESS)
        self.assertEqual((asked.status, asked.resource_id), ("pending", self.account.id))
        done = self.finished(asked)
        self.assertEqual((done.status, done.errors), ("success", ()))
        self.assertEqual([item.id for item in self.ponto.updated_transactions(done.id)], [late.id])
        self.assertEqual(list(self.ponto.updated_pending_transactions(done.id)), [])
        page = next(self.ponto.transaction_pages(self.account.id))
        self.assertEqual(page.items[0].id, late.id)
        self.assertEqual(page.latest_synchronization.id, done.id)
        self.assertIsNotNone(page.synchronized_at)

    def test_second_synchronization_too_soon(self):
        self.ponto.create_synchronization(self.account.id, "accountDetails", PUBLIC_ADDRESS)
        with self.assertRaises(RecentlySynchronized) as caught:
            self.ponto.create_synchronization(self.account.id, "accountDetails", PUBLIC_ADDRESS)
        self.assertEqual(caught.exception.status, 400)
        self.assertTrue(caught.exception.request_id)

    def test_failed_synchronization_is_an_answer(self):
        self.bank.expire(self.account)
        asked = self.ponto.create_synchronization(self.account.id, "accountTransactions", PUBLIC_ADDRESS)
        done = self.finished(asked)
        self.assertEqual(done.status, "error")
        self.assertTrue(done.errors[0].code.startswith("authorization"))

    def test_refused_synchronizations(self):
        for arguments in (
            ("unknown", "accountDetails", PUBLIC_ADDRESS),
            (self.account.id, "everything", PUBLIC_ADDRESS),
            (self.account.id, "accountDetails", "nowhere"),
        ):
            with self.assertRaises(RequestRefused) as caught:
                self.ponto.create_synchronization(*arguments)
            self.assertIs(type(caught.exception), RequestRefused)

    def test_pending_transactions(self):
        pending = self.bank.add_pending(self.account, Decimal("-3.50"), date(2026, 3, 9))
        asked = self.ponto.create_synchronization(self.account.id, "accountTransactionsWithUnsettled", PUBLIC_ADDRESS)
        self.finished(asked)
        (item,) = self.ponto.pending_transactions(self.account.id)
        self.assertEqual((item.id, item.amount), (pending.id, Decimal("-3.50")))

    def test_reauthorization_request(self):
        request = self.ponto.create_reauthorization_request(self.account.id, "https://books.example/back")
        self.assertTrue(request.redirect_url.startswith(self.sandbox.url))
        self.assertIn(request.id, request.redirect_url)
        self.sandbox.options.reauthorization_requests = False
        with self.assertRaises(NotFound):
            self.ponto.create_reauthorization_request(self.account.id, "https://books.example/back")

    def test_userinfo(self):
        info = self.ponto.userinfo()
        self.assertEqual(info.organization_id, self.bank.organization.id)
        self.assertIs(info.onboarding_complete, True)

    def test_unknown_resources(self):
        for method in (self.ponto.account, self.ponto.institution, self.ponto.synchronization):
            with self.assertRaises(NotFound) as caught:
                method("0df6d359-0000-4f41-bc4c-3c824d8a1a03")
            self.assertEqual((caught.exception.code, caught.exception.status), ("resourceNotFound", 404))
            self.assertTrue(caught.exception.request_id)

    def test_values_that_ponto_should_never_send(self):
        self.bank.add_transaction(
            self.account,
            Decimal("5.00"),
            date(2026, 3, 9),
            overrides={"amount": "abc", "executionDate": "soon", "description": "a\x00b"},
        )
        items = self.read_all(limit=100)
        self.assertEqual(len(items), 26)
        bad = next(item for item in items if item.problems)
        self.assertEqual(set(bad.problems), {"amount", "executionDate", "description"})
        self.assertEqual((bad.amount, bad.execution_date, bad.description), (None, None, "ab"))
        self.assertEqual(bad.value_date.date(), date(2026, 3, 9))

    # Credentials

    def test_wrong_secret(self):
        with self.assertRaises(CredentialsError) as caught:
            self.connect(client_secret="wrong-secret").check_credentials()
        self.assertEqual((caught.exception.code, caught.exception.status), ("invalid_client", 401))
        self.assertNotIn("wrong-secret", f"{caught.exception!r} {caught.exception.detail}")

    def test_regenerated_secret(self):
        self.ponto.userinfo()
        self.bank.regenerate_secret(self.integration)
        with self.assertRaises(CredentialsError):
            self.ponto.check_credentials()
        self.connect().check_credentials()

    def test_integration_without_account_information(self):
        self.integration.scope = "pi"
        client = self.connect()
        with self.assertRaises(ScopeError):
            client.check_credentials()
        with self.assertRaises(ScopeError) as caught:
            list(client.accounts())
        self.assertEqual(caught.exception.status, 403)

    def test_expired_token_at_the_third_call_loses_nothing(self):
        self.sandbox.faults.add("expired_token", path="/transactions", nth=3)
        self.assertEqual([item.id for item in self.read_all(limit=5)], self.newest_first())
        self.assertEqual(len(self.calls("/oauth2/token")), 1)

    def test_token_really_expires_at_the_server(self):
        self.bank.clock.advance(minutes=31)
        self.assertEqual(len(self.read_all(limit=100)), 25)
        self.assertEqual([call.status for call in self.calls("/transactions")], [401, 200])

    def test_two_clients_share_a_token(self):
        store = MemoryTokenStore()
        first, second = self.connect(token_store=store), self.connect(token_store=store)
        first.userinfo()
        second.userinfo()
        self.assertEqual(len(self.calls("/oauth2/token")), 1)

    def test_secrets_show_in_no_log_line(self):
        lines = self.capture_logs()
        self.sandbox.faults.add("expired_token", path="/transactions", nth=2)
        self.sandbox.faults.add("status", path="/financial-institutions", times=9)
        self.read_all(limit=10)
        with self.assertRaises(ServerError) as caught:
            list(self.ponto.institutions())
        token = self.ponto._tokens.load().access_token
        self.assertTrue([line for line in lines if "ponto_client" in line])
        for text in [*lines, repr(caught.exception), repr(self.ponto)]:
            self.assertNotIn(self.integration.client_secret, text)
            self.assertNotIn(token, text)

    # Faults

    def test_sister_host_in_the_links(self):
        self.sandbox.faults.add("sister_next_link", path="/transactions", times=99)
        self.sandbox.faults.add("sister_next_link", path="/accounts$", times=99, host="api.myponto.com")
        self.assertEqual([item.id for item in self.read_all(limit=6)], self.newest_first())
        self.sandbox.options.page_limit_cap = 1
        self.assertEqual(len(list(self.ponto.accounts())), 2)

    def test_foreign_host_in_the_links_gets_no_request(self):
        foreign = self.start_stub()
        self.sandbox.faults.add("foreign_next_link", path="/transactions", nth=2, host=foreign.url.partition("://")[2])
        pages = self.ponto.transaction_pages(self.account.id, limit=10)
        self.assertEqual(len(next(pages).items), 10)
        with self.assertRaises(ForeignLink):
            next(pages)
        self.assertEqual(foreign.requests, [])
        self.assertEqual(len(self.calls("/transactions")), 2)

    def test_pages_that_are_short_empty_or_overlap(self):
        for kind in ("truncated_page", "empty_page_with_next"):
            self.sandbox.clear()
            self.sandbox.faults.add(kind, path="/transactions", nth=2)
            self.assertEqual([item.id for item in self.read_all(limit=6)], self.newest_first(), kind)
        self.sandbox.clear()
        self.sandbox.faults.add("duplicate_across_pages", path="/transactions", nth=2)
        ids = [item.id for item in self.read_all(limit=6)]
        self.assertEqual(len(ids), 26)
        self.assertEqual(list(dict.fromkeys(ids)), self.newest_first())

    def test_read_survives_a_cut_and_a_server_error(self):
        for options in ({"kind": "cut"}, {"kind": "cut", "after_bytes": 50}, {"kind": "status", "status": 503}):
            self.sandbox.clear()
            self.sandbox.faults.add(path="/transactions", nth=2, **options)
            self.assertEqual([item.id for item in self.read_all(limit=10)], self.newest_first(), options)
            self.assertEqual(len(self.calls("/transactions")), 4, options)

    def test_read_gives_up_on_a_lasting_failure(self):
        for kind, error in (("cut", ConnectionFailed), ("status", ServerError)):
            self.sandbox.clear()
            self.sandbox.faults.add(kind, path="/userinfo", times=9)
            with self.assertRaises(error):
                self.ponto.userinfo()
            self.assertEqual(len(self.calls("/userinfo")), 3)

    def test_synchronization_is_posted_once(self):
        for options, error in (
            ({"kind": "status", "status": 500}, ServerError),
            ({"kind": "cut"}, ConnectionFailed),
            ({"kind": "cut", "after_bytes": 20}, ConnectionFailed),
            ({"kind": "malformed"}, FormatError),
        ):
            self.bank.clock.advance(hours=1)
            self.ponto.check_credentials()
            self.sandbox.clear()
            self.sandbox.faults.add(path="/synchronizations", times=9, **options)
            with self.assertRaises(error):
                self.ponto.create_synchronization(self.account.id, "accountDetails", PUBLIC_ADDRESS)
            self.assertEqual(len(self.calls("/synchronizations")), 1, options)

    def test_broken_bodies(self):
        for kind in ("html", "malformed"):
            self.sandbox.clear()
            self.sandbox.faults.add(kind, path="/accounts")
            with self.assertRaises(FormatError) as caught:
                list(self.ponto.accounts())
            self.assertEqual(caught.exception.status, 200)
            self.assertTrue(caught.exception.request_id)
            self.assertEqual(len(self.calls("/accounts")), 1)

    def test_rate_limit_surfaces_with_its_wait(self):
        self.sandbox.faults.add("status", path="/accounts", status=429, retry_after=17)
        with self.assertRaises(RateLimited) as caught:
            list(self.ponto.accounts())
        self.assertEqual((caught.exception.retry_after, caught.exception.code), (17.0, "tooManyRequests"))
        self.assertEqual(len(self.calls("/accounts")), 1)
        self.assertEqual(self.pauses, [])

    def test_server_that_is_gone(self):
        self.sandbox.stop()
        with self.assertRaises(ConnectionFailed):
            self.ponto.userinfo()
