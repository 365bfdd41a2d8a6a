from collections import Counter, defaultdict

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.http import request
from odoo.tools import split_every
from odoo.tools.misc import format_amount

from ..const import APPLY_BATCH, MATCH_SECONDS
from ..models.booking.items import Booking
from ..models.booking.refusals import count_refusals, find_refusal
from ..models.matching.booked import make_booking
from ..models.matching.rule_counterparts import is_bookable
from ..models.support.notification import make_notification
from ..models.support.work_slice import WorkSlice
from .ponto_match_choose_line import get_distribution


class PontoBook(models.TransientModel):
    """Book several bank transactions by one decision: each on the same account, with its own amount."""

    _name = "ponto.book"
    _description = "Book Bank Transactions"
    _inherit = ["ponto.access"]
    _check_company_auto = True

    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    row_ids = fields.One2many("ponto.book.row", "book_id", string="Bank Transactions")
    account_id = fields.Many2one(
        "account.account", check_company=True, domain="[('account_type', '!=', 'off_balance')]", ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner", check_company=True, ondelete="cascade", help="May stay empty: each keeps its own."
    )
    name = fields.Char("Label", help="May stay empty: each keeps its own.")
    tax_ids = fields.Many2many(
        "account.tax",
        string="Taxes",
        check_company=True,
        domain="[('type_tax_use', 'in', ('sale', 'purchase'))]",
        help="The amounts hold them.",
    )
    summary = fields.Char(compute="_compute_summary")
    question = fields.Char(readonly=True)

    @api.depends("row_ids.ticked")
    @api.depends_context("lang")
    def _compute_summary(self):
        for wizard in self:
            wizard.summary = wizard._describe()

    def _describe(self):
        """Say how many are ticked, and what they sum up to in each fiscal year.

        :return str: one sentence a year
        """
        sums = defaultdict(list)
        for row in self.row_ids.filtered("ticked"):
            year = self.company_id.compute_fiscalyear_dates(row.date)["date_to"].year
            sums[year, row.currency_id].append(row.amount)
        sentences = [
            self.env._(
                "Fiscal year %(year)s: transactions: %(count)s, sum: %(sum)s.",
                year=year,
                count=len(amounts),
                sum=format_amount(self.env, sum(amounts), currency),
            )
            for (year, currency), amounts in sorted(sums.items(), key=lambda item: item[0][0], reverse=True)
        ]
        return " ".join(sentences) or self.env._("Nothing is ticked.")

    # ------------------------------------------------------------------ making it

    @api.model
    def _open(self, lines):
        """Return the dialog for some bank transactions; what cannot be booked, and earlier years, are not ticked.

        :param lines: `account.bank.statement.line` records
        :return dict: window action
        :raises UserError: when they are of several companies
        """
        if len(lines.company_id) > 1:
            raise UserError(self.env._("Bank transactions of several companies cannot be booked by one decision."))
        company = lines.company_id
        year = company.compute_fiscalyear_dates(fields.Date.context_today(self))["date_from"]
        rows = [
            Command.create({"statement_line_id": line.id, "ticked": line.date >= year and not find_refusal(line)})
            for line in lines
        ]
        return self.create({"company_id": company.id, "row_ids": rows})._get_action()

    def _get_action(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Book Bank Transactions"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
        }

    # ------------------------------------------------------------------ buttons

    def action_book(self):
        """Book each ticked bank transaction on the account that was chosen.

        :return dict: a notice, or the dialog with a question
        :raises UserError: when no account is chosen, or nothing is ticked
        """
        self.ensure_one()
        if not self.account_id:
            raise UserError(self.env._("Choose an account first."))
        if "purchase" in self.tax_ids.mapped("type_tax_use") and not self.question:
            self.question = self.env._(
                "Without a document there is no right to deduct this tax. Click again to book it all the same."
            )
            return self._get_action()
        return self._book(dict.fromkeys(self._get_ticked(), self.account_id), self.tax_ids)

    def action_private(self):
        """Book each ticked bank transaction on the company's account for private transactions.

        :return dict: a notice
        :raises UserError: when there is no such account, or nothing is ticked
        """
        self.ensure_one()
        account = self.company_id._get_private_account()
        if not account:
            raise UserError(
                self.env._(
                    "There is no account for private transactions yet. An Administrator of Invoicing chooses it:"
                    " Invoicing > Configuration > Ponto > Booking Bank Transactions."
                )
            )
        return self._book(dict.fromkeys(self._get_ticked(), account))

    def action_on_account(self):
        """Book each ticked bank transaction on the account of its partner, where it waits for its document.

        :return dict: a notice
        :raises UserError: when nothing is ticked
        """
        self.ensure_one()
        accounts = {}
        for line in self._get_ticked():
            partner = (self.partner_id or line.partner_id).with_company(self.company_id)
            kind = "receivable" if line.amount > 0 else "payable"
            accounts[line] = partner[f"property_account_{kind}_id"] if partner else self.account_id.browse()
        return self._book(accounts)

    def _get_ticked(self):
        lines = self.row_ids.filtered("ticked").statement_line_id
        if not lines:
            raise UserError(self.env._("Nothing is ticked."))
        lines.check_access("write")
        return lines

    # ------------------------------------------------------------------ the work

    def _book(self, accounts, taxes=None):
        """Book bank transactions batch by batch; what is booked meanwhile, or refused, is left out and counted.

        What was committed before something stops this is not ticked by who opens the dialog anew: it is booked.

        :param dict accounts: `account.bank.statement.line` record: `account.account` record, empty for no partner
        :param taxes: `account.tax` records, if any
        :return dict: a notice
        """
        refusals = {line: self._find_refusal(line, account, taxes) for line, account in accounts.items()}
        left_out = Counter(filter(None, refusals.values()))
        bookable = {line: account for line, account in accounts.items() if not refusals[line]}
        # sudo: Odoo's own way to commit asks for it; the work is done with the rights of the user.
        work = WorkSlice(self.sudo().env, MATCH_SECONDS if request else float("inf"))
        booked = done = 0
        for batch in split_every(APPLY_BATCH, bookable, list):
            findings = {line: self._make_finding(line, bookable[line], taxes) for line in batch if line.label_editable}
            booked += len(self.env["ponto.matching"]._apply(findings, user=self.env.user))
            done += len(batch)
            if not work.next(1) and done < len(bookable):
                break
        left_out["refused"] += done - booked
        return self._tell(booked, len(bookable) - done, left_out)

    def _find_refusal(self, line, account, taxes):
        """Return why a bank transaction cannot be booked on an account, as a key of `REFUSALS`; "" when it can be."""
        if refusal := find_refusal(line):
            return refusal
        if not account:
            return "partner"
        if not is_bookable(account, line.journal_id):
            return "refused"
        locked = self.company_id._get_user_lock_date("tax_lock_date", ignore_exceptions=True)
        return "tax_locked" if taxes and line.date <= locked else ""

    def _make_finding(self, line, account, taxes):
        partner = self.partner_id or line.partner_id
        booking = Booking(
            account_id=account.id,
            amount=line.amount,
            label=self.name or "",
            partner_id=partner.id or 0,
            tax_ids=tuple(taxes.ids) if taxes else (),
            distribution=get_distribution(self.company_id, account, partner),
        )
        return make_booking(line, [booking], self.env["account.move.line"])

    def _tell(self, booked, waiting, left_out):
        """Return a notice of what was done, which closes the dialog."""
        sentences = [self.env._("Bank transactions booked: %(count)s.", count=booked)]
        if waiting:
            sentences.append(self.env._("Not yet: %(count)s. Tick and book them again.", count=waiting))
        if reasons := count_refusals(self.env, left_out):
            sentences.append(self.env._("Left out: %(reasons)s.", reasons=reasons))
        return make_notification(" ".join(sentences), "warning" if waiting or reasons else "success")
