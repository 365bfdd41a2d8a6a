"""Fixtures and domain assertions: a company, a sandbox with one bank, and the words of the trade."""

import os
import time
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal

from ..ponto_client import PontoClient
from ..sandbox import Bank, Sandbox
from ..sandbox.clock import brussels_day
from . import books
from .invariants import Watch, violations
from .stage import StageCase

IBAN = "BE68539007547034"
OTHER_IBAN = "BE71096123456769"
MIDNIGHT_HOURS = (21, 22, 23)  # UTC hours that end with a day, of Belgium in summer, in winter, and of the server
MIDNIGHT_NEAR = 60  # seconds
LONG = bool(os.environ.get("ACCOUNT_ONLINE_PONTO_LONG"))  # set by `./dev test --long`


def let_midnight_pass():
    """Wait when a day is about to end: where a test and what it tests say "today", both must mean the same day."""
    hour, seconds = divmod(int(time.clock_gettime(time.CLOCK_REALTIME)) % 86400, 3600)  # never frozen
    if hour in MIDNIGHT_HOURS and seconds >= 3600 - MIDNIGHT_NEAR:
        time.sleep(3600 - seconds)


class PontoCase(StageCase):
    """A Belgian company in EUR with books, and a Ponto of its own on the loopback.

    What is paid some days ago may be of a month that has ended: an account then has a statement, whose lines cannot be
    deleted and whose balance the card shows. Tests that mean an open month say so by `statement_period`.
    """

    statement_period = None  # the period that accounts begin with, where a test must not depend on the day of the month

    @classmethod
    def setUpClass(cls):
        let_midnight_pass()
        super().setUpClass()
        cls.pauses = []  # in seconds, which the client would have waited
        cls.classPatch(PontoClient, "sleeper", staticmethod(cls.pauses.append))
        cls.company = books.find(cls.env, "company") or books.create_company(cls.env, "Bakkerij Maes")
        cls.env.user.company_ids |= cls.company
        cls.env = cls.env(context={**cls.env.context, "allowed_company_ids": cls.company.ids, "lang": "en_US"})
        known = {name: books.find(cls.env, name) for name in books.USERS}
        users = known if all(known.values()) else books.create_users(cls.env, cls.company)
        cls.accountant, cls.invoicing, cls.employee = (users[name] for name in books.USERS)
        cls.env["ir.config_parameter"].set_param("account_online_ponto.allowed_hosts", "127.0.0.1")
        if cls.statement_period:
            cls.env["ir.default"].set("ponto.account", "statement_period", cls.statement_period)

    @classmethod
    def _create_company(cls, name):
        return books.take_company(cls.env, name)

    @classmethod
    def _create_user(cls, login, groups, company=None):
        return books.create_user(cls.env, login, groups, company or cls.company)

    def prepare(self):
        super().prepare()
        self.bank = Bank()
        self.integration = self.bank.add_integration(name="Books")
        self.institution = self.bank.add_institution("Bank van Brabant", bic="BRABBEBB")
        self.sandbox = Sandbox(self.bank, port=0)
        self.sandbox.start()
        self.addCleanup(self.sandbox.stop)

    def setUp(self):
        let_midnight_pass()
        super().setUp()
        self.pauses.clear()
        self.sandbox.start()  # a test before may have stopped it

    # ------------------------------------------------------------------ at the bank

    def open_account(self, **kwargs):
        """Open a current account in euro at the bank, shared with the integration."""
        values = {
            "reference": IBAN,
            "holder_name": "Bakkerij Maes",
            "opening_balance": Decimal("1000.00"),
            **kwargs,
        }
        return self.bank.add_account(values.pop("institution", self.institution), **values)

    def bank_day(self):
        """Return what the bank, and a connection, call today; for an hour or two `date.today()` is the day before."""
        return brussels_day(self.bank.clock.now())

    def pay(self, account, amount, days_ago=5, **kwargs):
        """Book a transaction at the bank, visible in Ponto."""
        values = {"remittance_information": "Payment", "counterpart_reference": OTHER_IBAN, **kwargs}
        day = values.pop("day", date.today() - timedelta(days=days_ago))
        return self.bank.add_transaction(account, Decimal(amount), day, **values)

    # ------------------------------------------------------------------ in Odoo

    def new_connection(self, **kwargs):
        return self.env["ponto.connection"].create(
            {
                "name": "Ponto",
                "company_id": self.company.id,
                "client_id": self.integration.client_id,
                "client_secret": self.integration.client_secret,
                "api_url": self.sandbox.url,
                **kwargs,
            }
        )

    def connect(self, **kwargs):
        """Connect, and return the connection and the Fetch Accounts wizard."""
        connection = self.new_connection(**kwargs)
        action = connection.action_connect()
        return connection, self.env[action["res_model"]].browse(action["res_id"])

    def connect_and_import(self, **kwargs):
        """Connect, synchronize every account from its beginning, and import; return the connection."""
        connection, wizard = self.connect(**kwargs)
        self.choose(wizard)
        self.synchronize(connection)
        return connection

    def choose(self, wizard, scope="all"):
        for line in wizard.line_ids:
            line.write({"selected": True, "import_scope": scope})
        return wizard.action_confirm()

    def synchronize(self, records):
        """Do everything that is due, as outside a request: returns when it is done."""
        with self.working() as env:
            env[records._name].browse(records.ids).action_synchronize()

    def run_cron(self):
        with self.working() as env:
            env["ponto.connection"]._cron_synchronize()

    @contextmanager
    def working(self):
        """Give an environment that may commit, as a worker's."""
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            yield self.env(cr=cr)

    def lines_of(self, account):
        return self.env["account.bank.statement.line"].search(
            [("journal_id", "=", account.journal_id.id)], order="internal_index"
        )

    def book_elsewhere(self, line):
        """Book a bank transaction on an account of its own, as a user does: it counts as reconciled."""
        account = self.env["account.account"].create(
            {"name": "Fees", "code": f"99{line.id}", "account_type": "expense", "company_ids": self.company.ids}
        )
        _liquidity, suspense, _others = line._seek_for_lines()
        suspense.account_id = account

    # ------------------------------------------------------------------ domain assertions

    def assertBooked(self, account, *amounts):
        """Assert the posted lines of an account, oldest first, by plain SQL on the journal items."""
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT line.amount FROM account_bank_statement_line line JOIN account_move move ON move.id = line.move_id"
            " WHERE line.journal_id = %s AND move.state = 'posted' ORDER BY line.internal_index",
            [account.journal_id.id],
        )
        booked = [Decimal(str(row[0])) for row in self.env.cr.fetchall()]
        self.assertEqual(booked, [Decimal(amount) for amount in amounts])

    def assertLedgerEqualsBank(self, account, bank_account):
        """Assert that the posted ledger balance is the sandbox's own balance, to the cent."""
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT COALESCE(SUM(CASE WHEN journal.currency_id IS NULL THEN item.balance ELSE item.amount_currency END), 0)"
            " FROM account_move_line item JOIN account_journal journal ON journal.default_account_id = item.account_id"
            " WHERE journal.id = %s AND item.parent_state = 'posted'",
            [account.journal_id.id],
        )
        self.assertEqual(Decimal(str(self.env.cr.fetchone()[0])), self.bank.balance(bank_account))

    def watch(self, bank_account, account):
        """Return what the invariants need to know of an account; make it before anything is imported."""
        return Watch(self.bank, bank_account, account)

    def assertInvariants(self, *watches):
        """Assert the rules that must never break (tests/invariants.py)."""
        broken = violations(*watches)
        self.assertFalse(broken, "\n".join(f"({number}) {text}" for number, text in broken))
