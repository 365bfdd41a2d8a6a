"""A small world for the model-based test: one company, one bank account, and everything that may happen to them.

Each act is one method. It says of itself whether it can happen now; what users do goes into the book of the invariants.
"""

from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import Decimal

from odoo.exceptions import UserError
from odoo.fields import Command

from ..sandbox import Bank
from .common import IBAN, OTHER_IBAN
from .invariants import RULES, Watch, violations

SEED = 20260120  # of the bank: equal worlds have equal ids
SECRET = "the-secret-of-this-world"
BEGINNING = datetime(2026, 1, 20, 6, 0)
FIRST_DAY = date(2025, 11, 1)
HISTORY = ((75, "120.00"), (61, "-35.50"), (48, "12.34"), (22, "-7.10"), (15, "88.00"), (8, "-0.99"))
# What else must hold while Ponto cannot be read: all rules, but what is new may be missing.
WAYS = {
    "401": ("status", {"status": 401}),
    "403": ("status", {"status": 403}),
    "404": ("status", {"status": 404}),
    "429": ("status", {"status": 429, "retry_after": 7200}),
    "500": ("status", {"status": 500}),
    "503": ("status", {"status": 503, "retry_after": 30}),
    "cut": ("cut", {}),
    "cut in the middle": ("cut", {"after_bytes": 300}),
    "malformed": ("malformed", {}),
    "html": ("html", {}),
    "expired token": ("expired_token", {}),
    "truncated page": ("truncated_page", {}),
    "duplicate across pages": ("duplicate_across_pages", {}),
    "empty page": ("empty_page_with_next", {}),
    "unknown cursor": ("unknown_cursor", {}),
}
PLACES = {"transactions": "/transactions$", "accounts": "/accounts", "anywhere": ""}

# After a button on transactions: an account that was ticked just before still waits for its first run.
WHILE_OTHERS_ARE_DUE = tuple(set(RULES) - {6})


def make_bank():
    """Return the bank as every example finds it; everything in it depends on the seed only."""
    bank = Bank(seed=SEED)
    integration = bank.add_integration(name="Books")
    integration.client_secret = SECRET
    institution = bank.add_institution("Bank van Brabant", bic="BRABBEBB")
    bank_account = bank.add_account(
        institution, reference=IBAN, holder_name="Bakkerij Maes", opening_balance=Decimal("1000.00")
    )
    for days_ago, amount in HISTORY:
        day = bank.clock.today() - timedelta(days=days_ago)
        bank.add_transaction(
            bank_account,
            Decimal(amount),
            day,
            remittance_information=f"History of {day}",
            counterpart_reference=OTHER_IBAN,
        )
    bank.tick()
    return bank, bank_account


class World:
    """The acts, and what the model remembers of them.

    :param case: a `PontoCase` whose sandbox serves this world
    :param connection: `ponto.connection` record of the prepared books
    """

    def __init__(self, case, connection):
        self.case = case
        self.env = case.env
        self.bank, self.bank_account = make_bank()
        case.bank = case.sandbox.bank = self.bank
        case.sandbox.clear()
        self.connections = connection
        account = connection.account_ids.filtered("linked")
        self.books = Watch(self.bank, self.bank_account, account)
        self.journal = account.journal_id
        self.company = connection.company_id
        if account.opening_line_id:
            self.books.note_opening(account.opening_line_id)
        self.check()
        self.cents = 0
        # What Odoo has not read yet: another fingerprint, other ids. Who gets both at once is somebody else.
        self.unseen_changes = self.unseen_relink = False
        self.pending = []

    # ------------------------------------------------------------------ helpers

    def check(self, in_time=True, rules=None):
        """Assert the invariants.

        :param bool in_time: False when Ponto may not have been read: what is new may be missing
        :param rules: numbers of those to assert, all when not given
        """
        self.books.in_time = in_time
        broken = violations(self.books, rules=rules)
        if broken:
            raise AssertionError("\n".join(f"({number}) {text}" for number, text in broken))

    def new_amount(self, sign):
        """Return an amount that no other transaction has, so that only wanted twins are twins."""
        self.cents += 1
        return Decimal(self.cents * 7 + 1000).scaleb(-2) * (-1 if sign else 1)

    def choose_item(self, index):
        """Return a transaction that Ponto shows and that has no twin, or None."""
        items = [item for item in self.books.items() if not self.has_twin(item)]
        return items[index % len(items)] if items else None

    def has_twin(self, item):
        """Tell whether nobody could tell this transaction from another one once both get new ids."""
        print_of = (item.day, item.amount, item.counterpart_reference)
        others = (other for other in self.bank_account.ledger if other.bank_id != item.bank_id)
        return any((other.day, other.amount, other.counterpart_reference) == print_of for other in others)

    def choose_line(self, index):
        """Return a bank transaction of a transaction without twin, and the transaction; or nothing."""
        pairs = [
            (lines[0].id, item)
            for item, lines in self.books.pairs()[0]
            if len(lines) == 1 and lines[0].id not in self.books.matched and not self.has_twin(item)
        ]
        lines = self.env["account.bank.statement.line"]
        if not pairs:
            return lines, None
        line_id, item = pairs[index % len(pairs)]
        return lines.browse(line_id).with_user(self.case.accountant), item

    def other_account(self):
        """Return an account to book a line on."""
        return self.env["account.account"].search(
            [("account_type", "=", "expense"), ("company_ids", "=", self.company.id)], limit=1
        )

    def is_authorized(self):
        """Tell whether Ponto learns of what happens at the bank."""
        return self.bank_account.authorized(self.bank.clock.now())

    def may_change(self):
        """Tell whether the bank may change what tells transactions apart: Ponto learns it, and ids are not new too."""
        return self.is_authorized() and not self.unseen_relink

    # ------------------------------------------------------------------ the bank

    def pay(self, days_ago, sign, count, twin):
        """The bank books transactions, back-dated or not; twins are equal in everything."""
        for _number in range(count):
            amount = self.new_amount(sign)
            for _twin in range(2 if twin else 1):
                self.bank.add_transaction(
                    self.bank_account,
                    amount,
                    self.bank.clock.today() - timedelta(days=days_ago),
                    visible=self.is_authorized(),
                    remittance_information=f"Payment {self.cents}",
                    counterpart_reference=OTHER_IBAN,
                )

    def change_texts(self, index, name):
        """The bank says other words about a transaction."""
        item = self.choose_item(index)
        if item and (name != "counterpart_reference" or self.may_change()):
            self.bank.change_transaction(item, **{name: f"Changed {self.cents}"})
            self.unseen_changes |= name == "counterpart_reference"

    def change_amount(self, index, sign):
        """The bank corrects an amount."""
        item = self.choose_item(index)
        if item and self.may_change():
            self.books.note_change(item)
            self.bank.change_transaction(item, amount=self.new_amount(sign))
            self.unseen_changes = True

    def change_day(self, index, days):
        """The bank corrects a date, into another month or year too."""
        item = self.choose_item(index)
        day = item and item.day + timedelta(days=days)
        if item and FIRST_DAY < day <= self.bank.clock.today() and self.may_change():
            self.books.note_change(item)
            self.bank.change_transaction(item, execution_date=day, value_date=day)
            self.unseen_changes = True

    def announce(self, sign):
        """The bank announces a transaction that is not booked yet."""
        self.pending.append(
            self.bank.add_pending(
                self.bank_account,
                self.new_amount(sign),
                remittance_information="Pending",
                counterpart_reference=OTHER_IBAN,
            )
        )

    def settle(self, changed):
        """The bank books what it announced, maybe with another amount."""
        if self.pending and self.is_authorized():
            item = self.pending.pop(0)
            if item in self.bank_account.pending:
                self.bank.settle(item, **({"amount": self.new_amount(item.amount < 0)} if changed else {}))

    def page_size(self, size):
        """Ponto serves smaller pages, or full ones."""
        self.bank.options.page_limit_cap = size

    def expire(self):
        """The bank's authorization ends: Ponto learns nothing until it is renewed."""
        self.bank.expire(self.bank_account)

    def renew(self):
        """The owner authorizes again."""
        self.bank.renew(self.bank_account)

    def relink(self):
        """The owner removes the account in Ponto and links it again: all ids are new."""
        if self.unseen_changes:
            return
        self.unseen_relink = True
        self.bank_account = self.bank.relink(self.bank_account)
        self.books.relinked(self.bank_account)
        self.pending.clear()

    # ------------------------------------------------------------------ people

    def delete(self, index, entry):
        """A user deletes a bank transaction, or its journal entry; Odoo may refuse."""
        line, item = self.choose_line(index)
        if not line:
            return
        line_id = line.id
        with suppress(UserError), self.env.cr.savepoint():
            if entry:
                move = line.move_id
                move.button_draft()
                move.unlink()
            else:
                line.unlink()
            self.env.flush_all()
            self.books.note_deleted(item, line_id=line_id)

    def import_again(self):
        """A user wants back what was deleted."""
        rows = self.env["ponto.transaction"].search([("company_id", "=", self.company.id), ("deleted", "=", True)])
        if rows and self.mend():
            with self.case.working() as env:
                env["ponto.transaction"].browse(rows.ids).action_import_again()
            self.books.deleted.clear()
            self.check(in_time=False, rules=WHILE_OTHERS_ARE_DUE)

    def edit_label(self, index):
        """A user writes an own label."""
        line, _item = self.choose_line(index)
        if line and line.label_editable:
            line.payment_ref = f"What a user knows {self.cents}"
            self.books.note_typed(line, "payment_ref")

    def reconcile(self, index, with_entry):
        """A user books a bank transaction on an account, or reconciles it with an open item."""
        line, _item = self.choose_line(index)
        if not line or not line.partner_editable:
            return
        with suppress(UserError), self.env.cr.savepoint():
            self.match(line.with_user(self.env.user), with_entry)
            self.books.note_matched(line)

    def match(self, line, with_entry):
        """Book a bank transaction on an account, or reconcile it with an entry on a receivable account."""
        _liquidity, suspense, _others = line._seek_for_lines()
        if not with_entry:
            suspense.account_id = self.other_account()
            return
        receivable = self.company.partner_id.with_company(self.company).property_account_receivable_id
        entry = self.env["account.move"].create(
            {
                "date": line.date,
                "company_id": self.company.id,
                "line_ids": [
                    Command.create({"account_id": receivable.id, "balance": line.amount}),
                    Command.create({"account_id": self.other_account().id, "balance": -line.amount}),
                ],
            }
        )
        entry.action_post()
        suspense.account_id = receivable
        (suspense + entry.line_ids.filtered(lambda item: item.account_id == receivable)).reconcile()

    def lock(self, days_ago):
        """A user books what is open until a day, and locks the period."""
        day = date.today() - timedelta(days=days_ago)
        for found in self.books.lines():
            line = self.env["account.bank.statement.line"].browse(found.id)
            if found.date <= day and not line.is_reconciled:
                self.match(line, with_entry=False)
                self.books.note_matched(line)
        with suppress(UserError), self.env.cr.savepoint():
            self.company.fiscalyear_lock_date = day

    def unlock(self):
        """A user opens the period again."""
        self.company.fiscalyear_lock_date = False

    def import_on_open_day(self):
        """A user wants what waits for a locked period on the first open day."""
        rows = self.env["ponto.transaction"].search(
            [("company_id", "=", self.company.id), ("state", "=", "to_import"), ("reason", "=", "locked")]
        )
        if not rows or not self.mend():
            return
        day = self.books.lock_date() + timedelta(days=1)
        keys = {self.books.key_of(row.ponto_id) for row in rows}
        with self.case.working() as env:
            env["ponto.transaction"].browse(rows.ids).action_import_on_open_day()
        self.books.redated.update(dict.fromkeys(keys - {None}, day))
        self.check(in_time=False, rules=WHILE_OTHERS_ARE_DUE)

    def connect_again(self, move):
        """The administrator connects a second integration, and moves the account there or leaves it."""
        if len(self.connections) > 1:
            return
        integration = self.bank.add_integration(name="Second")
        integration.client_secret = SECRET
        connection = self.case.new_connection(
            name="Second", client_id=integration.client_id, client_secret=integration.client_secret
        )
        with suppress(UserError), self.env.cr.savepoint():
            action = connection.action_connect()
            wizard = self.env[action["res_model"]].browse(action["res_id"])
            fed_by = self.journal.ponto_account_id
            works = fed_by.listed and fed_by.connection_id.state == "connected"
            if works and any(wizard.line_ids.mapped("selected")):
                raise AssertionError("the account is ticked although another connection works")
            wizard.line_ids.selected = move
            wizard.action_confirm()
            self.connections |= connection

    # ------------------------------------------------------------------ synchronizing

    def click(self, fault):
        """A user fetches transactions, while something may go wrong."""
        if self.mend():
            self.plan(fault)
            for connection in self.connections:
                with suppress(UserError):
                    self.case.synchronize(connection)
            self.calm(fault)

    def cron(self, days, fault):
        """Time passes, and the scheduled action runs, while something may go wrong."""
        self.case.frozen.tick(timedelta(days=days, minutes=15))
        self.plan(fault)
        self.case.run_cron()
        self.calm(fault, in_time=days > 0)

    def plan(self, fault):
        """Let the n-th call of a kind go wrong, once or for long."""
        if fault:
            way, place, nth, times = fault
            kind, options = WAYS[way]
            self.case.sandbox.faults.add(kind, path=PLACES[place], nth=nth, times=times, **options)

    def calm(self, fault, in_time=True):
        """Nothing goes wrong anymore: what was done so far must be right, and complete if nothing went wrong."""
        self.case.sandbox.faults.clear()
        waits = any(connection.state == "error" for connection in self.connections)
        in_time = in_time and not fault and not waits
        seen = in_time and self.is_authorized()
        self.unseen_changes &= not seen
        self.unseen_relink &= not seen
        self.check(in_time=in_time)

    def mend(self):
        """Paste the secret again where Ponto refused it."""
        for connection in self.connections.filtered(lambda c: c.state == "error"):
            connection.client_secret = SECRET
        return True

    def finish(self):
        """Everything is mended: a last click, and a day later the scheduled action, bring everything."""
        self.page_size(None)
        self.renew()
        self.click(None)
        self.case.frozen.tick(timedelta(minutes=5))
        self.cron(1, None)
