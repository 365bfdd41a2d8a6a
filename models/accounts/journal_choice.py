from odoo import fields, models
from odoo.exceptions import UserError

from ...const import CARD_REFERENCE_TYPES


class PontoAccount(models.Model):
    """The journal that keeps an account: chosen or made, given, taken away."""

    _inherit = "ponto.account"

    def _is_card(self):
        self.ensure_one()
        return self.subtype == "card" or self.reference_type in CARD_REFERENCE_TYPES

    def _link_journal(self, journal, import_from):
        """Synchronize this account into a journal; another record of the same bank account stops there.

        :param journal: `account.journal` record of the same company, or empty: that of the account, or a new one
        :param date import_from: first day to import
        :raises UserError: when the journal cannot take this account
        """
        self.ensure_one()
        self._check_currency()
        journal = journal or self._get_kin().journal_id[:1] or self._create_journal()
        self._check_journal(journal)
        if self.journal_id and self.journal_id != journal:
            self.matching_started_at = False  # the first import into a journal changes no invoice
        predecessors = self._get_kin(journal).filtered("journal_id")
        if predecessors:
            self._succeed(predecessors)
        self.write(
            {
                "linked": True,
                "declined": False,
                "closed_on": False,
                "journal_id": journal.id,
                "import_from": import_from,
            }
        )
        journal._switch_off_other_feeds()
        self._reopen_replaced()
        self._mark_due()

    def _unlink_journal(self, keep_feed=False):
        """Stop synchronizing; journal and lines stay, and what was imported stays known.

        :param bool keep_feed: another record of the same bank account goes on feeding the journal
        """
        journals = self.filtered("linked").journal_id
        self.write({"linked": False, "declined": True, "sync_stage": False})
        self._note_success()
        # A journal that got nothing from Ponto is free again, also to be deleted.
        self.filtered(lambda account: not account._count_imported()).journal_id = False
        runs = self.env["ponto.synchronization"].search([("account_id", "in", self.ids), ("state", "=", "running")])
        runs.write({"state": "done", "ended_at": fields.Datetime.now()})
        if not keep_feed:
            journals.filtered(lambda j: j.bank_statements_source == "ponto").bank_statements_source = "undefined"
        self.connection_id._end_reminders()

    def _check_currency(self):
        self.ensure_one()
        if not self.currency_id:
            raise UserError(
                self.env._(
                    "%(account)s is kept in %(currency)s, a currency this database does not know.",
                    account=self.display_name,
                    currency=self.currency_code or "?",
                )
            )
        if not self.currency_id.active:
            raise UserError(
                self.env._(
                    "%(account)s is kept in %(currency)s, which is archived. Activate it under Configuration >"
                    " Currencies, or leave this account unticked.",
                    account=self.display_name,
                    currency=self.currency_id.name,
                )
            )

    def _check_journal(self, journal):
        self.ensure_one()
        currency = journal.currency_id or journal.company_id.currency_id
        names = {"journal": journal.display_name, "account": self.display_name, "currency": self.currency_code}
        if journal.company_id != self.company_id:
            # Without its name: the user need not have access to it.
            raise UserError(self.env._("The journal belongs to another company."))
        if journal.type not in ("bank", "credit"):
            raise UserError(self.env._("The journal %(journal)s is neither a bank nor a credit card journal.", **names))
        if currency != self.currency_id:
            raise UserError(
                self.env._(
                    "The journal %(journal)s is not in %(currency)s, the currency of %(account)s. Choose another"
                    " journal, or leave it empty to create one.",
                    **names,
                )
            )
        if journal.restrict_mode_hash_table:
            raise UserError(
                self.env._(
                    "The journal %(journal)s secures posted entries with a hash: bank transactions that are not"
                    " reconciled yet cannot be created in it. Choose another journal.",
                    **names,
                )
            )
        if not self._is_journal_ready(journal):
            raise UserError(
                self.env._(
                    "The journal %(journal)s is archived, or has no bank account or no suspense account.", **names
                )
            )
        others = self.search([("journal_id", "=", journal.id), ("linked", "=", True), ("id", "!=", self.id)])
        others -= self._get_twin()
        if others:
            raise UserError(
                self.env._(
                    "The journal %(journal)s is already synchronized with %(other)s.",
                    journal=journal.display_name,
                    other=others[0].display_name,
                )
            )
        feeders = (self | self._get_kin()).filtered(lambda a: a.journal_id and a.journal_id != journal)
        elsewhere = feeders.filtered(lambda account: account._count_imported()).journal_id[:1]
        if elsewhere:
            raise UserError(
                self.env._(
                    "Transactions of %(account)s are in the journal %(journal)s already; it cannot move to another one.",
                    account=self.display_name,
                    journal=elsewhere.display_name,
                )
            )

    def _is_journal_ready(self, journal):
        accounts = journal.default_account_id and journal.suspense_account_id
        return bool(journal.active and accounts and not journal.restrict_mode_hash_table)

    def _count_imported(self):
        return self.env["ponto.transaction"].search_count(
            [("account_id", "in", self.ids), ("state", "=", "imported")], limit=1
        )

    def _find_journal(self):
        """Return the journal that already keeps this account, by its number and currency.

        :return: `account.journal` record, maybe empty
        """
        self.ensure_one()
        if known := self.journal_id or self._get_kin().journal_id[:1]:
            return known
        if not self._is_identified():
            return self.env["account.journal"]
        taken = self.search([("linked", "=", True), ("company_id", "=", self.company_id.id)]).journal_id
        journals = self.env["account.journal"].search(
            [
                *self.env["account.journal"]._check_company_domain(self.company_id),
                ("company_id", "=", self.company_id.id),
                ("type", "in", ("bank", "credit")),
                ("bank_account_id.sanitized_acc_number", "=", self.normalized_reference),
                ("id", "not in", taken.ids),
            ]
        )
        return journals.filtered(
            lambda j: (j.currency_id or j.company_id.currency_id) == self.currency_id and not j.restrict_mode_hash_table
        )[:1]

    def _create_journal(self):
        """Create the journal of this account, with a ledger account of its own (doc/decisions.md, 18).

        :return: `account.journal` record
        """
        self.ensure_one()
        company = self.company_id
        journals = self.env["account.journal"].with_company(company)
        journal_type = "credit" if self._is_card() else "bank"
        own_currency = self.currency_id == company.currency_id
        vals = {
            "name": self._get_journal_name(),
            "type": journal_type,
            "company_id": company.id,
            "currency_id": False if own_currency else self.currency_id.id,
            "bank_statements_source": "ponto",
        }
        vals["default_account_id"] = journals._create_default_account(company, journal_type, vals)
        journal = journals.create(vals)
        # Only one journal may carry a number: the one in the company's currency.
        if journal_type == "bank" and own_currency and self._is_identified():
            journal.bank_account_id = self._find_or_create_bank_account()
        return journal

    def _get_journal_name(self):
        self.ensure_one()
        number = self.reference or self.description or self.ponto_id[:8]
        name = f"{self.institution_id.name or 'Ponto'} {number}"
        if self.currency_id != self.company_id.currency_id:
            name = f"{name} {self.currency_code}"
        return name

    def _find_or_create_bank_account(self):
        partner = self.company_id.partner_id
        # sudo: an Administrator of Invoicing may create journals, but not bank accounts of the own company.
        banks = self.env["res.partner.bank"].sudo().with_context(active_test=False)
        found = banks.search(
            [("sanitized_acc_number", "=", self.normalized_reference), ("partner_id", "=", partner.id)], limit=1
        )
        if found.journal_id:
            return banks.browse()
        found.filtered(lambda bank: not bank.active).action_unarchive()
        return found or banks.create(
            {
                "acc_number": self.reference,
                "partner_id": partner.id,
                "company_id": self.company_id.id,
            }
        )
