from babel.dates import format_timedelta

from odoo import fields, models
from odoo.tools.misc import babel_locale_parse, format_date, get_lang

from ..const import RATE_OLD, REFRESH_SILENCE
from ..models.health.silence import SYNCHRONIZED
from ..models.support.rates import get_first_rate_date, get_last_rate_date
from .ponto_check_table import ProbeResult


class PontoConnectionCheck(models.TransientModel):
    """What the synchronized accounts need: a journal, an authorization, refreshes by Ponto, and rates."""

    _inherit = "ponto.connection.check"

    def _get_linked(self):
        return self.connection_id.account_ids.filtered("linked")

    def _get_no_account(self):
        return ProbeResult("grey", self.env._("Not checked: there is no synchronized account."))

    # ------------------------------------------------------------------ journals

    def _probe_journals(self, _talk):
        """Whether every account has a journal that takes its transactions, and no journal waits for an account."""
        if archived := self._get_archived_journals():
            sentence = self.env._(
                "Archived, so nothing is imported into it: %(journals)s.", journals=self._list_names(archived)
            )
            yield ProbeResult("red", sentence, "unarchive_journals")
        for account in self._get_misfits():
            values = {
                "journal": account.journal_id.display_name,
                "account": account.display_name,
                "currency": account.currency_code,
            }
            if account.currency_id != self._get_currency(account.journal_id):
                sentence = self.env._("%(journal)s is not in %(currency)s, the currency of %(account)s.", **values)
            else:
                sentence = self.env._(
                    "%(journal)s has no bank account or no suspense account, or secures entries with a hash.", **values
                )
            yield ProbeResult("red", sentence, "open_journal")
        if others := self._get_other_fed_journals():
            sentence = self.env._("The bank feed of %(journals)s is not Ponto.", journals=self._list_names(others))
            yield ProbeResult("orange", sentence, "feed_journals")
        if waiting := self._get_waiting_journals():
            sentence = self.env._(
                "Ponto is the bank feed of %(journals)s, but no account is.", journals=self._list_names(waiting)
            )
            yield ProbeResult("orange", sentence, "fetch_accounts")
        journals = self._get_linked().journal_id
        sentence = self.env._("Every account has its journal: %(journals)s.", journals=self._list_names(journals))
        yield ProbeResult("green", sentence) if journals else self._get_no_account()

    def _get_currency(self, journal):
        return journal.currency_id or journal.company_id.currency_id

    def _get_archived_journals(self):
        return self._get_linked().journal_id.filtered(lambda journal: not journal.active)

    def _get_misfits(self):
        """Return the accounts whose journal cannot take their transactions for another reason than being archived."""
        return self._get_linked().filtered(
            lambda account: (
                account.journal_id.active
                and (
                    account.currency_id != self._get_currency(account.journal_id)
                    or not account._is_journal_ready(account.journal_id)
                )
            )
        )

    def _get_other_fed_journals(self):
        return self._get_linked().journal_id.filtered(lambda journal: journal.bank_statements_source != "ponto")

    def _get_waiting_journals(self):
        company = self.connection_id.company_id
        return self.env["account.journal"].search(
            [
                ("company_id", "=", company.id),
                ("bank_statements_source", "=", "ponto"),
                ("ponto_account_ids", "not any", [("linked", "=", True)]),
            ]
        )

    # ------------------------------------------------------------------ authorizations

    def _probe_authorizations(self, _talk):
        """Whether the banks let Ponto read, and until when."""
        for account in self._get_unauthorized("expired"):
            values = {"account": account.display_name, **self._tell_expiry(account)}
            if account.authorization_refused_at:
                sentence = self.env._("%(account)s: the bank no longer lets Ponto read it.", **values)
            elif account._is_authorization_over():
                sentence = self.env._("%(account)s: the authorization ended on %(day)s, %(distance)s.", **values)
            else:
                sentence = self.env._("%(account)s: the authorization ends on %(day)s, %(distance)s.", **values)
            yield ProbeResult("red", sentence, "renew_authorization")
        for account in self._get_unauthorized("expires_soon"):
            sentence = self.env._(
                "%(account)s: authorized until %(day)s, %(distance)s.",
                account=account.display_name,
                **self._tell_expiry(account),
            )
            yield ProbeResult("orange", sentence, "renew_authorization")
        first = self._sort_by_expiry(self._get_linked().filtered("authorization_expires_at"))[:1]
        if first:
            yield ProbeResult(
                "green", self.env._("Authorized until %(day)s, %(distance)s.", **self._tell_expiry(first))
            )
        elif self._get_linked():
            yield ProbeResult("green", self.env._("Ponto names no day on which an authorization ends."))
        else:
            yield self._get_no_account()

    def _get_unauthorized(self, state):
        return self._sort_by_expiry(self._get_linked().filtered(lambda account: account.state == state))

    def _sort_by_expiry(self, accounts):
        return accounts.sorted(lambda account: (account.authorization_expires_at or fields.Datetime.now(), account.id))

    def _tell_expiry(self, account):
        """Return the day on which an authorization ends and how far it is, both in the connection's time zone.

        :param account: `ponto.account` record
        :return dict: texts `day` and `distance`
        """
        if not account.authorization_expires_at:
            return {"day": "?", "distance": "?"}
        end, today = account._get_day(account.authorization_expires_at), account._get_today()
        locale = babel_locale_parse(get_lang(self.env).code)
        # Always in days, however many: that is how authorizations are counted.
        days = {"granularity": "day", "threshold": float("inf"), "add_direction": True, "locale": locale}
        distance = format_timedelta(end - today, **days) if end != today else self.env._("today")
        return {"day": format_date(self.env, end), "distance": distance}

    # ------------------------------------------------------------------ refreshes by Ponto

    def _probe_refresh(self, _talk):
        """Whether Ponto refreshes the accounts at their banks, as it does four times a day."""
        # What the bank does not let Ponto read has a line of its own.
        accounts = self._get_linked().filtered(lambda account: account.state in SYNCHRONIZED)
        for account in self._get_overdue(accounts):
            sentence = self.env._(
                "%(account)s was last refreshed on %(moment)s.",
                account=account.display_name,
                moment=self._tell_moment(account.synchronized_at),
            )
            yield ProbeResult("red", sentence, "synchronize")
        moments = accounts.filtered("synchronized_at").mapped("synchronized_at")
        if moments:
            yield ProbeResult(
                "green",
                self.env._("Ponto refreshed every account since %(moment)s.", moment=self._tell_moment(min(moments))),
            )
        elif accounts:
            yield ProbeResult("orange", self.env._("Ponto has not refreshed any account yet."), "synchronize")
        else:
            yield self._get_no_account()

    def _get_overdue(self, accounts):
        """Return the accounts that Ponto should have refreshed; during maintenance it cannot.

        :param accounts: `ponto.account` records that Ponto may read
        """
        limit = fields.Datetime.now() - REFRESH_SILENCE
        return accounts.filtered(
            lambda account: (
                account.synchronized_at
                and account.synchronized_at < limit
                and account.available
                and not account.institution_id._is_in_maintenance(since=account.synchronized_at)
            )
        )

    # ------------------------------------------------------------------ currencies and rates

    def _probe_currencies(self, _talk):
        """Whether every currency can be booked on every day."""
        accounts, company = self._get_linked(), self.connection_id.company_id
        if archived := self._get_archived_currencies():
            sentence = self.env._("Archived in Odoo: %(currencies)s.", currencies=self._list_names(archived))
            yield ProbeResult("red", sentence, "activate_currencies")
        for currency in accounts.currency_id - company.currency_id:
            yield from self._judge_rates(currency)
        names = self._list_names(accounts.currency_id)
        sentence = self.env._("Everything that is needed is there: %(currencies)s.", currencies=names)
        yield ProbeResult("green", sentence) if names else self._get_no_account()

    def _judge_rates(self, currency):
        company = self.connection_id.company_id
        first, last = get_first_rate_date(company, currency), get_last_rate_date(company, currency)
        if not first:
            sentence = self.env._("There is no %(currency)s rate: nothing is imported.", currency=currency.name)
            yield ProbeResult("red", sentence, "open_rates")
        elif waiting := self._count_unrated(currency, first):
            sentence = self.env._(
                "%(count)s transactions are older than the first %(currency)s rate, of %(day)s.",
                count=waiting,
                currency=currency.name,
                day=format_date(self.env, first),
            )
            yield ProbeResult("red", sentence, "open_rates")
        elif last < fields.Date.today() - RATE_OLD:
            sentence = self.env._(
                "The newest %(currency)s rate is of %(day)s; Odoo converts with it.",
                currency=currency.name,
                day=format_date(self.env, last),
            )
            yield ProbeResult("orange", sentence, "open_rates")

    def _count_unrated(self, currency, first):
        accounts = self._get_linked().filtered(lambda account: account.currency_id == currency)
        return self.env["ponto.transaction"].search_count(
            [
                ("account_id", "in", accounts.ids),
                ("state", "=", "to_import"),
                ("reason", "=", "no_rate"),
                ("date", "<", first),
            ]
        )

    def _get_archived_currencies(self):
        return self._get_linked().currency_id.filtered(lambda currency: not currency.active)

    def _get_unrated_currency(self):
        """Return the first currency whose rates need a person."""
        foreign = self._get_linked().currency_id - self.connection_id.company_id.currency_id
        return next((currency for currency in foreign if list(self._judge_rates(currency))), foreign[:1])
