from odoo import api, fields, models
from odoo.tools.misc import format_date

from ..matching.transfers import plain_number


class PontoPaymentAlarm(models.Model):
    """A payment that somebody should look at: perhaps paid twice, or paid on an account that nobody knows."""

    _name = "ponto.payment.alarm"
    _description = "Payment Alarm"
    _order = "date desc, id desc"
    _rec_name = "statement_line_id"

    statement_line_id = fields.Many2one(
        "account.bank.statement.line", "Bank Transaction", required=True, readonly=True, ondelete="cascade", index=True
    )
    kind = fields.Selection(
        [("paid_twice", "Paid twice"), ("unknown_account", "Unknown account")], required=True, readonly=True
    )
    first_line_id = fields.Many2one(
        "account.bank.statement.line",
        "First Payment",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        help="The payment that this one repeats.",
    )
    partner_id = fields.Many2one("res.partner", readonly=True, ondelete="set null", index="btree_not_null")
    state = fields.Selection(
        [("open", "Open"), ("dismissed", "Dismissed")], required=True, readonly=True, default="open", index=True
    )
    sentence = fields.Char("Alarm", compute="_compute_sentence")
    journal_id = fields.Many2one(related="statement_line_id.journal_id", store=True, precompute=True, index=True)
    company_id = fields.Many2one(related="statement_line_id.company_id", store=True, precompute=True, index=True)
    date = fields.Date(related="statement_line_id.date", store=True, precompute=True)
    amount = fields.Monetary(related="statement_line_id.amount")
    currency_id = fields.Many2one(related="statement_line_id.currency_id")
    dismissed_by_id = fields.Many2one("res.users", readonly=True, ondelete="set null")
    dismissed_at = fields.Datetime("Dismissed", readonly=True)

    _line_kind_uniq = models.UniqueIndex("(statement_line_id, kind)")

    @api.depends("kind", "partner_id", "first_line_id.date", "statement_line_id.account_number")
    @api.depends_context("lang")
    def _compute_sentence(self):
        for alarm in self:
            line = alarm.statement_line_id
            amount = line.currency_id.format(abs(line.amount))
            if alarm.kind == "unknown_account":
                alarm.sentence = self.env._(
                    "%(partner)s was paid %(amount)s on %(account)s, which is not among its bank accounts.",
                    partner=alarm.partner_id.display_name or line.partner_name or self.env._("A supplier"),
                    amount=amount,
                    account=line.account_number or "?",
                )
            elif alarm.first_line_id:
                alarm.sentence = self.env._(
                    "%(account)s was paid %(amount)s on %(first_day)s and again on %(day)s with the same reference.",
                    account=line.partner_name or line.account_number or "?",
                    amount=amount,
                    first_day=format_date(self.env, alarm.first_line_id.date),
                    day=format_date(self.env, line.date),
                )
            else:
                alarm.sentence = self.env._("Perhaps paid twice: %(amount)s.", amount=amount)

    def action_dismiss(self):
        """Close the alarms: somebody looked, and the payments are right.

        :raises AccessError: when the user may not change the bank transactions
        """
        self.check_access("read")
        self.statement_line_id.check_access("write")
        # sudo: alarms are written by the addon only; who may book the payment may say that it is right.
        self.filtered(lambda alarm: alarm.state == "open").sudo().write(
            {"state": "dismissed", "dismissed_by_id": self.env.uid, "dismissed_at": fields.Datetime.now()}
        )

    @api.model
    def _raise_for(self, lines):
        """Look at bank transactions that are new, or have got their partner, and raise the alarms that are missing.

        :param lines: `account.bank.statement.line` records of any journals
        :return: the new alarms
        """
        alarms = self.browse()
        for company, of_company in lines.grouped("company_id").items():
            paid = of_company.filtered(lambda line: line.amount < 0 and line.account_number and line.state == "posted")
            if not paid:
                continue
            # Money that stays in the company is neither paid twice nor paid to a stranger.
            own = self.env["ponto.matching"]._get_own_numbers(company)
            paid = paid.filtered(lambda line, own=own: plain_number(line.account_number) not in own)
            # sudo: alarms are written by the addon only, whoever imports or matches.
            alarms |= self.sudo().create(self._prepare_repeated(company, paid) + self._prepare_unknown(company, paid))
        return alarms.sudo(False)
