from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
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
    "amount_rounding": _lt(
        "Odoo would round the amount: lower the rounding factor of %(currency)s under Configuration > Currencies, then"
        " try again."
    ),
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
    "amount_rounding": _lt("Amount would be rounded"),
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
        accounts.filtered(lambda account: not account.sync_stage)._ask_for("import", accounts._get_asking_user())
        return accounts._synchronize_now(accounts.connection_id) if accounts else None
