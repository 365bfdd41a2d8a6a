from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL
from odoo.tools.misc import format_amount, format_date

from ..ponto_transaction import DOUBTFUL, REASONS, UNDATED, UNREADABLE
from ..support.failures import STILL_MOVING

# Transactions with day and amount as the books have them: a line that could not follow what the bank changed counts as
# it is, and what a user had booked on the first open day counts on that day.
# What is looked up per row is looked up for the few changed ones only: a join would be made for all.
BOOKED_ROWS = SQL(
    "(SELECT row.*,"
    " COALESCE(CASE WHEN row.reason = 'changed' THEN (SELECT move.date FROM account_bank_statement_line line"
    " JOIN account_move move ON move.id = line.move_id WHERE line.id = row.statement_line_id) END,"
    " row.booking_date, row.date) AS book_day,"
    " COALESCE(CASE WHEN row.reason = 'changed' THEN (SELECT line.amount FROM account_bank_statement_line line"
    " WHERE line.id = row.statement_line_id) END, row.amount) AS book_amount FROM ponto_transaction row)"
)


class PontoAccount(models.Model):
    """Balance check: the posted ledger balance of the journal's account beside what the bank says."""

    _inherit = "ponto.account"

    book_balance = fields.Monetary("Balance in the Ledger", compute="_compute_balances")
    balance_difference = fields.Monetary("Difference", compute="_compute_balances")
    balance_state = fields.Selection(
        [("equal", "Equal"), ("different", "Different"), ("unknown", "Not comparable yet")],
        string="Balance Check",
        compute="_compute_balances",
        search="_search_balance_state",
    )
    balance_message = fields.Char("Balance Check Result", compute="_compute_balance_message")
    opening_line_id = fields.Many2one(
        "account.bank.statement.line",
        "Opening Entry",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
    )
    waiting_count = fields.Integer("Waiting", compute="_compute_waiting")
    waiting_amount = fields.Monetary(compute="_compute_waiting")
    waiting_message = fields.Char("Why They Wait", compute="_compute_waiting")

    # ------------------------------------------------------------------ computes

    def _compute_balances(self):
        books = self._get_book_balances()
        for account in self:
            total, at_bank_date = books.get(account.id, (0.0, 0.0))
            difference = account.bank_balance - at_bank_date
            comparable = account._is_comparable()
            equal = comparable and account.currency_id.is_zero(difference)
            account.book_balance = total
            account.balance_difference = difference if comparable and not equal else 0.0
            account.balance_state = "equal" if equal else "different" if comparable else "unknown"

    @api.depends_context("lang")
    def _compute_balance_message(self):
        # Apart from the state: an explanation costs queries of its own, and the dashboard shows only the state.
        for account in self:
            if account.balance_state == "unknown":
                account.balance_message = self.env._("Not comparable yet.")
            elif account.balance_state == "equal":
                account.balance_message = self.env._(
                    "Bank and books agree on %(date)s.", date=format_date(self.env, account.bank_balance_date)
                )
            else:
                account.balance_message = account._explain_difference(account.balance_difference)

    def _is_comparable(self):
        """Tell whether the balance that Ponto reports and the transactions read are of the same moment."""
        self.ensure_one()
        return bool(
            self.linked
            and self.currency_id
            and self._is_balance_current()
            and self.sync_stage != "import"
            and self._is_balance_newest()
        )

    def _is_balance_newest(self):
        # A transaction that is newer than the balance may or may not be in it.
        return not self.newest_transaction_date or self.newest_transaction_date <= self.bank_balance_date

    def _is_balance_current(self):
        return bool(
            self.has_bank_balance
            and self.bank_balance_date
            and self.pull_complete
            and self.sync_stage != "pull"
            and not self.undo_run_id
            and self.synchronized_at == self.pulled_synchronized_at
        )

    def _get_book_balances(self):
        """Return the posted ledger balance of each journal's account, by one query.

        :return dict: account id: (balance of all days, balance up to the bank's day), in the account's currency
        """
        linked = self.filtered("journal_id")
        if not linked:
            return {}
        self.env["account.move.line"].flush_model(["account_id", "balance", "amount_currency", "date", "parent_state"])
        self.flush_recordset(["journal_id", "bank_balance_date"])
        value = SQL(
            "CASE WHEN journal.currency_id IS NULL OR journal.currency_id = company.currency_id"
            " THEN item.balance ELSE item.amount_currency END"
        )
        self.env.cr.execute(
            SQL(
                "SELECT account.id, COALESCE(SUM(%(value)s), 0),"
                " COALESCE(SUM(%(value)s) FILTER (WHERE item.date <= account.bank_balance_date), 0)"
                " FROM ponto_account account"
                " JOIN account_journal journal ON journal.id = account.journal_id"
                " JOIN res_company company ON company.id = journal.company_id"
                " JOIN account_move_line item ON item.account_id = journal.default_account_id"
                " AND item.company_id = journal.company_id AND item.parent_state = 'posted'"
                " WHERE account.id = ANY(%(ids)s) GROUP BY account.id",
                value=value,
                ids=linked.ids,
            )
        )
        return {row[0]: (float(row[1]), float(row[2])) for row in self.env.cr.fetchall()}

    def _explain_difference(self, difference):
        values = {"difference": format_amount(self.env, difference, self.currency_id)}
        if self.waiting_count:
            return self.env._(
                "Bank and books differ by %(difference)s; %(count)s transactions of %(amount)s are not imported.",
                count=self.waiting_count,
                amount=format_amount(self.env, self.waiting_amount, self.currency_id),
                **values,
            )
        changed = [("account_id", "=", self.id), ("reason", "=", "changed")]
        if self.env["ponto.transaction"].search_count(changed, limit=1):
            return self.env._(
                "Bank and books differ by %(difference)s; the bank changed transactions after their import.", **values
            )
        _day, opening = self._get_opening()
        if not self.opening_line_id and self.currency_id.compare_amounts(opening, difference) == 0:
            return self.env._(
                "Bank and books differ by %(difference)s: the balance before the first imported transaction. Create"
                " the opening entry, or check the books before that day.",
                **values,
            )
        return self.env._("Bank and books differ by %(difference)s.", **values)

    @api.depends("transaction_ids.state", "transaction_ids.reason")
    @api.depends_context("lang")
    def _compute_waiting(self):
        groups = self.env["ponto.transaction"]._read_group(
            [("account_id", "in", self.ids), ("state", "in", ("to_import", "error"))],
            groupby=["account_id", "state", "reason"],
            aggregates=["__count", "amount:sum", "id:min"],
        )
        prefetch_ids = [group[5] for group in groups]
        for account in self:
            mine = [group for group in groups if group[0] == account] if account.linked else []
            account.waiting_count = sum(group[3] for group in mine)
            account.waiting_amount = sum(group[4] or 0.0 for group in mine)
            first_ids = [group[5] for group in mine if group[2] in REASONS]
            sentences = self.env["ponto.transaction"].browse(first_ids).with_prefetch(prefetch_ids).mapped("message")
            account.waiting_message = " ".join(sentences) or False

    # ------------------------------------------------------------------ balances of past days

    def _store_balance(self, remote, run):
        """Store the balance as it is after the pull; where Ponto refreshed meanwhile, another pull reads what came.

        A Ponto that never rests is not followed for ever: the rest is read by the next run, and until then the balance
        is of another moment than the books.

        :param remote: `ponto_client.Account`, read after the last page
        :param run: `ponto.synchronization` record
        """
        self.ensure_one()
        vals = self._prepare_ponto_vals(self.connection_id, remote)
        self.write(
            {name: vals[name] for name in ("synchronized_at", "has_bank_balance", "bank_balance", "bank_balance_date")}
        )
        if self.synchronized_at == self.pulled_synchronized_at:
            return
        if run._may_pull():
            self.sync_stage = "pull"
        else:
            run.remark_code = STILL_MOVING

    def _are_past_balances_known(self):
        """Tell whether balances can be computed back: every transaction since has a readable amount."""
        unreadable = [
            ("account_id", "=", self.id),
            ("state", "!=", "pending"),
            ("reason", "in", (*UNREADABLE, *UNDATED, *DOUBTFUL)),
        ]
        return (
            self._is_balance_current()
            and self._is_balance_newest()
            and not self.env["ponto.transaction"].search_count(unreadable, limit=1)
        )

    def _get_bank_balance_after(self, day):
        """Return the bank's balance at the end of a past day: today's, less every transaction since.

        :param date day: the day, as the books have it
        :return float: in the account's currency
        """
        self._flush_booked_rows()
        self.env.cr.execute(
            SQL(
                "SELECT COALESCE(SUM(amount), 0) FROM %s booked"
                " WHERE account_id = %s AND state != 'pending' AND book_day > %s",
                BOOKED_ROWS,
                self.id,
                day,
            )
        )
        return self.currency_id.round(self.bank_balance - float(self.env.cr.fetchone()[0]))

    def _get_opening(self):
        """Return what is missing in the books before the first imported transaction.

        :return tuple: day before the first imported transaction (or False), amount by which the bank exceeds the books
        """
        self.ensure_one()
        if not self._are_past_balances_known():
            return False, 0.0
        day = (self._get_first_day() or self.bank_balance_date) - timedelta(days=1)
        return day, self.currency_id.round(self._get_bank_balance_after(day) - self._get_opening_book_balance(day))

    def _get_opening_book_balance(self, day):
        """Return the ledger balance before the first transaction: a line that is linked to a later one is not in it.

        What somebody typed, or a file booked, a day before the bank stands for what comes, not for what was there.

        :param date day: day before the first transaction
        :return float: in the account's currency
        """
        # sudo: a ledger balance, for users who may see the account but not all bank transactions.
        links = (
            self.sudo()
            .env["ponto.link"]
            .search([("account_id", "=", self.id), ("date", ">", day), ("line_ids.date", "<=", day)])
        )
        early = links.line_ids.filtered(lambda line: line.date <= day and line.state == "posted")
        return self._get_book_balance_after(day) - sum(early.mapped("amount"))

    def _get_first_day(self):
        """Return the day of the first transaction that is or will be in the books.

        :return date | None: None when there is none
        """
        self._flush_booked_rows()
        self.env.cr.execute(
            SQL(
                "SELECT MIN(book_day) FROM %s booked"
                " WHERE account_id = %s AND state IN ('to_import', 'imported', 'error')",
                BOOKED_ROWS,
                self.id,
            )
        )
        return self.env.cr.fetchone()[0]

    def _flush_booked_rows(self):
        self.env["ponto.transaction"].flush_model()
        self.env["account.bank.statement.line"].flush_model()
        self.env["account.move"].flush_model(["date", "state"])

    def _get_book_balance_after(self, day):
        amount = "balance" if self.currency_id == self.company_id.currency_id else "amount_currency"
        # sudo: a ledger balance, for users who may see the account but not all journal items.
        return (
            self.env["account.move.line"]
            .sudo()
            ._read_group(
                [
                    ("account_id", "=", self.journal_id.default_account_id.id),
                    ("company_id", "=", self.company_id.id),
                    ("parent_state", "=", "posted"),
                    ("date", "<=", day),
                ],
                aggregates=[f"{amount}:sum"],
            )[0][0]
            or 0.0
        )

    # ------------------------------------------------------------------ opening

    def _check_start_date(self, import_from, anew=False):
        """Refuse an earlier start date before the opening entry: what was left out until now is in the opening already.

        :param date import_from: the new start date
        :param bool anew: whether everything is imported again, whatever the start date was
        :raises UserError: in one sentence
        """
        # sudo: the date of the opening entry, for users who may edit the account.
        for account in self.sudo().filtered(
            lambda a: (
                a.opening_line_id and (anew or import_from < a.import_from) and import_from <= a.opening_line_id.date
            )
        ):
            raise UserError(
                self.env._(
                    "The opening entry of %(date)s holds everything before: delete it before you import earlier days.",
                    date=format_date(self.env, account.opening_line_id.date),
                )
            )

    def action_create_opening_entry(self):
        """Show bank and ledger before the first imported transaction, and propose how to open the books.

        Nothing is posted before one of the two ways is chosen.

        :return dict: action of the proposal
        :raises UserError: when there is nothing to propose
        """
        self.ensure_one()
        self.check_access("write")
        if not self.linked or self.sync_stage or not self._are_past_balances_known():
            raise UserError(
                self.env._("The balance before the first transaction is not known yet. Fetch the transactions first.")
            )
        if self.opening_line_id:
            raise UserError(
                self.env._(
                    "There is an opening entry of %(date)s already. Delete it first, then a new one can be proposed.",
                    date=format_date(self.env, self.opening_line_id.date),
                )
            )
        day, amount = self._get_opening()
        wizard = self.env["ponto.account.opening"].create({"account_id": self.id, "date": day, "amount": amount})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Opening Balance"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }
