from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_date

from ..models.support.actions import open_action
from ..models.support.money import from_units

# More than these are not listed: whoever has so many corrects the first, and compares again.
LISTED = 500


class PontoAgreementFinding(models.TransientModel):
    """One thing that explains why bank and books differ, or a stretch of days that is missing or doubled as a whole."""

    _name = "ponto.agreement.finding"
    _description = "Compare with the Bank: Finding"
    _order = "settled, date, id"

    agreement_id = fields.Many2one("ponto.agreement", required=True, readonly=True, ondelete="cascade", index=True)
    currency_id = fields.Many2one(related="agreement_id.currency_id")
    kind = fields.Selection(
        [
            ("opening", "Opening balance"),
            ("missing_in_books", "Missing in the books"),
            ("missing_at_bank", "Missing at the bank"),
            ("different_amount", "Different amount"),
            ("different_day", "Different day"),
            ("twice", "Twice in the books"),
        ],
        string="What",
        required=True,
        readonly=True,
    )
    settled = fields.Boolean(readonly=True, help="Bank and books agree on a later day: something else cancels it out.")
    date = fields.Date(required=True, readonly=True)
    last_date = fields.Date("Until", readonly=True, help="All days until this one are affected as a whole.")
    count = fields.Integer(readonly=True)
    label = fields.Char(readonly=True)
    detail = fields.Char(readonly=True)
    bank_amount = fields.Monetary("At the Bank", readonly=True)
    book_amount = fields.Monetary("In the Books", readonly=True)
    difference = fields.Monetary(readonly=True)
    transaction_id = fields.Many2one("ponto.transaction", "Ponto Transaction", readonly=True, ondelete="cascade")
    move_id = fields.Many2one("account.move", "Journal Entry", readonly=True, ondelete="cascade")

    # ------------------------------------------------------------------ making them

    @api.model
    def _show(self, shown, agreement):
        """Create the rows of a comparison: first what explains the difference of today.

        :param shown: `ponto.agreement` record
        :param Agreement agreement: the comparison
        """
        stretches = {id(discrepancy): days for days in agreement.whole_days for discrepancy in days.discrepancies}
        groups, seen = [], set()
        for settled, discrepancies in (
            (False, agreement.discrepancies_since_agreed),
            (True, agreement.discrepancies_before_agreed),
        ):
            for discrepancy in discrepancies:
                days = stretches.get(id(discrepancy))
                if id(days or discrepancy) not in seen:
                    seen.add(id(days or discrepancy))
                    groups.append((settled, discrepancy, days))
        self._create_rows(shown, groups[:LISTED])
        if len(groups) > LISTED:
            shown.summary += " " + self.env._("The first %(count)s of them are listed.", count=LISTED)

    @api.model
    def _create_rows(self, shown, groups):
        singles = [discrepancy for _settled, discrepancy, days in groups if not days]
        rows = self.env["ponto.transaction"].browse({entry.key for found in singles for entry in found.bank})
        moves = self.env["account.move"].browse(
            {line.key for found in singles for line in (*found.books, *filter(None, [found.same_as]))}
        )
        rows, moves = (records.with_prefetch(records.ids) for records in (rows, moves))
        self.create(
            [
                {
                    "agreement_id": shown.id,
                    "settled": settled,
                    "kind": discrepancy.kind,
                    "date": days.first if days else discrepancy.day,
                    **self._prepare_amounts(shown.currency_id, days.discrepancies if days else (discrepancy,)),
                    **(
                        self._prepare_stretch_vals(days)
                        if days
                        else self._prepare_single_vals(discrepancy, rows, moves)
                    ),
                }
                for settled, discrepancy, days in groups
            ]
        )

    @api.model
    def _prepare_amounts(self, currency, discrepancies):
        """Return the amounts of one discrepancy, or of all discrepancies of a stretch.

        :param currency: `res.currency` record
        :param discrepancies: `Discrepancy` of one kind
        """
        difference = sum(discrepancy.difference for discrepancy in discrepancies)
        books = sum(line.amount for discrepancy in discrepancies for line in discrepancy.books)
        bank = sum(entry.amount for discrepancy in discrepancies for entry in discrepancy.bank)
        if discrepancies[0].kind == "opening":
            bank = books + difference  # no transaction brings what was there before
        return {
            "bank_amount": from_units(bank, currency),
            "book_amount": from_units(books, currency),
            "difference": from_units(difference, currency),
        }

    @api.model
    def _prepare_stretch_vals(self, days):
        """Return what a stretch of days shows."""
        count = len(days.discrepancies)
        return {
            "last_date": days.last,
            "count": count,
            "label": self.env._("All %(count)s transactions", count=count),
            "detail": self._get_stretch_detail(days),
        }

    @api.model
    def _prepare_single_vals(self, discrepancy, rows, moves):
        """Return what one discrepancy shows and opens."""
        row = rows.browse(entry.key for entry in discrepancy.bank[:1]).with_prefetch(rows.ids)
        move = moves.browse(line.key for line in discrepancy.books[:1]).with_prefetch(moves.ids)
        return {
            "count": max(len(discrepancy.bank), len(discrepancy.books)),
            "transaction_id": row.id,
            "move_id": move.id,
            "label": self._get_label(row, move),
            "detail": self._get_detail(discrepancy, row, move, moves),
        }

    @api.model
    def _get_label(self, row, move):
        return row.label or move.statement_line_id.payment_ref or move.ref or move.name or False

    @api.model
    def _get_detail(self, discrepancy, row, move, moves):
        """Return the sentence that helps to correct one discrepancy."""
        _ = self.env._
        several = max(len(discrepancy.bank), len(discrepancy.books))
        details = []
        if several > 1:
            details.append(
                _(
                    "%(bank)s at the bank, %(books)s in the books.",
                    bank=len(discrepancy.bank),
                    books=len(discrepancy.books),
                )
            )
        if discrepancy.kind == "different_day":
            details.append(_("In the books on %(date)s.", date=format_date(self.env, discrepancy.books[0].day)))
            if discrepancy.books[0].day == discrepancy.bank[0].other_day:
                details.append(_("The bank names that day too."))
        elif discrepancy.kind == "twice":
            details.append(_("The same as %(entry)s.", entry=moves.browse(discrepancy.same_as.key).name))
        elif discrepancy.kind == "opening":
            details.append(self._get_opening_detail(discrepancy))
        elif discrepancy.kind == "missing_in_books" and row.message and row.account_id.linked:
            details.append(row.message)
        if move and not move.statement_line_id and discrepancy.kind != "opening":
            details.append(_("A journal entry, no bank transaction."))
        return " ".join(details) or False

    @api.model
    def _get_stretch_detail(self, days):
        if days.kind == "twice":
            return self.env._("Everything of these days is there twice: a file imported twice, or two feeds.")
        return self.env._(
            "Nothing of these days is in the books: a file that nobody imported, or the gap after an expired"
            " authorization."
        )

    @api.model
    def _get_opening_detail(self, discrepancy):
        if discrepancy.books:
            return self.env._("The opening entry does not bring the bank's balance of that day.")
        return self.env._("The books miss what was there before: create the opening entry, or correct them.")

    # ------------------------------------------------------------------ actions

    def action_open_at_bank(self):
        """Open the Ponto Transaction, or those of a whole stretch of days.

        :return dict: the action
        """
        self.ensure_one()
        self.check_access("read")
        if self.last_date:
            domain = [("account_id", "=", self.agreement_id.account_id.id), *self._get_days_domain()]
            return open_action(self.env, "account_online_ponto.ponto_transaction_action", domain)
        return self._open(self.transaction_id)

    def action_open_in_books(self):
        """Open the bank transaction or the journal entry, or the bank transactions of a whole stretch of days.

        :return dict: the action
        """
        self.ensure_one()
        self.check_access("read")
        journal = self.agreement_id.journal_id
        if self.last_date:
            action = journal.action_view_bank_transactions()
            return {**action, "domain": [("journal_id", "=", journal.id), *self._get_days_domain()]}
        return self._open(self.move_id.statement_line_id or self.move_id)

    def _get_days_domain(self):
        return [("date", ">=", self.date), ("date", "<=", self.last_date)]

    @api.model
    def _open(self, record):
        if not record:
            raise UserError(self.env._("There is nothing on this side."))
        record.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [(self._get_form_view(record), "form")],
        }

    @api.model
    def _get_form_view(self, record):
        if record._name == "account.bank.statement.line":
            return self.env.ref("account_online_ponto.account_bank_statement_line_view_form").id
        return False
