from dataclasses import replace
from hashlib import sha256

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
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
    "date_range": _lt("The date %(date)s cannot be right; if it lies ahead, it is imported when the day comes near."),
    "currency": _lt("The transaction is in %(detail)s, the account in %(currency)s."),
    "text": _lt("A text of it cannot be read, or holds a character that cannot be stored."),
    "no_id": _lt("Ponto gives it no id: look whether your bank shows it, and enter it by hand if it is missing here."),
    "duplicate_id": _lt(
        "Ponto gives its id to another transaction too: compare both with your bank, and enter it by hand if it is"
        " missing here."
    ),
    "changed": _lt("The bank changed its amount or its day after the import: correct the bank transaction."),
    "changed_texts": _lt("The bank changed its texts after the transaction was matched; the label stays as it is."),
    "replaced": _lt("Ponto gives this transaction under another id now; that one is in the books."),
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
    "no_id": _lt("No id"),
    "duplicate_id": _lt("Id given twice"),
    "changed": _lt("Changed by the bank"),
    "changed_texts": _lt("Texts changed by the bank"),
    "replaced": _lt("Under another id now"),
    "refused": _lt("Refused by Odoo"),
}
# What is said of a row that is in the books: its line could not follow a change.
FLAGS = ("changed", "changed_texts")
# Rows with one of these have no amount that could be added to others.
UNREADABLE = ("amount", "amount_range", "currency")
# Nor do these tell on which day the balance of the account changed.
UNDATED = ("date", "date_range")
# Whether the bank's balance holds one of these is not known.
DOUBTFUL = ("duplicate_id",)


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
    partner_id = fields.Many2one(
        "res.partner", "Recognized Partner", readonly=True, copy=False, ondelete="set null", index="btree_not_null"
    )
    synchronization_id = fields.Many2one(
        "ponto.synchronization", "Imported By", readonly=True, ondelete="set null", index="btree_not_null"
    )
    link_id = fields.Many2one(
        "ponto.link", "Linked to Existing", readonly=True, copy=False, ondelete="set null", index="btree_not_null"
    )
    kept_apart = fields.Boolean(
        readonly=True, copy=False, help="A user undid its link: no line that was there before stands for it."
    )
    successor_id = fields.Many2one(
        "ponto.transaction", "Goes on as", readonly=True, copy=False, ondelete="set null", index="btree_not_null"
    )
    on_open_day = fields.Boolean(
        "On the First Open Day", readonly=True, copy=False, help="A user chose to book it after the locked period."
    )
    booking_date = fields.Date(readonly=True, copy=False, help="Its day in the books, where it is not the bank's.")
    raw_in_books = fields.Text(
        readonly=True, copy=False, help="What its line was made of, while it is not what Ponto gives now."
    )
    to_follow = fields.Boolean(
        readonly=True, copy=False, help="The bank changed it, and its line was not looked at yet."
    )
    deleted = fields.Boolean(
        "Deleted in Odoo",
        compute="_compute_deleted",
        search="_search_deleted",
        help="It was imported, and a user deleted it; it is not imported again.",
    )
    unposted = fields.Boolean(
        "Not Posted",
        compute="_compute_unposted",
        search="_search_unposted",
        help="Its bank transaction was reset to draft or cancelled: the amount is not in the books.",
    )

    _ponto_uniq = models.UniqueIndex("(account_id, ponto_id)")
    _line_uniq = models.UniqueIndex("(statement_line_id) WHERE statement_line_id IS NOT NULL")
    _import_order_idx = models.Index("(account_id, date, created_at, position DESC, id) WHERE state = 'to_import'")
    _account_date_idx = models.Index("(account_id, date)")
    _to_follow_idx = models.Index("(account_id) WHERE to_follow")

    @api.depends("label", "date")
    def _compute_display_name(self):
        for transaction in self:
            transaction.display_name = transaction.label or transaction.ponto_id

    @api.depends(
        "state", "reason", "detail", "date", "currency_id", "statement_line_id.state", "link_id.line_ids.state"
    )
    @api.depends_context("lang")
    def _compute_message(self):
        for transaction in self:
            if transaction.deleted:
                transaction.message = self.env._("Imported, then deleted in Odoo: it is not imported again.")
            elif transaction.unposted:
                transaction.message = self.env._(
                    "Its bank transaction was reset to draft or cancelled in Odoo: post it again, or the books miss it."
                )
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

    @api.depends("state", "statement_line_id", "link_id.line_ids")
    def _compute_deleted(self):
        for transaction in self:
            lines = transaction.statement_line_id or transaction.link_id.line_ids
            transaction.deleted = transaction.state == "imported" and not lines

    def _search_deleted(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = Domain("state", "=", "imported") & Domain("statement_line_id", "=", False)
        domain &= Domain("link_id", "=", False) | Domain("link_id.line_ids", "=", False)
        return domain if True in value else ~domain

    @api.depends("state", "statement_line_id.state", "link_id.line_ids.state")
    def _compute_unposted(self):
        for transaction in self:
            lines = transaction.statement_line_id or transaction.link_id.line_ids
            unposted = any(line.state != "posted" for line in lines)
            transaction.unposted = transaction.state == "imported" and unposted

    def _search_unposted(self, operator, value):
        if operator != "in":
            return NotImplemented
        unposted = ("draft", "cancel")
        lines = Domain("statement_line_id.state", "in", unposted) | Domain("link_id.line_ids.state", "in", unposted)
        domain = Domain("state", "=", "imported") & lines
        return domain if True in value else ~domain

    def _get_booking_day(self):
        """Return the day of this transaction in the books: the bank's, unless a user chose the first open one."""
        self.ensure_one()
        return self.booking_date or self.date

    def _get_holder(self):
        """Return the row that this transaction goes on as, under the newest of its ids.

        :return: `ponto.transaction` record; the row itself when it was never replaced
        """
        self.ensure_one()
        holder = self
        while holder.successor_id and holder.state != "imported":
            holder = holder.successor_id
        return holder

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        if any(transaction.state == "imported" for transaction in self):
            raise UserError(
                self.env._("What was imported must stay known, or it would be imported twice. It cannot be deleted.")
            )

    def action_import_again(self):
        """Import rows again that a user deleted.

        :return dict | None: a notice for the web client
        """
        deleted = self._get_for_action().filtered("deleted")
        deleted.write({**self._get_fresh_vals(), "state": "to_import", "reason": False})
        return deleted._import_now()

    def action_import_on_open_day(self):
        """Import rows of a locked period on the first open day; the bank's date is in their note.

        :return dict | None: a notice for the web client
        """
        locked = self._get_for_action().filtered(lambda row: (row.state, row.reason) == ("to_import", "locked"))
        locked.write({"on_open_day": True, "reason": False})
        return locked._import_now()

    def action_retry(self):
        """Try again to import rows that ended in an error.

        :return dict | None: a notice for the web client
        """
        failed = self._get_for_action().filtered(lambda transaction: transaction.state == "error")
        failed._judge_again()
        return failed._import_now()

    def _get_for_action(self):
        """Return these rows for a button: rows are written by synchronizations only.

        :return: the rows, in superuser mode
        :raises AccessError: for who may not edit their accounts
        """
        self.check_access("read")
        self.account_id.check_access("write")
        # sudo: who may edit the accounts may ask for this.
        return self.sudo()

    def _judge_again(self):
        """Judge rows anew from what Ponto gave: those that may be imported now are to be imported."""
        for transaction in self:
            try:
                item = read_transaction(transaction.raw or "")
            except FormatError:
                continue  # what was kept cannot be read: it stays in error, and the others are tried
            row = self._prepare_row(transaction.account_id, item, transaction.position, transaction.ponto_id)
            transaction._write_row(row)

    def _import_now(self):
        accounts = self.env["ponto.account"].union(*(account._get_in_charge() for account in self.account_id))
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
        rows = self._prepare_rows(account, items, position)
        known = self._get_known(account, list(rows))
        fresh = [row for ponto_id, row in rows.items() if ponto_id not in known]
        changed = [
            (known[ponto_id], row)
            for ponto_id, row in rows.items()
            if ponto_id in known and known[ponto_id]._differs(row)
        ]
        self._insert_rows(fresh)
        for transaction, row in changed:
            transaction._keep_change(row)
        return len(fresh), len(changed)

    @api.model
    def _replace_pending(self, account, items):
        """Keep exactly the pending transactions that Ponto gives now; those that have gone settled, or never will.

        :param account: `ponto.account` record
        :param items: `ponto_client.Transaction` objects
        """
        rows = self._prepare_rows(account, items, 0)
        for row in rows.values():
            row["state"] = "pending"
        known = self._get_known(account, list(rows))
        gone = [("account_id", "=", account.id), ("state", "=", "pending"), ("ponto_id", "not in", list(rows))]
        self.search(gone).unlink()
        for ponto_id, transaction in known.items():
            if transaction.state == "pending":
                transaction._write_row(rows[ponto_id])
        self._insert_rows([row for ponto_id, row in rows.items() if ponto_id not in known])

    @api.model
    def _prepare_rows(self, account, items, position):
        """Return the rows of one page.

        :param account: `ponto.account` record
        :param items: `ponto_client.Transaction` objects, newest first
        :param int position: of the first
        :return dict: id under which a row is kept: its columns
        """
        rows, first = {}, {}
        for offset, item in enumerate(items):
            ponto_id = self._get_stored_id(item, first)
            if ponto_id not in rows:
                rows[ponto_id] = self._prepare_row(account, item, position + offset, ponto_id)
        return rows

    @api.model
    def _get_stored_id(self, item, first):
        """Return the id under which a row is kept: Ponto's own, unless it has none or another one of the page has it.

        The id of such a row comes from its text, so that reading the page again does not double it.

        :param item: `ponto_client.Transaction`
        :param dict first: Ponto id: first item of the page that has it; it grows
        :return str: unique in the account
        """
        if item.id and replace(first.setdefault(item.id, item), raw="") == replace(item, raw=""):
            return item.id
        return f"{'again' if item.id else 'no-id'}:{sha256(item.raw.encode()).hexdigest()}"

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
        if self.state == "pending":
            return True  # it has settled under the same id
        if row["updated_at"] and self.updated_at:
            return row["updated_at"] != self.updated_at
        return row["raw"] != self.raw

    def _keep_change(self, row):
        """Keep what the bank changed; a row that is not in the books yet is judged anew.

        :param dict row: as `_prepare_row` gives it
        """
        self.ensure_one()
        if self.state == "pending":
            self.write({"position": row["position"], "created_at": row["created_at"] or False})
        if self.state != "imported":
            self._write_row(row)
            return
        # The line in the books is the user's: the import looks which of its fields may follow.
        if row["amount"] is None or not row["date"]:
            row = {**row, "amount": self.amount, "date": self.date}
        row = {**row, "state": "imported", "reason": self.reason, "detail": self.detail}
        self._write_row({**row, "raw_in_books": self.raw_in_books or self.raw, "to_follow": True})

    def _write_row(self, row):
        """Write the columns of a row, except those that it is known by."""
        keep = ("account_id", "company_id", "ponto_id", "position", "created_at")
        self.write({name: False if value is None else value for name, value in row.items() if name not in keep})

    @api.model
    def _prepare_row(self, account, item, position, ponto_id=None):
        """Return the columns of one row from what Ponto gave.

        :param account: `ponto.account` record
        :param item: `ponto_client.Transaction`
        :param int position: place in the pull
        :param str ponto_id: under which it is kept, when it is not alone with its own
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
        ponto_id = ponto_id or self._get_stored_id(item, {})
        if not reason and ponto_id != item.id:
            reason = "duplicate_id" if item.id else "no_id"
        name, number = item.counterpart_name or None, item.counterpart_reference or None
        return {
            "account_id": account.id,
            "company_id": account.company_id.id,
            "ponto_id": ponto_id,
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
