from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..ponto_transaction import UNDATED, UNREADABLE
from ..support.actions import open_action

# A day's number is its place in the calendar behind the account's: the id of a day never changes.
DAYS = 10_000_000


class PontoBalanceDay(models.Model):
    """Balance check, day by day: what bank and books say about an account on each day that has something.

    The bank's balance of a past day is the reported one less every transaction since; the ledger's is the running sum
    of the posted items on the journal's account, in the account's currency. Nothing is stored.
    """

    _name = "ponto.balance.day"
    _description = "Balance Check"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "date"
    _depends = {
        "ponto.account": [
            "bank_balance",
            "bank_balance_date",
            "company_id",
            "currency_id",
            "has_bank_balance",
            "import_from",
            "institution_id",
            "journal_id",
            "newest_transaction_date",
            "pull_complete",
            "pulled_synchronized_at",
            "sync_stage",
            "synchronized_at",
        ],
        "ponto.transaction": [
            "account_id",
            "amount",
            "booking_date",
            "company_id",
            "date",
            "reason",
            "state",
            "statement_line_id",
        ],
        "account.move.line": ["account_id", "amount_currency", "balance", "company_id", "date", "parent_state"],
        "account.journal": ["company_id", "currency_id", "default_account_id"],
        "res.company": ["currency_id"],
        "res.currency": ["decimal_places"],
    }

    account_id = fields.Many2one("ponto.account", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    institution_id = fields.Many2one("ponto.institution", "Bank", readonly=True)
    journal_id = fields.Many2one("account.journal", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    date = fields.Date(readonly=True)
    before_start = fields.Boolean("Before the Start Date", readonly=True)

    bank_amount = fields.Monetary("Moved at the Bank", readonly=True)
    ledger_amount = fields.Monetary("Moved in the Ledger", readonly=True)
    movement_difference = fields.Monetary("Difference of the Day", readonly=True)
    bank_balance = fields.Monetary("Balance at the Bank", readonly=True, aggregator="last")
    ledger_balance = fields.Monetary("Balance in the Ledger", readonly=True, aggregator="last")
    difference = fields.Monetary(readonly=True, aggregator="last")
    state = fields.Selection(
        [("equal", "Equal"), ("different", "Different"), ("unknown", "Not comparable yet")],
        string="Balance Check",
        readonly=True,
    )
    transaction_count = fields.Integer("Ponto Transactions", readonly=True)
    waiting_count = fields.Integer("Waiting", readonly=True)
    skipped_count = fields.Integer("Skipped", readonly=True)
    deleted_count = fields.Integer("Deleted in Odoo", readonly=True)
    item_count = fields.Integer("Journal Items", readonly=True)

    # ------------------------------------------------------------------ the query

    @property
    def _table_query(self):
        """Return days with running balances.

        A condition on account or company reaches the tables themselves: both are in every grouping and partition.
        """
        return SQL(
            """
            SELECT day.account_id::bigint * %(days)s + (day.date - DATE '0001-01-01') AS id,
                   day.account_id, day.company_id, day.date,
                   account.institution_id, account.journal_id, account.currency_id,
                   COALESCE(day.date < account.import_from, FALSE) AS before_start,
                   day.bank_amount, day.ledger_amount, day.bank_amount - day.ledger_amount AS movement_difference,
                   balance.bank AS bank_balance, day.ledger_balance, balance.bank - day.ledger_balance AS difference,
                   CASE WHEN balance.bank IS NULL THEN 'unknown'
                        WHEN ROUND(balance.bank - day.ledger_balance, currency.decimal_places) = 0 THEN 'equal'
                        ELSE 'different'
                   END AS state,
                   day.transaction_count, day.waiting_count, day.skipped_count, day.deleted_count, day.item_count
              FROM (
                       SELECT movement.*,
                              COALESCE(SUM(bank_amount) OVER later, 0) AS later_amount,
                              COALESCE(SUM(unreadable_count) OVER later, 0) AS later_unreadable_count,
                              SUM(ledger_amount) OVER until_then AS ledger_balance
                         FROM (%(movements)s) movement
                       WINDOW later AS (
                                  PARTITION BY account_id, company_id ORDER BY date DESC NULLS FIRST
                                  ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
                              ),
                              until_then AS (PARTITION BY account_id, company_id ORDER BY date ROWS UNBOUNDED PRECEDING)
                   ) day
              JOIN ponto_account account ON account.id = day.account_id
              JOIN res_currency currency ON currency.id = account.currency_id
        CROSS JOIN LATERAL (SELECT CASE WHEN %(known)s THEN account.bank_balance - day.later_amount END AS bank) balance
             WHERE day.date IS NOT NULL
            """,
            days=DAYS,
            movements=self._get_movements_query(),
            known=self._get_known_condition(),
        )

    @api.model
    def _get_movements_query(self):
        """Return the movements of both sides per account and day; rows that no day can be told of have none."""
        return SQL(
            """
            SELECT account_id, company_id, date, SUM(bank_amount) AS bank_amount, SUM(ledger_amount) AS ledger_amount,
                   SUM(transaction_count) AS transaction_count, SUM(waiting_count) AS waiting_count,
                   SUM(skipped_count) AS skipped_count, SUM(deleted_count) AS deleted_count,
                   SUM(unreadable_count) AS unreadable_count, SUM(item_count) AS item_count
              FROM (
                       SELECT bank_row.account_id, bank_row.company_id,
                              CASE WHEN bank_row.reason IN %(undated)s THEN NULL
                                   ELSE COALESCE(bank_row.booking_date, bank_row.date)
                              END AS date,
                              COALESCE(bank_row.amount, 0) AS bank_amount, 0 AS ledger_amount, 1 AS transaction_count,
                              (bank_row.state IN ('to_import', 'error'))::int AS waiting_count,
                              (bank_row.state = 'skipped')::int AS skipped_count,
                              (bank_row.state = 'imported' AND bank_row.statement_line_id IS NULL)::int AS deleted_count,
                              COALESCE(bank_row.reason IN %(unreadable)s, FALSE)::int AS unreadable_count,
                              0 AS item_count
                         FROM ponto_transaction bank_row
                         JOIN ponto_account account ON account.id = bank_row.account_id
                        WHERE bank_row.state != 'pending' AND account.journal_id IS NOT NULL
                    UNION ALL
                       SELECT account.id, account.company_id, item.date, 0,
                              CASE WHEN journal.currency_id IS NULL OR journal.currency_id = company.currency_id
                                   THEN item.balance ELSE item.amount_currency
                              END,
                              0, 0, 0, 0, 0, 1
                         FROM ponto_account account
                         JOIN account_journal journal ON journal.id = account.journal_id
                         JOIN res_company company ON company.id = journal.company_id
                         JOIN account_move_line item ON item.account_id = journal.default_account_id
                              AND item.company_id = journal.company_id AND item.parent_state = 'posted'
                   ) piece
             GROUP BY account_id, company_id, date
            """,
            undated=UNDATED,
            unreadable=(*UNREADABLE, *UNDATED),
        )

    @api.model
    def _get_known_condition(self):
        """Return when the bank's balance of a day is known: balance and transactions are of the same moment, no
        transaction since is unreadable, and the day is not after the balance."""
        return SQL(
            """
            account.has_bank_balance AND account.pull_complete AND account.sync_stage IS DISTINCT FROM 'pull'
            AND account.synchronized_at IS NOT DISTINCT FROM account.pulled_synchronized_at
            AND COALESCE(account.newest_transaction_date <= account.bank_balance_date, TRUE)
            AND day.date <= account.bank_balance_date AND day.later_unreadable_count = 0
            """
        )

    # ------------------------------------------------------------------ searching and grouping

    @api.model
    def _search(self, domain, *args, **kwargs):
        """Look up days by id in their own accounts only; without it the days of all accounts would be computed."""

        def add_account(condition):
            if condition.field_expr != "id" or condition.operator != "in":
                return condition
            ids = [id_ for id_ in condition.value if isinstance(id_, int)]
            return condition & Domain("account_id", "in", list({id_ // DAYS for id_ in ids}))

        return super()._search(Domain(domain).map_conditions(add_account), *args, **kwargs)

    def _read_group_select(self, aggregate_spec, query):
        """Give groups the balance of their last day; days of several accounts have none together."""
        name, _separator, aggregator = aggregate_spec.partition(":")
        if aggregator != "last":
            return super()._read_group_select(aggregate_spec, query)
        return SQL(
            "CASE WHEN MIN(%(account)s) = MAX(%(account)s) THEN (ARRAY_AGG(%(value)s ORDER BY %(date)s DESC))[1] END",
            account=self._field_to_sql(self._table, "account_id", query),
            value=self._field_to_sql(self._table, name, query),
            date=self._field_to_sql(self._table, "date", query),
        )

    # ------------------------------------------------------------------ actions

    def action_view_transactions(self):
        """Open the Ponto Transactions of this day.

        :return dict: the action
        """
        self.ensure_one()
        self.check_access("read")
        return open_action(
            self.env,
            "account_online_ponto.ponto_transaction_action",
            [("account_id", "=", self.account_id.id), ("date", "=", self.date)],
        )

    def action_view_items(self):
        """Open the posted journal items of this day on the account of the journal.

        :return dict: the action
        """
        self.ensure_one()
        self.check_access("read")
        domain = [
            ("account_id", "=", self.journal_id.default_account_id.id),
            ("company_id", "=", self.journal_id.company_id.id),
            ("parent_state", "=", "posted"),
            ("date", "=", self.date),
        ]
        return open_action(self.env, "account.action_account_moves_all", domain, context={})
