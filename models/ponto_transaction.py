from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL
from odoo.tools.misc import format_date
from odoo.tools.translate import LazyTranslate

from ..ponto_client import FormatError, read_transaction

_lt = LazyTranslate(__name__)

# Why a row is not in the books, and what to do: one sentence each. %(detail)s comes from the row.
REASONS = {
    "before_start": _lt("Before the start date of this account."),
    "not_linked": _lt("The account is not linked to a journal: open Fetch Accounts."),
    "no_rate": _lt(
        "No %(currency)s rate for %(date)s: enter one under Configuration > Currencies; it is imported then."
    ),
    "locked": _lt("%(date)s lies in a period that is locked: move the lock date, or correct it in your books."),
    "amount": _lt("Ponto gives no readable amount."),
    "amount_precision": _lt("The amount has more decimals than %(currency)s has."),
    "amount_range": _lt("The amount is too large to be true."),
    "date": _lt("Ponto gives neither an execution date nor a value date that can be read."),
    "date_range": _lt("The date %(date)s cannot be right."),
    "currency": _lt("The transaction is in %(detail)s, the account in %(currency)s."),
    "text": _lt("The text holds a character that cannot be stored."),
    "changed": _lt("The bank changed its amount or its day after the import: correct the bank transaction."),
    "refused": _lt("Odoo refused this transaction: %(detail)s"),
}
# The same in short, to group by.
TITLES = {
    "before_start": _lt("Before the start date"),
    "no_rate": _lt("No rate"),
    "locked": _lt("Locked period"),
    "amount": _lt("Unreadable amount"),
    "amount_precision": _lt("Too many decimals"),
    "amount_range": _lt("Amount too large"),
    "date": _lt("Unreadable date"),
    "date_range": _lt("Date cannot be right"),
    "currency": _lt("Another currency"),
    "text": _lt("Unreadable text"),
    "changed": _lt("Changed by the bank"),
    "refused": _lt("Refused by Odoo"),
}
# Rows with one of these have no amount that could be added to others.
UNREADABLE = ("amount", "amount_range", "currency")
# Nor do these tell on which day the balance of the account changed.
UNDATED = ("date", "date_range")


class PontoTransaction(models.Model):
    """One transaction as Ponto gave it; it is kept whatever becomes of it."""

    _name = "ponto.transaction"
    _description = "Ponto Transaction"
    _order = "date desc, created_at desc, position, id desc"
    _rec_names_search = ["label", "counterpart_name", "counterpart_account", "ponto_id"]

    account_id = fields.Many2one("ponto.account", required=True, readonly=True, ondelete="cascade", index=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    journal_id = fields.Many2one(related="account_id.journal_id")
    institution_id = fields.Many2one(related="account_id.institution_id", string="Bank")
    ponto_id = fields.Char("Ponto ID", required=True, readonly=True)
    state = fields.Selection(
        [
            ("to_import", "To import"),
            ("imported", "Imported"),
            ("skipped", "Skipped"),
            ("error", "Error"),
            ("pending", "Pending"),
        ],
        required=True,
        readonly=True,
        index=True,
    )
    # Not validated: a reason is a column that a synchronization fills, whatever the titles are.
    reason = fields.Selection("_get_reason_titles", readonly=True, validate=False)
    detail = fields.Char(readonly=True)
    message = fields.Char("Why", compute="_compute_message")

    date = fields.Date(readonly=True)
    execution_date = fields.Date(readonly=True)
    value_date = fields.Date(readonly=True)
    amount = fields.Monetary(readonly=True)
    currency_id = fields.Many2one(related="account_id.currency_id")
    label = fields.Char(readonly=True)
    counterpart_name = fields.Char(readonly=True)
    counterpart_account = fields.Char(readonly=True)
    fingerprint = fields.Char(readonly=True, index=True)
    created_at = fields.Datetime("Created in Ponto", readonly=True)
    updated_at = fields.Datetime("Changed in Ponto", readonly=True)
    position = fields.Integer(readonly=True, help="Place in the pull, newest first; settles what has one moment.")
    raw = fields.Text("As Received", readonly=True)

    statement_line_id = fields.Many2one(
        "account.bank.statement.line", "Bank Transaction", readonly=True, ondelete="set null", copy=False
    )
    synchronization_id = fields.Many2one(
        "ponto.synchronization", "Imported By", readonly=True, ondelete="set null", index="btree_not_null"
    )
    linked_to_existing = fields.Boolean("Linked to Existing", readonly=True, copy=False)
    deleted = fields.Boolean(
        "Deleted in Odoo",
        compute="_compute_deleted",
        search="_search_deleted",
        help="It was imported, and a user deleted it; it is not imported again.",
    )

    _ponto_uniq = models.UniqueIndex("(account_id, ponto_id)")
    _line_uniq = models.UniqueIndex("(statement_line_id) WHERE statement_line_id IS NOT NULL")
    _import_order_idx = models.Index("(account_id, date, created_at, position DESC, id) WHERE state = 'to_import'")
    _account_date_idx = models.Index("(account_id, date)")

    @api.depends("label", "date")
    def _compute_display_name(self):
        for transaction in self:
            transaction.display_name = transaction.label or transaction.ponto_id

    @api.depends("state", "reason", "detail", "date", "currency_id", "statement_line_id")
    @api.depends_context("lang")
    def _compute_message(self):
        for transaction in self:
            if transaction.deleted:
                transaction.message = self.env._("Imported, then deleted in Odoo: it is not imported again.")
            elif reason := transaction._get_reason():
                # The lazy text carries no values of its own: translate first, fill in second.
                sentence = self.env._(REASONS[reason])
                transaction.message = sentence % {
                    "detail": transaction.detail or "",
                    "currency": transaction.account_id.currency_code or "",
                    "date": format_date(self.env, transaction.date) if transaction.date else "?",
                }
            else:
                transaction.message = False

    @api.model
    def _get_reason_titles(self):
        return [(reason, self.env._(TITLES[reason]) if reason in TITLES else reason) for reason in REASONS]

    def _get_reason(self):
        if self.state == "to_import" and not self.account_id.linked:
            return "not_linked"
        return self.reason if self.reason in REASONS else None

    @api.depends("state", "statement_line_id")
    def _compute_deleted(self):
        for transaction in self:
            transaction.deleted = transaction.state == "imported" and not transaction.statement_line_id

    def _search_deleted(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = [("state", "=", "imported"), ("statement_line_id", "=", False)]
        return domain if True in value else ["!", "&", *domain]

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        if any(transaction.state == "imported" for transaction in self):
            raise UserError(
                self.env._("What was imported must stay known, or it would be imported twice. It cannot be deleted.")
            )

    def action_retry(self):
        """Try again to import rows that ended in an error.

        :return dict | None: a notice for the web client
        """
        self.check_access("read")
        self.env["ponto.account"].check_access("write")
        # sudo: rows are written by synchronizations only; who may edit accounts may ask for another attempt.
        failed = self.sudo().filtered(lambda transaction: transaction.state == "error")
        for transaction in failed:
            try:
                item = read_transaction(transaction.raw or "")
            except FormatError:
                continue  # what was kept cannot be read: it stays in error, and the others are tried
            transaction._write_row(self._prepare_row(transaction.account_id, item, transaction.position))
        accounts = failed.account_id
        accounts.filtered(lambda account: not account.sync_stage).sync_stage = "import"
        return accounts._synchronize_now(accounts.connection_id) if accounts else None

    # ------------------------------------------------------------------ storing what Ponto gave

    @api.model
    def _store(self, account, items, position):
        """Store one page: insert what is new, follow what changed (odoo-decisions.md, 8).

        :param account: `ponto.account` record
        :param items: `ponto_client.Transaction` objects of one page, newest first
        :param int position: how many rows the pull has read before
        :return tuple: number of new rows, number of changed rows
        """
        rows = {}
        for offset, item in enumerate(items):
            rows.setdefault(item.id, self._prepare_row(account, item, position + offset))
        known = self._get_known(account, list(rows))
        fresh = [row for ponto_id, row in rows.items() if ponto_id not in known]
        changed = [
            (known[ponto_id], row)
            for ponto_id, row in rows.items()
            if ponto_id in known and known[ponto_id]._differs(row)
        ]
        self._insert_rows(fresh)
        for transaction, row in changed:
            transaction._follow_change(row)
        return len(fresh), len(changed)

    @api.model
    def _get_known(self, account, ponto_ids):
        known = self.search([("account_id", "=", account.id), ("ponto_id", "in", ponto_ids)])
        return {transaction.ponto_id: transaction for transaction in known}

    @api.model
    def _insert_rows(self, rows):
        """Insert new rows with every stored column; the unique index has the last word."""
        if not rows:
            return
        self.flush_model()
        stamp = {"create_uid": self.env.uid, "write_uid": self.env.uid}
        rows = [{**row, **stamp} for row in rows]
        columns = list(rows[0])
        self.env.cr.execute(
            SQL(
                "INSERT INTO %s (%s, create_date, write_date) VALUES %s ON CONFLICT DO NOTHING",
                SQL.identifier(self._table),
                SQL(", ").join(SQL.identifier(column) for column in columns),
                SQL(", ").join(
                    SQL(
                        "(%s, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC')",
                        SQL(", ").join(SQL("%s", row[column]) for column in columns),
                    )
                    for row in rows
                ),
            )
        )
        self.invalidate_model()

    def _differs(self, row):
        """Tell whether the bank changed the transaction: Ponto then moves `updatedAt` (ponto-api.md, 3.3)."""
        if row["updated_at"] and self.updated_at:
            return row["updated_at"] != self.updated_at
        return row["raw"] != self.raw

    def _follow_change(self, row):
        """Keep what the bank changed; a row that is not in the books yet is judged anew.

        :param dict row: as `_prepare_row` gives it
        """
        self.ensure_one()
        if self.state != "imported":
            self._write_row(row)
            return
        # The line in the books is the user's: what the bank changed is kept here, and said.
        moved = row["amount"] is None or (float(row["amount"]), row["date"]) != (self.amount, self.date)
        row = {**row, "state": "imported", "reason": "changed" if moved else self.reason, "detail": self.detail}
        if row["amount"] is None or not row["date"]:
            row.update(amount=self.amount, date=self.date)
        self._write_row(row)

    def _write_row(self, row):
        """Write the columns of a row, except those that it is known by."""
        keep = ("account_id", "company_id", "ponto_id", "position", "created_at")
        self.write({name: False if value is None else value for name, value in row.items() if name not in keep})

    @api.model
    def _prepare_row(self, account, item, position):
        """Return the columns of one row from what Ponto gave.

        :param account: `ponto.account` record
        :param item: `ponto_client.Transaction`
        :param int position: place in the pull
        :return dict: column: value, None for NULL
        """
        connection = account.connection_id
        execution_date = connection._calendar_day(item.execution_date) or None
        value_date = connection._calendar_day(item.value_date) or None
        first, second = execution_date, value_date
        if connection.date_source == "value":
            first, second = second, first
        date = first or second
        reason, detail = account._get_refusal(item, date)
        name, number = item.counterpart_name or None, item.counterpart_reference or None
        return {
            "account_id": account.id,
            "company_id": account.company_id.id,
            "ponto_id": item.id,
            "state": "error" if reason else "to_import",
            "reason": reason,
            "detail": detail,
            "date": date,
            "execution_date": execution_date,
            "value_date": value_date,
            "amount": None if reason in UNREADABLE else item.amount,
            "label": account._get_label(item),
            "counterpart_name": name,
            "counterpart_account": number,
            "fingerprint": account._get_fingerprint(item, date),
            "created_at": self._naive(item.created_at),
            "updated_at": self._naive(item.updated_at),
            "position": position,
            "raw": item.raw,
        }

    @api.model
    def _naive(self, moment):
        # Microseconds are kept: they settle the order.
        return moment.replace(tzinfo=None) if moment else None
