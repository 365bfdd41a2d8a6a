from datetime import timedelta

from odoo.tests import BaseCase, tagged

from ..ponto_client import PontoClient
from ..sandbox import Bank, Sandbox
from ..sandbox.control import plain
from ..sandbox.snapshot import Snapshot
from .common import OTHER_IBAN, PontoCase
from .stage import OLDEST


@tagged("post_install", "-at_install")
class TestStage(PontoCase):
    """Whatever a test does, the next one of its class begins with what `prepare` made: each of these breaks everything."""

    statement_period = "none"

    def prepare(self):
        super().prepare()
        self.bank_account = self.open_account()
        self.item = self.pay(self.bank_account, "1.00")
        self.connection = self.connect_and_import()
        self.account = self.connection.account_ids
        self.books = self.watch(self.bank_account, self.account)
        self.notes = ["prepared"]
        self.sandbox.clear()

    def begin(self):
        """Assert that everything is as `prepare` left it, the tokens included; and change all of it."""
        self.assertEqual(self.notes, ["prepared"])
        self.assertEqual(self.books.generations, [self.bank_account])
        self.assertBooked(self.account, "1.00")
        self.synchronize(self.connection)
        self.assertTrue(self.sandbox.requests)
        self.assertNotIn("/oauth2/token", [call.path for call in self.sandbox.requests])
        self.change_everything()

    def change_everything(self):
        self.bank.clock.advance(hours=2)
        self.bank.access.revoke_tokens()
        self.pay(self.bank_account, "2.00")
        self.bank.change_transaction(self.item, amount="-7.00")
        self.synchronize(self.connection)
        self.lines_of(self.account).unlink()
        self.books.relinked(self.bank.relink(self.bank_account))
        self.bank.regenerate_secret(self.integration)
        self.sandbox.faults.add("status", status=500, times=99)
        self.notes.append("changed")
        self.notes = self.bank_account = None
        self.sandbox.stop()

    def test_one(self):
        self.begin()

    def test_two(self):
        self.begin()

    def test_unslept_pauses_are_noted(self):
        self.sandbox.faults.add("status", path="/accounts$", status=503, retry_after=1, times=2)
        self.synchronize(self.connection)
        self.assertEqual(self.pauses, [1.0, 1.0])
        self.assertFalse(self.connection.failure_count)


@tagged("post_install", "-at_install")
class TestOldStage(PontoCase):
    """What was prepared a while ago is taken back, and made again."""

    stages = []

    def prepare(self):
        super().prepare()
        self.pay(self.open_account(), "1.00")
        self.connection = self.connect_and_import()

    def begin(self):
        self.assertNotIn(self._stage, self.stages)
        self.assertFalse(self._stage.is_over())
        self.assertEqual(self.env["ponto.connection"].search([("company_id", "=", self.company.id)]), self.connection)
        self.assertBooked(self.connection.account_ids, "1.00")
        self.stages.append(self._stage)
        self._stage._made_at -= OLDEST + 1
        self.assertTrue(self._stage.is_over())

    def test_one(self):
        self.begin()

    def test_two(self):
        self.begin()


@tagged("post_install", "-at_install")
class TestSnapshot(BaseCase):
    def setUp(self):
        super().setUp()
        self.bank = Bank()
        self.institution = self.bank.add_institution("Bank van Brabant", bic="BRABBEBB")
        self.account = self.bank.add_account(self.institution, reference=OTHER_IBAN, opening_balance="100")
        self.item = self.bank.add_transaction(self.account, "1.50", remittance_information="Bread")
        self.pending = self.bank.add_pending(self.account, "2.50")
        self.integration = self.bank.add_integration()
        self.token = self.bank.access.issue_token(self.integration)
        self.sandbox = Sandbox(self.bank)
        self.sandbox.faults.add("cut", nth=3)

    def test_everything_comes_back_into_the_same_objects(self):
        def state():
            ledger = [vars(item).copy() for item in self.account.ledger]
            return (
                {
                    key: plain(value)
                    for key, value in vars(self.account).items()
                    if key in ("reference", "reported_balance")
                },
                ledger,
                list(self.account.pending),
                list(self.bank.accounts),
                vars(self.bank.options).copy(),
                [vars(fault).copy() for fault in self.sandbox.faults.planned],
                self.bank.clock._offset,
            )

        before, snapshot = state(), Snapshot(self.sandbox)
        for _time in range(2):
            self.bank.settle(self.pending)
            self.bank.change_transaction(self.item, amount="9.00")
            self.bank.relink(self.account)
            self.bank.options.page_limit_cap = 1
            self.bank.access.revoke_token(self.token.text)
            self.bank.clock.advance(days=1)
            self.sandbox.faults.clear()
            self.assertNotEqual(state(), before)
            snapshot.restore()
            self.assertEqual(state(), before)
            self.assertIs(self.bank.accounts[self.account.id], self.account)
            self.assertIs(self.bank.access.check_token(self.token.text), self.integration)

    def test_ids_after_it_are_the_same_again(self):
        snapshot = Snapshot(self.bank)
        first = self.bank.add_transaction(self.account, "3.00")
        snapshot.restore()
        again = self.bank.add_transaction(self.account, "3.00")
        self.assertEqual((first.id, first.sequence), (again.id, again.sequence))

    def test_a_stopped_server_stays_stopped(self):
        self.sandbox.start()
        snapshot = Snapshot(self.sandbox)
        self.sandbox.stop()
        snapshot.restore()
        self.sandbox.start()
        self.addCleanup(self.sandbox.stop)
        client = PontoClient(self.sandbox.url, self.integration.client_id, self.integration.client_secret)
        self.addCleanup(client.close)
        self.assertTrue(client.check_credentials().has_account_information)
        self.assertGreater(self.bank.clock.now() + timedelta(seconds=1), self.item.booked_at)
