"""What the tests of the undo share: lines that a user worked on, and the books as plain SQL shows them."""

from datetime import date

from dateutil.relativedelta import relativedelta

from ..models.support.work_slice import WorkSlice
from .common import PontoCase


class ShortSlice(WorkSlice):
    """A slice that is over after some units."""

    def __init__(self, env, units, between=None):
        super().__init__(env)
        self._units, self._between = units, between

    def next(self, processed=0, *, remaining=1):
        super().next(processed, remaining=remaining)
        self._units -= processed
        if processed and self._between:
            self._between()
        return self._units > 0


class UndoCase(PontoCase):
    def prepare(self):
        super().prepare()
        self.bank_account = self.open_account()
        self.month = date.today().replace(day=1)

    def day(self, months_ago, day=1):
        return self.month - relativedelta(months=months_ago) + relativedelta(day=day)

    def pay_on(self, months_ago, day, amount, **kwargs):
        return self.pay(self.bank_account, amount, day=self.day(months_ago, day), **kwargs)

    def import_all(self, **kwargs):
        """Connect and import everything; return the account and the run that did it."""
        account = self.connect_and_import(**kwargs).account_ids
        return account, self.run_of(account)

    def run_of(self, account):
        return account.synchronization_ids.filtered("imported_count").sorted("id")[-1:]

    # ------------------------------------------------------------------ the undo

    def propose(self, run):
        self.env.flush_all()
        action = run.action_undo()
        self.assertEqual(action["res_model"], "ponto.synchronization.undo")
        return self.env[action["res_model"]].browse(action["res_id"])

    def undo(self, run, import_from=None):
        """Undo a run as a script does, to the end, and return what was said beforehand."""
        wizard = self.propose(run)
        if import_from:
            wizard.import_from = import_from
        said = (wizard.removable_count, wizard.stay_count)
        self.env.flush_all()
        with self.working() as env:
            wizard.with_env(env).action_confirm()
        self.env.invalidate_all()
        return said

    def ask_for_undo(self, run, import_from=None):
        """Confirm an undo whose work is still to be done."""
        account = run.account_id
        account.write(
            {
                "undo_run_id": run.id,
                "undo_import_from": import_from or account.import_from,
                "undo_place": False,
                "next_attempt_at": False,
            }
        )
        self.env.flush_all()

    def work(self, account, units, **kwargs):
        """Work on an account in a slice of some units."""
        self.env.flush_all()
        with self.working() as env:
            records = env["ponto.account"].browse(account.ids).sudo()
            done = records._synchronize(ShortSlice(env, units, **kwargs))
        self.env.invalidate_all()
        return done

    # ------------------------------------------------------------------ a user at work

    def line_at(self, account, amount):
        return self.lines_of(account).filtered(lambda line: line.amount == amount)

    def book(self, line):
        """Book a line on another account, as a user does who splits it."""
        _liquidity, suspense, _others = line._seek_for_lines()
        suspense.account_id = self.some_account(line, "expense")

    def match(self, line):
        """Reconcile a line with an open item of a customer."""
        receivable = self.some_account(line, "asset_receivable")
        partner = self.env["res.partner"].create({"name": "Klant"})
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "company_id": line.company_id.id,
                "invoice_date": line.date,
                "invoice_line_ids": [(0, 0, {"name": "Bread", "price_unit": line.amount, "tax_ids": []})],
            }
        )
        invoice.action_post()
        _liquidity, suspense, _others = line._seek_for_lines()
        suspense.write({"account_id": receivable.id, "partner_id": partner.id})
        items = suspense | invoice.line_ids.filtered(lambda item: item.account_id == receivable)
        items.reconcile()
        self.assertEqual(invoice.amount_residual, 0)
        return invoice

    def some_account(self, line, account_type):
        accounts = self.env["account.account"].with_company(line.company_id)
        domain = [*accounts._check_company_domain(line.company_id), ("account_type", "=", account_type)]
        if account_type == "asset_receivable":
            return self.env["res.partner"].with_company(line.company_id).new().property_account_receivable_id
        return accounts.search(domain, limit=1)

    def put_in_statement(self, lines):
        return self.env["account.bank.statement"].create(
            {"line_ids": [(6, 0, lines.ids)], "balance_start": 0.0, "balance_end_real": sum(lines.mapped("amount"))}
        )

    def lock_with_open_line(self, day):
        """Lock a period although lines in it are not reconciled, as one may find it after a restored backup."""
        self.env.flush_all()
        self.env.cr.execute("UPDATE res_company SET fiscalyear_lock_date = %s WHERE id = %s", [day, self.company.id])
        self.env.invalidate_all()

    def hash_entry(self, line):
        self.env.flush_all()
        self.env.cr.execute("UPDATE account_move SET inalterable_hash = '$4$x' WHERE id = %s", [line.move_id.id])
        self.env.invalidate_all()

    def refuse_deletion(self, line):
        """Let the database refuse to delete a line, as a table of another application does."""
        self.env.flush_all()
        self.env.cr.execute(
            "CREATE TABLE ponto_test_reference (line_id integer REFERENCES account_bank_statement_line)"
        )
        self.env.cr.execute("INSERT INTO ponto_test_reference VALUES (%s)", [line.id])

    def refuse_counting(self):
        """Let the database fail where nobody expects it."""
        self.env.flush_all()
        self.env.cr.execute(
            "CREATE FUNCTION ponto_test_refuse() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'out of order'; END $$"
        )
        self.env.cr.execute(
            "CREATE TRIGGER ponto_test_refuse BEFORE UPDATE ON ponto_synchronization FOR EACH ROW"
            " WHEN (NEW.removed_count > 0) EXECUTE FUNCTION ponto_test_refuse()"
        )

    # ------------------------------------------------------------------ the books

    def books_of(self, account):
        """Return entries and statements of an account in their order, with nothing that is only an id."""
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT move.date, line.amount, line.payment_ref, line.partner_name, line.account_number, move.narration,"
            " move.sequence_number, move.made_sequence_gap, move.state, line.transaction_details->>'ponto',"
            " statement.balance_start, statement.balance_end_real,"
            " (SELECT array_agg((item.balance, item.amount_currency, item.name) ORDER BY item.balance)"
            "    FROM account_move_line item WHERE item.move_id = move.id)"
            " FROM account_bank_statement_line line JOIN account_move move ON move.id = line.move_id"
            " LEFT JOIN account_bank_statement statement ON statement.id = line.statement_id"
            " WHERE line.journal_id = %s ORDER BY line.internal_index",
            [account.journal_id.id],
        )
        lines = self.env.cr.fetchall()
        self.env.cr.execute(
            "SELECT date, balance_start, balance_end, balance_end_real, is_complete, ponto_period_start,"
            " ponto_period_end FROM account_bank_statement WHERE journal_id = %s ORDER BY first_line_index",
            [account.journal_id.id],
        )
        return lines, self.env.cr.fetchall()

    def amounts_of(self, account):
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT line.amount::float FROM account_bank_statement_line line JOIN account_move move"
            " ON move.id = line.move_id WHERE line.journal_id = %s ORDER BY line.internal_index",
            [account.journal_id.id],
        )
        return [row[0] for row in self.env.cr.fetchall()]
