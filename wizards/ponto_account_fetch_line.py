import re

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import date_utils
from odoo.tools.misc import format_amount, format_date

from ..const import OLDEST_YEAR


class PontoAccountFetchLine(models.TransientModel):
    """One account in Fetch Accounts."""

    _name = "ponto.account.fetch.line"
    _description = "Fetch Accounts: Account"
    _inherit = ["ponto.access"]
    _order = "sequence, id"
    _check_company_auto = True

    wizard_id = fields.Many2one("ponto.account.fetch", required=True, ondelete="cascade")
    sequence = fields.Integer()
    account_id = fields.Many2one("ponto.account", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="account_id.company_id")
    institution_id = fields.Many2one(related="account_id.institution_id", string="Bank")
    institution_status = fields.Selection(related="account_id.institution_id.status")
    institution_deprecated = fields.Boolean(related="account_id.institution_id.deprecated")
    reference = fields.Char(related="account_id.reference")
    holder_name = fields.Char(related="account_id.holder_name")
    currency_id = fields.Many2one(related="account_id.currency_id")
    currency_code = fields.Char(related="account_id.currency_code", string="Currency Code")
    authorization_expires_at = fields.Datetime(related="account_id.authorization_expires_at")
    state = fields.Selection(related="account_id.state")
    selected = fields.Boolean("Synchronize")
    was_linked = fields.Boolean(readonly=True, help="Synchronized when this was shown.")
    journal_id = fields.Many2one(
        "account.journal",
        check_company=True,
        domain="[('type', 'in', ('bank', 'credit')), ('company_id', '=', company_id)]",
        help="Leave it empty to create a journal of its own.",
    )
    import_scope = fields.Selection(
        [
            ("latest", "Latest 100"),
            ("quarter", "This quarter"),
            ("year", "This fiscal year"),
            ("all", "Everything"),
            ("date", "From a date"),
        ],
        string="History",
        default="latest",
        required=True,
    )
    import_from = fields.Date(
        "From", compute="_compute_import_from", store=True, readonly=False, precompute=True, required=True
    )
    transaction_count = fields.Integer(
        "To Create",
        compute="_compute_forecast",
        help="How many bank transactions would be created, of those read so far.",
    )
    known_count = fields.Integer("In the Books", compute="_compute_forecast")
    waiting_count = fields.Integer("Would Wait", compute="_compute_forecast")
    note = fields.Char("Remark", compute="_compute_note")

    # ------------------------------------------------------------------ computes

    @api.depends("import_scope", "account_id")
    def _compute_import_from(self):
        for line in self:
            if line.import_scope != "date" or not line.import_from:
                line.import_from = line._get_start_date(line.import_scope)

    def _get_start_date(self, scope):
        """Return the first day of a choice.

        :param str scope: value of `import_scope`
        :return date: the first day to import
        """
        today = fields.Date.context_today(self)
        account = self.account_id
        if scope == "quarter":
            return date_utils.start_of(today, "quarter")
        if scope == "year":
            return account.company_id.compute_fiscalyear_dates(today)["date_from"]
        if scope == "date" and account.import_from:
            return account.import_from
        transactions = self.env["ponto.transaction"]
        domain = [("account_id", "=", account.id), ("state", "!=", "pending"), ("date", "!=", False)]
        if scope == "latest":
            first = account._get_latest_start()
        else:
            # How far back the history reaches is known when it has been read.
            first = account.pull_complete and transactions._read_group(domain, aggregates=["date:min"])[0][0]
        if scope == "all" and not account.pull_complete:
            return today.replace(year=OLDEST_YEAR, month=1, day=1)
        return first or self._get_start_date("year")

    @api.depends("import_from", "account_id", "journal_id")
    def _compute_forecast(self):
        for line in self:
            forecast = (0, 0, 0)
            if line.import_from:
                journal = line.journal_id.sudo()._origin
                own = journal.filtered(lambda journal, line=line: journal.company_id == line.company_id)
                forecast = line.account_id._origin._forecast(line.import_from, own)
            line.transaction_count, line.known_count, line.waiting_count = forecast

    @api.depends("selected", "journal_id", "account_id", "import_from", "transaction_count", "agreed_on", "compared")
    @api.depends_context("lang", "uid")
    def _compute_note(self):
        for line in self:
            line.note = " ".join(line._get_remarks()) or False

    def _get_remarks(self):
        """Return what the user should know before confirming, one sentence each."""
        account = self.account_id
        remarks = self._get_account_remarks()
        remarks += self._get_forecast_remarks()
        remarks += self._get_feed_remarks()
        if self.selected and self.journal_id and not account.linked:
            remarks += self._get_agreement_remarks()
        if account.has_bank_balance and account.currency_id:
            balance = format_amount(self.env, account.bank_balance, account.currency_id)
            remarks.append(self.env._("Balance %(amount)s.", amount=balance))
        return remarks

    def _get_account_remarks(self):
        _, account = self.env._, self.account_id
        remarks = [notice.text for notice in account._get_notices()]
        if not account.currency_id.active:
            remarks.append(
                _("The currency %(currency)s is archived or unknown.", currency=account.currency_code or "?")
            )
        if self._is_foreign_holder():
            remarks.append(_("Its holder is %(holder)s.", holder=account.holder_name))
        if not account.linked and (other := account._origin._get_twin()):
            remarks.append(
                _(
                    "Already synchronized through %(connection)s: ticking it moves the link here; nothing is imported twice.",
                    connection=other.connection_id.name,
                )
            )
        if not account.closed_on and account._is_authorization_over():
            remarks.append(_("Its authorization has expired: renew it on Ponto's website."))
        if account.mandate_note:
            remarks.append(account.mandate_note)
        if not account.pull_complete:
            remarks.append(_("Its history is still being read."))
        return remarks

    def _get_forecast_remarks(self):
        _, remarks = self.env._, []
        if not self.selected:
            return remarks
        if self.transaction_count:
            remarks.append(
                _(
                    "Would create %(count)s lines from %(date)s.",
                    count=self.transaction_count,
                    date=format_date(self.env, self.import_from),
                )
            )
        if self.known_count:
            remarks.append(_("%(count)s are in the books already.", count=self.known_count))
        if self.waiting_count:
            remarks.append(
                _("%(count)s would wait: a locked period, a missing rate or an error.", count=self.waiting_count)
            )
        return remarks

    # ------------------------------------------------------------------ what is proposed

    @api.model
    def _prepare_line_vals(self, account):
        """Return the proposal for one account.

        :param account: `ponto.account` record
        :return dict: values of the line
        """
        line = self.new({"account_id": account.id, "journal_id": account._find_journal().id})
        vals = {"account_id": account.id, "journal_id": line.journal_id.id, "selected": line._is_proposed()}
        vals["was_linked"] = account.linked
        known = account.import_from or account._get_kin().filtered("import_from")[:1].import_from
        if known:
            return {**vals, "import_scope": "date", "import_from": known}
        return {**vals, **line._prepare_start_vals()}

    def _is_proposed(self):
        account = self.account_id
        if account.linked:
            return account.listed
        return not (
            account.declined
            or not account.listed
            or account.subtype == "securities"
            or account.deprecated
            or not account.currency_id.active
            or self._is_foreign_holder()
            or self._is_synchronized_elsewhere()
            or account._get_linked_elsewhere()
        )

    def _is_synchronized_elsewhere(self):
        """Tell whether another record of the same bank account is linked, and works."""
        twin = self.account_id._get_twin()
        connection = twin.connection_id
        return bool(twin.listed and not twin.deprecated and connection.active and connection.state == "connected")

    def _is_foreign_holder(self):
        """Tell whether the holder and the company have no word of their names in common."""
        holder = self._get_words(self.account_id.holder_name)
        company = self._get_words(self.account_id.company_id.name)
        return bool(holder and company and not holder & company)

    @api.model
    def _get_words(self, name):
        return {word for word in re.findall(r"\w+", (name or "").casefold()) if len(word) > 2}

    # ------------------------------------------------------------------ confirming

    def _check_chosen_once(self):
        """Refuse two ticked records of one bank account.

        :raises UserError: in one sentence
        """
        for account in self.account_id:
            if account._is_identified() and account._get_kin() & self.account_id:
                raise UserError(
                    self.env._(
                        "%(account)s is ticked twice, because Ponto has two records of it. Tick one of them.",
                        account=account.display_name,
                    )
                )

    def _link_journal(self):
        self.ensure_one()
        # sudo: the link is written by the wizard only; who may edit the connection may confirm it.
        account = self.account_id.sudo()
        if account.linked and account.journal_id == self.journal_id:
            account.journal_id._switch_off_other_feeds()
            if account.import_from != self.import_from:
                account.import_from = self.import_from
            return
        account._link_journal(self.journal_id.sudo(), self.import_from)
        # Nothing of it has been read yet: which transactions are the latest is known when that is done.
        unread = not account.pull_complete and not account._get_latest_start()
        proposed = self.import_scope == "latest" and self.import_from == self._get_start_date("latest")
        account.import_latest = unread and proposed

    def _get_farewell(self):
        if not self.account_id.listed:
            return self.env._(
                "%(reference)s of %(bank)s will stop synchronizing, and will not go on by itself when Ponto shares it"
                " again; its journal and lines stay.",
                reference=self.reference or self.account_id.display_name,
                bank=self.institution_id.name or "Ponto",
            )
        return self.env._(
            "%(reference)s of %(bank)s will stop synchronizing; its journal and lines stay; in Ponto it stays shared"
            " and billed.",
            reference=self.reference or self.account_id.display_name,
            bank=self.institution_id.name or "Ponto",
        )
