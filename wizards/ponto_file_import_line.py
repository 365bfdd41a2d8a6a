from collections import Counter
from contextlib import ExitStack
from datetime import timedelta
from itertools import pairwise

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import split_every
from odoo.tools.misc import format_amount, format_date
from odoo.tools.translate import LazyTranslate

from ..const import IMPORT_BATCH
from ..models.files.chains import get_first_day, get_last_day
from ..models.files.plan import CREATE, DELETED, KNOWN, LOCKED, OPENED, WAITING
from ..models.support.locks import exclusive

_lt = LazyTranslate(__name__)

# Why transactions of a file are not created, in the order in which it is said.
REASONS = {
    KNOWN: _lt("In the books already: %(count)s."),
    WAITING: _lt("Coming from Ponto: %(count)s."),
    DELETED: _lt("Deleted in Odoo, can be imported again from Ponto Transactions: %(count)s."),
    OPENED: _lt("Held by the opening entry, which would have to be deleted first: %(count)s."),
    LOCKED: _lt("In a locked period, the lock date would have to be moved first: %(count)s."),
}
# What a file leaves out or means otherwise, and its balances prove.
READINGS = {
    "available": _lt("The file has no booked balances: its transactions add up to the available ones."),
    "indicator": _lt("The file does not say of every amount whether it is credit or debit: the balances tell it."),
    "status": _lt("The file does not say of every transaction whether it is booked: the balances tell it."),
    "day": _lt("The file leaves out days of booking: the value date, or the only day of the statement, is taken."),
    "reversal": _lt("The file means its reversals with the other sign: only so the balances add up."),
}
# Those of them that leave money out of the books.
LEFT_OUT = (DELETED, OPENED, LOCKED)


def tell_reasons(env, counts):
    """Say why transactions are not created.

    :param env: environment, whose language counts
    :param dict counts: how many, by what becomes of them
    :return list: sentences
    """
    # The lazy texts carry no values of their own: translate first, fill in second.
    sentences = {verdict: env._(text) for verdict, text in REASONS.items() if counts.get(verdict)}
    return [sentence % {"count": counts[verdict]} for verdict, sentence in sentences.items()]


class PontoFileImportLine(models.TransientModel):
    """One account of the files: what importing them would do, counted by the import itself."""

    _name = "ponto.file.import.line"
    _description = "Import a Bank File: Account"
    _inherit = ["ponto.access"]
    _check_company_auto = True

    wizard_id = fields.Many2one("ponto.file.import", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="wizard_id.company_id")
    account_number = fields.Char("Account", required=True, readonly=True)
    currency_code = fields.Char("Currency", required=True, readonly=True)
    journal_id = fields.Many2one(
        "account.journal",
        check_company=True,
        ondelete="cascade",
        domain="[('type', 'in', ('bank', 'credit')), ('company_id', '=', company_id)]",
    )
    currency_id = fields.Many2one("res.currency", "Currency of the Amounts", compute="_compute_preview")
    first_day = fields.Date("From", compute="_compute_preview")
    last_day = fields.Date("To", compute="_compute_preview")
    transaction_count = fields.Integer("Transactions", compute="_compute_preview")
    known_count = fields.Integer("In the Books", compute="_compute_preview")
    waiting_count = fields.Integer(
        "From Ponto", compute="_compute_preview", help="Ponto has them: they come by themselves."
    )
    deleted_count = fields.Integer(compute="_compute_preview")
    opened_count = fields.Integer(compute="_compute_preview")
    locked_count = fields.Integer(compute="_compute_preview")
    left_count = fields.Integer("Left Out", compute="_compute_preview")
    create_count = fields.Integer("To Create", compute="_compute_preview")
    opening_balance = fields.Monetary(compute="_compute_preview")
    closing_balance = fields.Monetary(compute="_compute_preview")
    ledger_before = fields.Monetary(compute="_compute_preview", help="Balance of the ledger before the first day.")
    ledger_after = fields.Monetary(
        compute="_compute_preview",
        help="Balance of the ledger on the last day, with what would be created and what comes from Ponto.",
    )
    planned = fields.Boolean(compute="_compute_preview", help="The file was compared with the books.")
    refusal = fields.Char(compute="_compute_preview")
    remark = fields.Char(compute="_compute_preview")

    # ------------------------------------------------------------------ preview

    @api.depends(
        "journal_id", "account_number", "currency_code", "wizard_id.attachment_ids", "wizard_id.line_ids.journal_id"
    )
    @api.depends_context("lang")
    def _compute_preview(self):
        names = [name for name, field in self._fields.items() if field.compute == "_compute_preview"]
        for wizard, lines in self.grouped("wizard_id").items():
            accounts, _refusals = wizard._read_files()
            for line in lines:
                statements = accounts.get((line.account_number, line.currency_code), [])
                line.update({**dict.fromkeys(names, False), **line._get_preview(statements)})

    def _get_preview(self, statements):
        """Return what an import would do.

        :param list statements: `statement_files.Statement` objects of this account
        :return dict: values of the computed fields; those that are not known are left out
        """
        if not statements:
            return {"refusal": self.env._("The files have changed: read them again.")}
        first, last = min(statements, key=get_first_day), sorted(statements, key=get_last_day)[-1]
        currencies = self.env["res.currency"].with_context(active_test=False)
        vals = {
            "currency_id": currencies.search([("name", "=", self.currency_code)], limit=1).id,
            "first_day": get_first_day(first),
            "last_day": get_last_day(last),
            "transaction_count": len({m.key for statement in statements for m in statement.movements}),
            "opening_balance": float(first.opening),
            "closing_balance": float(last.closing),
        }
        refusal, plan = self._judge(statements)
        if not plan:
            return {**vals, "refusal": refusal, "remark": refusal}
        journal = self.journal_id._origin
        coming = sum(float(movement.amount) for verdict in (CREATE, WAITING) for movement in plan[verdict])
        left_out = {verdict: len(plan[verdict]) for verdict in LEFT_OUT}
        vals.update(
            planned=True,
            refusal=refusal,
            left_count=sum(left_out.values()),
            **{f"{verdict}_count": len(movements) for verdict, movements in plan.items()},
            ledger_before=journal._get_ledger_balance_before(vals["first_day"]),
            ledger_after=journal._get_ledger_balance_before(vals["last_day"] + timedelta(days=1)) + coming,
        )
        remarks = (
            refusal,
            self._get_journal_remark(),
            *self._get_reading_remarks(statements),
            *tell_reasons(self.env, left_out),
            self._get_gap_remark(statements),
            self._get_balance_remark(vals),
        )
        return {**vals, "remark": " ".join(remark for remark in remarks if remark) or False}

    def _judge(self, statements):
        """Tell whether statements can be imported, and what would become of their transactions.

        :param list statements: `statement_files.Statement` objects of this account
        :return tuple: a sentence that says why not, or None; the plan of the journal, or None without a fit journal
        """
        journal, company = self.journal_id._origin, self.company_id
        if not journal:
            refusal = self.env._(
                "No bank or card journal of %(company)s has the account %(account)s in %(currency)s: choose one, or"
                " take this line out.",
                company=company.name,
                account=self.account_number,
                currency=self.currency_code,
            )
            return refusal, None
        if journal.company_id != company or journal.type not in ("bank", "credit"):
            return self.env._("Choose a bank or card journal of %(company)s.", company=company.name), None
        if refusal := journal._get_file_refusal(self.account_number, self.currency_code, statements):
            return refusal, None
        plan = journal._plan_file(statements)
        return journal._get_rate_refusal(plan[CREATE]), plan

    def _get_journal_remark(self):
        """Say that the file is of another journal than the one where it was asked for."""
        asked = self.wizard_id.journal_id
        if asked in self.wizard_id.line_ids.journal_id._origin:
            return None
        return self.env._(
            "The file is of another account than that of %(asked)s: it goes to %(journal)s.",
            asked=asked.display_name,
            journal=self.journal_id.display_name,
        )

    def _get_reading_remarks(self, statements):
        """Say what the files leave out or mean otherwise, where the balances prove it.

        :return list: sentences
        """
        said = {remark for statement in statements for remark in statement.remarks}
        return [self.env._(sentence) for remark, sentence in READINGS.items() if remark in said]

    def _get_gap_remark(self, statements):
        """Say where a statement is missing between those of the files, as far as their balances tell it."""
        told = sorted({s for s in statements if s.movements}, key=lambda s: (get_first_day(s), get_last_day(s)))
        for one, other in pairwise(told):
            if one.closing != other.opening and get_last_day(one) < get_first_day(other):
                return self.env._(
                    "Between %(first)s and %(last)s a statement is missing.",
                    first=format_date(self.env, get_last_day(one)),
                    last=format_date(self.env, get_first_day(other)),
                )
        return None

    def _get_balance_remark(self, vals):
        """Say whether the ledger would agree with the bank."""
        currency = self.env["res.currency"].browse(vals["currency_id"])
        before = currency.round(vals["ledger_before"] - vals["opening_balance"])
        after = currency.round(vals["ledger_after"] - vals["closing_balance"])
        if currency.compare_amounts(before, after):
            return self.env._(
                "The ledger would differ by %(amount)s from the closing balance of the file.",
                amount=format_amount(self.env, after, currency),
            )
        if not currency.is_zero(before):
            return self.env._(
                "The ledger differs by %(amount)s already before these transactions: earlier ones, or an opening entry,"
                " are missing.",
                amount=format_amount(self.env, before, currency),
            )
        return None

    # ------------------------------------------------------------------ importing

    def _import(self, work, accounts):
        """Create the bank transactions of this account, in batches; alone with the journal and its feed.

        :param WorkSlice work: the time there is
        :param dict accounts: statements by account number and currency
        :return tuple: `Counter` of transactions by what became of them; whether that is all that there is to create
        :raises UserError: when the account is being synchronized, or Odoo refuses a transaction
        """
        self.ensure_one()
        journal = self.journal_id
        # sudo: the feed counts, whoever asks.
        busy, name = [journal, *journal.sudo().ponto_account_id], journal.display_name
        work.next()
        with ExitStack() as locks:
            if not all(locks.enter_context(exclusive(record)) for record in busy):
                raise UserError(
                    self.env._("%(journal)s is being synchronized right now: try again in a moment.", journal=name)
                )
            self.env.invalidate_all()  # what was read before the lock may have changed
            plan = work.repeat(lambda: self._get_plan(accounts))
            tally = Counter({verdict: len(movements) for verdict, movements in plan.items()})
            tally[CREATE] = 0
            work.next()
            for batch in split_every(IMPORT_BATCH, sorted(plan[CREATE], key=lambda movement: movement.day)):
                work.repeat(lambda batch=batch: journal._create_from_file(batch))
                tally[CREATE] += len(batch)
                if not work.next(1):
                    return tally, False
        return tally, True

    def _get_plan(self, accounts):
        """Return what becomes of the movements of this account.

        :param dict accounts: statements by account number and currency
        :return dict: as `_plan_file` gives it
        :raises UserError: in one sentence, when the files cannot be imported (anymore)
        """
        statements = accounts.get((self.account_number, self.currency_code), [])
        refusal, plan = self._judge(statements)
        if refusal:
            raise UserError(refusal)
        return plan
