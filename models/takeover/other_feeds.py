from odoo import fields, models

from ..account_journal import READERS

# The model of OCA's account_statement_import_online; this addon does not depend on it.
OCA_PROVIDER = "online.bank.statement.provider"
OCA_PONTO = "ponto"  # its service of account_statement_import_online_ponto
# Bank feeds that bring nothing by themselves: none chosen, by hand, files that a user imports.
PASSIVE_SOURCES = (False, "undefined", "manual", "file_import", "file_import_oca", "ponto")


class AccountJournal(models.Model):
    """Other feeds of a journal: two would bring every transaction twice, so linking one switches the others off."""

    _inherit = "account.journal"

    ponto_take_over = fields.Boolean("Fed by the OCA Module", compute="_compute_ponto_take_over", groups=READERS)

    def _compute_ponto_take_over(self):
        fed = self.browse(provider.journal_id.id for provider in self._get_oca_providers(OCA_PONTO))
        for journal in self:
            journal.ponto_take_over = journal._origin in fed

    def _get_oca_providers(self, service=None):
        """Return the active providers of OCA's online import that feed these journals.

        :param str service: only those of this service
        :return: `online.bank.statement.provider` records in superuser mode; an empty list without that module
        """
        providers = self.env.get(OCA_PROVIDER)
        if providers is None:
            return []
        domain = [("journal_id", "in", self._origin.ids), ("active", "=", True)]
        if service:
            domain.append(("service", "=", service))
        # sudo: OCA gives access to system administrators and to a group that Odoo Community hides. Whoever keeps the
        # journal may know what feeds it; the credentials on the provider are read in one place only, and never shown.
        return providers.sudo().search(domain)

    def _get_other_feeds(self):
        """Return what else feeds this journal, by name.

        :return list: texts, empty when nothing does
        """
        self.ensure_one()
        feeds = [self.env._("%(name)s (OCA)", name=provider.name) for provider in self._get_oca_providers()]
        source = self.bank_statements_source
        if not feeds and source not in PASSIVE_SOURCES:
            names = dict(self._fields["bank_statements_source"]._description_selection(self.env))
            feeds.append(names.get(source, source))
        return feeds

    def _switch_off_other_feeds(self):
        """End what else feeds these journals; its records stay, archived."""
        for journal in self:
            for provider in journal._get_oca_providers():
                provider.active = False
                provider.message_post(
                    body=self.env._(
                        "Switched off: the journal is synchronized with Ponto by another module now. Both together"
                        " would import every transaction twice."
                    )
                )
            if journal.bank_statements_source != "ponto":
                # A module whose feed this was lets go of the journal when its source changes.
                journal.bank_statements_source = "ponto"

    def action_ponto_take_over(self):
        """Take over what OCA's Ponto module does for the companies of these journals.

        :return dict: a notice that opens the accounts taken over
        :raises UserError: when nothing can be taken over; nothing has changed then
        """
        self.check_access("write")
        return self.env["ponto.connection"]._take_over_companies(self.company_id)

    def _fill_ponto_take_over(self, dashboard_data):
        """Say on the card that the journal is fed by OCA's Ponto module; one query, and none without that module.

        :param dashboard_data: dict of dicts by journal id, completed in place
        """
        for provider in self._get_oca_providers(OCA_PONTO):
            dashboard_data[provider.journal_id.id]["ponto_take_over"] = True
