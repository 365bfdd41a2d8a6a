from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_date

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
        stretches = {id(finding): days for days in agreement.whole_days for finding in days.findings}
        groups, seen = [], set()
        for settled, findings in ((False, agreement.findings_since_agreed), (True, agreement.findings_before_agreed)):
            for finding in findings:
                days = stretches.get(id(finding))
                if id(days or finding) not in seen:
                    seen.add(id(days or finding))
                    groups.append((settled, finding, days))
        self._create_rows(shown, groups[:LISTED])
        if len(groups) > LISTED:
            shown.summary += " " + self.env._("The first %(count)s of them are listed.", count=LISTED)

    @api.model
    def _create_rows(self, shown, groups):
        account = shown.account_id
        singles = [finding for _settled, finding, days in groups if not days]
        rows = self.env["ponto.transaction"].browse({entry.key for found in singles for entry in found.bank})
        moves = self.env["account.move"].browse(
            {line.key for found in singles for line in (*found.books, *filter(None, [found.same_as]))}
        )
        rows, moves = (records.with_prefetch(records.ids) for records in (rows, moves))
        vals_list = []
        for settled, finding, days in groups:
            findings = days.findings if days else (finding,)
            vals = {
                "agreement_id": shown.id,
                "settled": settled,
                "kind": finding.kind,
                "date": days.first if days else finding.day,
                "bank_amount": account._from_smallest_unit(sum(e.amount for one in findings for e in one.bank)),
                "book_amount": account._from_smallest_unit(sum(e.amount for one in findings for e in one.books)),
                "difference": account._from_smallest_unit(sum(one.difference for one in findings)),
            }
            if finding.kind == "opening":
                # No transaction brings what was there before.
                vals["bank_amount"] = vals["book_amount"] + vals["difference"]
            if days:
                vals |= {
                    "last_date": days.last,
                    "count": len(findings),
                    "label": self.env._("All %(count)s transactions", count=len(findings)),
                    "detail": self._get_stretch_detail(days),
                }
            else:
                vals |= self._prepare_single_vals(finding, rows, moves)
            vals_list.append(vals)
        self.create(vals_list)

    @api.model
    def _prepare_single_vals(self, finding, rows, moves):
        """Return what one finding shows and opens."""
        row = rows.browse(entry.key for entry in finding.bank[:1]).with_prefetch(rows.ids)
        move = moves.browse(line.key for line in finding.books[:1]).with_prefetch(moves.ids)
        return {
            "count": max(len(finding.bank), len(finding.books)),
            "transaction_id": row.id,
            "move_id": move.id,
            "label": self._get_label(row, move),
            "detail": self._get_detail(finding, row, move, moves),
        }

    @api.model
    def _get_label(self, row, move):
        return row.label or move.statement_line_id.payment_ref or move.ref or move.name or False

    @api.model
    def _get_detail(self, finding, row, move, moves):
        """Return the sentence that helps to correct one finding."""
        _ = self.env._
        several = max(len(finding.bank), len(finding.books))
        details = []
        if several > 1:
            details.append(
                _(
                    "%(bank)s at the bank, %(books)s in the books.",
                    bank=len(finding.bank),
                    books=len(finding.books),
                )
            )
        if finding.kind == "different_day":
            details.append(_("In the books on %(date)s.", date=format_date(self.env, finding.books[0].day)))
            if finding.books[0].day == finding.bank[0].other_day:
                details.append(_("The bank names that day too."))
        elif finding.kind == "twice":
            details.append(_("The same as %(entry)s.", entry=moves.browse(finding.same_as.key).name))
        elif finding.kind == "opening":
            details.append(self._get_opening_detail(finding))
        elif finding.kind == "missing_in_books" and row.message and row.account_id.linked:
            details.append(row.message)
        if move and not move.statement_line_id and finding.kind != "opening":
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
    def _get_opening_detail(self, finding):
        if finding.books:
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
            action = self.env["ir.actions.act_window"]._for_xml_id("account_online_ponto.ponto_transaction_action")
            account = self.agreement_id.account_id
            return {**action, "domain": [("account_id", "=", account.id), *self._get_days_domain()]}
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
