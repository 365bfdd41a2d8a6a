from odoo import api, fields, models
from odoo.addons.base.models.res_bank import sanitize_account_number
from odoo.exceptions import UserError
from odoo.tools import format_list

from ..support.actions import open_action
from ..support.notification import make_notification
from .other_feeds import OCA_PONTO, OCA_PROVIDER


class PontoConnection(models.Model):
    """Taking over from OCA's `account_statement_import_online_ponto`: its credentials, accounts, journals and lines.

    Its providers are `online.bank.statement.provider` records, one per journal. Their lines carry the Ponto ID, so the
    import that follows recognizes them.
    """

    _inherit = "ponto.connection"

    provider_count = fields.Integer("Fed by the OCA Module", compute="_compute_provider_count")

    @api.depends("company_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_provider_count(self):
        for connection in self:
            connection.provider_count = len(self._get_providers(connection.company_id))

    @api.model
    def _get_view_cache_key(self, view_id=None, view_type="form", **options):
        key = super()._get_view_cache_key(view_id, view_type, **options)
        return (*key, bool(self._get_providers(self.env.companies)))

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """Show the button above the list only while there is something to take over."""
        arch, view = super()._get_view(view_id, view_type, **options)
        if view_type == "list" and not self._get_providers(self.env.companies):
            for button in arch.xpath("//header/button[@name='action_take_over']"):
                button.getparent().remove(button)
        return arch, view

    def action_take_over(self):
        """Take over from OCA's Ponto module in the companies of these connections, or of the user when there are none.

        :return dict: a notice that opens the accounts taken over
        :raises UserError: when nothing can be taken over; nothing has changed then
        """
        return self._take_over_companies(self.company_id or self.env.companies)

    @api.model
    def _get_providers(self, companies):
        """Return the active providers of OCA's Ponto module on the journals of companies that the user works in.

        :param companies: `res.company` records
        :return: `online.bank.statement.provider` records, or an empty list
        """
        journals = self.env["account.journal"]
        if OCA_PROVIDER not in self.env or not journals.has_access("read"):
            return []
        own = companies & self.env.companies
        return journals.search([("company_id", "in", own.ids)])._get_oca_providers(OCA_PONTO)

    @api.model
    def _take_over_companies(self, companies):
        """Make one connection per integration, link its accounts with the journals, switch the providers off.

        An integration whose credentials are refused, or none of whose accounts is listed, is left as it is.

        :param companies: `res.company` records
        :return dict: a notice that opens the accounts taken over
        :raises UserError: when nothing can be taken over, with the reasons
        """
        self.check_access("create")
        providers = self._get_providers(companies)
        if not providers:
            raise UserError(self.env._("No journal is fed by the OCA module for Ponto: there is nothing to take over."))
        providers.journal_id.with_env(self.env).check_access("write")
        taken, left = self.env["ponto.account"], []
        for (company, client_id), group in providers.grouped(
            lambda provider: (provider.journal_id.company_id, (provider.username or "").strip())
        ).items():
            try:
                with self.env.cr.savepoint():
                    connection = self._connect_as(company, client_id, group)
                    accounts, reasons = connection._take_over_accounts(group)
            except UserError as error:
                journals = format_list(self.env, group.journal_id.mapped("name"))
                left.append(f"{journals}: {error}")
            else:
                taken |= accounts
                left += reasons
        if not taken:
            raise UserError("\n".join(left))
        self._trigger_synchronization()
        return self._get_take_over_notification(taken, left)

    @api.model
    def _connect_as(self, company, client_id, providers):
        """Return a connection with the credentials of providers, after Ponto has accepted them.

        :param company: `res.company` record
        :param str client_id: Client ID of the providers
        :param providers: `online.bank.statement.provider` records in superuser mode
        :return: `ponto.connection` record; the one that the company has already, when there is one
        :raises UserError: in one sentence, when Ponto refuses them
        """
        own = self.search([("company_id", "=", company.id), ("client_id", "=", client_id)])
        own = own.sorted(lambda connection: connection.state != "connected")[:1]
        if own.state == "connected":
            own.action_connect()
            return own
        # The only place that reads another addon's secret, in superuser mode (see _get_oca_providers): the user who
        # may give this company's connection a secret may let it have the one that its journals are fed with. It goes
        # from one stored field into another, which nobody can read.
        secrets = list(dict.fromkeys(filter(None, ((provider.password or "").strip() for provider in providers))))
        refusal = UserError(self.env._("The OCA module has no Client ID or no secret there."))
        for secret in secrets if client_id else ():
            try:
                with self.env.cr.savepoint():
                    connection = own
                    if own:
                        own.client_secret = secret
                    else:
                        connection = self.create(self._prepare_vals_as(company, client_id, secret, providers))
                    connection.action_connect()
                    return connection
            except UserError as error:
                refusal = error
        raise refusal

    @api.model
    def _prepare_vals_as(self, company, client_id, secret, providers):
        # Dates stay what they were where all agree: of the value, or of the execution.
        sources = {self._get_date_source_of(provider) for provider in providers}
        return {
            "company_id": company.id,
            "client_id": client_id,
            "client_secret": secret,
            "date_source": sources.pop() if len(sources) == 1 else "execution",
        }

    @api.model
    def _get_date_source_of(self, provider):
        return "value" if provider.ponto_date_field == "value_date" else "execution"

    def _take_over_accounts(self, providers):
        """Link the account of each provider with its journal; a provider whose account cannot be linked is left alone.

        :param providers: `online.bank.statement.provider` records in superuser mode
        :return tuple: `ponto.account` records, and what the user should know: why others were left, new dates
        :raises UserError: when none could be linked
        """
        self.ensure_one()
        # sudo: the link is written by the addon only; who may edit connection and journal may ask for it.
        connection = self.sudo()
        taken, left = connection.env["ponto.account"], []
        for provider in providers:
            journal = provider.journal_id
            try:
                with self.env.cr.savepoint():
                    account = connection._find_account_of(provider)
                    account._take_over_provider(provider)
                    taken |= account
            except UserError as error:
                left.append(self.env._("%(journal)s: %(reason)s", journal=journal.name, reason=str(error)))
            else:
                left += connection._get_date_remarks(provider)
        if not taken:
            raise UserError(" ".join(left))
        return taken.with_env(self.env), left

    def _get_date_remarks(self, provider):
        """Say that the transactions of a journal get another date from now on, when they do.

        :param provider: `online.bank.statement.provider` record in superuser mode
        :return list: sentences
        """
        if self._get_date_source_of(provider) == self.date_source:
            return []
        names = dict(self._fields["date_source"]._description_selection(self.env))
        return [
            self.env._(
                "%(journal)s: the OCA module gave its transactions the other date; new ones get that of the connection"
                " (%(date)s).",
                journal=provider.journal_id.name,
                date=names[self.date_source],
            )
        ]

    def _find_account_of(self, provider):
        """Return the account that feeds a provider's journal: the one of its number and currency.

        :param provider: `online.bank.statement.provider` record
        :return: `ponto.account` record
        :raises UserError: when Ponto does not list it
        """
        journal, number = provider.journal_id, provider.account_number
        currency = journal.currency_id or journal.company_id.currency_id
        found = self.account_ids.filtered(
            lambda account: (
                account.listed
                and account.currency_id == currency
                and number
                and sanitize_account_number(account.reference or "") == number
            )
        )
        if not found:
            raise UserError(
                self.env._(
                    "Ponto does not list %(number)s in %(currency)s; the OCA module goes on with this journal.",
                    number=number or self.env._("an account without number"),
                    currency=currency.name,
                )
            )
        return found.sorted(lambda a: (a.journal_id == journal, not a.deprecated, str(a.authorized_at or "")))[-1]

    def _get_take_over_notification(self, taken, left):
        sentences = [
            self.env._(
                "Taken over from the OCA module: %(accounts)s. What it imported is being recognized, and stays as it is.",
                accounts=format_list(self.env, taken.mapped("display_name")),
            ),
            *left,
        ]
        return make_notification(
            "\n".join(sentences),
            "warning" if left else "success",
            sticky=bool(left),
            next=open_action(self.env, "account_online_ponto.ponto_account_action", [("id", "in", taken.ids)]),
        )
