from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..const import (
    AUTHORIZATION_DAYS,
    CARD_REFERENCE_TYPES,
    EXPIRES_SOON_DAYS,
    LOCK_ACCOUNT,
    LOCK_CONNECTION,
    PONTO_WEBSITE,
    STABLE_REFERENCE_TYPES,
)
from .ponto_failure import explain


class PontoAccount(models.Model):
    """A bank account, a card or a savings account in Ponto."""

    _name = "ponto.account"
    _description = "Online Bank Account"
    _inherit = ["mail.thread"]
    _order = "institution_id, reference, currency_code, id"
    _rec_names_search = ["reference", "normalized_reference", "description", "holder_name"]
    _check_company_auto = True

    connection_id = fields.Many2one("ponto.connection", required=True, ondelete="cascade", index=True, readonly=True)
    company_id = fields.Many2one(related="connection_id.company_id", store=True, index=True)
    institution_id = fields.Many2one("ponto.institution", ondelete="restrict", index=True, readonly=True)
    ponto_id = fields.Char("Ponto ID", required=True, readonly=True)

    # Identity
    reference = fields.Char(readonly=True)
    normalized_reference = fields.Char(readonly=True, index=True)
    reference_type = fields.Char(readonly=True)
    currency_code = fields.Char(readonly=True)
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id", store=True)
    subtype = fields.Selection(
        [
            ("checking", "Current account"),
            ("savings", "Savings account"),
            ("securities", "Securities"),
            ("card", "Card"),
            ("psp", "Payment provider"),
        ],
        readonly=True,
    )
    holder_name = fields.Char("Holder", readonly=True)
    description = fields.Char(readonly=True)
    product = fields.Char(readonly=True)
    deprecated = fields.Boolean(readonly=True, help="Ponto replaced this account by another record.")
    available = fields.Boolean("Ponto Can Refresh", readonly=True, default=True)

    # Link to the books
    linked = fields.Boolean("Synchronized", readonly=True, copy=False, tracking=True)
    declined = fields.Boolean(readonly=True, copy=False, help="Left unticked in Fetch Accounts.")
    journal_id = fields.Many2one(
        "account.journal", check_company=True, readonly=True, index=True, ondelete="restrict", tracking=True
    )
    import_from = fields.Date(tracking=True, help="Transactions of this day and later are imported.")
    statement_period = fields.Selection(
        [("month", "One a month"), ("day", "One a day"), ("none", "None")],
        string="Statements",
        required=True,
        default="month",
    )

    # Authorization (bank to Ponto)
    listed = fields.Boolean("Shared by Ponto", readonly=True, default=True)
    vanished_on = fields.Date(readonly=True)
    authorized_at = fields.Datetime(readonly=True)
    authorization_expected_at = fields.Datetime("Expiry as Ponto Expects", readonly=True)
    authorization_refused_at = fields.Datetime(
        readonly=True, help="The bank refused Ponto at this moment, whatever the expiry says."
    )
    authorization_expires_at = fields.Datetime(
        "Authorized Until", compute="_compute_authorization_expires_at", store=True
    )
    state = fields.Selection(
        [
            ("new", "New"),
            ("linked", "Linked"),
            ("expires_soon", "Expires soon"),
            ("expired", "Expired"),
            ("off", "Switched off in Ponto"),
            ("replaced", "Replaced"),
            ("unlinked", "Not synchronized"),
        ],
        compute="_compute_state",
        search="_search_state",
    )

    # Three clocks: Ponto refreshed, Odoo imported, newest transaction
    synchronized_at = fields.Datetime("Ponto Refreshed", readonly=True)
    last_import_at = fields.Datetime("Last Import", readonly=True, copy=False)
    newest_transaction_date = fields.Date("Newest Transaction", readonly=True, copy=False)

    # What the bank says
    bank_balance = fields.Monetary("Balance at the Bank", readonly=True)
    has_bank_balance = fields.Boolean(readonly=True)
    bank_balance_date = fields.Date("Balance Date", readonly=True)

    # Health
    last_error_at = fields.Datetime(readonly=True, copy=False)
    last_error_code = fields.Char(readonly=True, copy=False)
    last_error_message = fields.Char("Last Error", compute="_compute_last_error_message")
    failure_count = fields.Integer(readonly=True, copy=False)
    next_attempt_at = fields.Datetime("Next Attempt", readonly=True, copy=False)

    transaction_ids = fields.One2many("ponto.transaction", "account_id", string="Ponto Transactions")
    synchronization_ids = fields.One2many("ponto.synchronization", "account_id", string="Log")

    _ponto_uniq = models.UniqueIndex("(connection_id, ponto_id)")
    _journal_uniq = models.UniqueIndex(
        "(journal_id) WHERE linked", "This journal is already synchronized with another account of Ponto."
    )
    # The same account through two connections would be imported twice; a masked card does not name one account.
    _identity_uniq = models.UniqueIndex(
        "(company_id, reference_type, normalized_reference, currency_code)"
        " WHERE linked AND reference_type IN ('IBAN', 'BBAN')",
        "This bank account is already synchronized in this company.",
    )

    # ------------------------------------------------------------------ computes

    @api.depends("reference", "currency_code", "institution_id.name")
    def _compute_display_name(self):
        for account in self:
            parts = (account.institution_id.name, account.reference, account.currency_code)
            account.display_name = " ".join(part for part in parts if part)

    @api.depends("currency_code")
    def _compute_currency_id(self):
        currencies = self.env["res.currency"].with_context(active_test=False)
        by_code = {
            currency.name: currency.id
            for currency in currencies.search([("name", "in", self.filtered("currency_code").mapped("currency_code"))])
        }
        for account in self:
            account.currency_id = by_code.get(account.currency_code, False)

    @api.depends("authorized_at", "authorization_expected_at", "institution_id.authorization_lifetime")
    def _compute_authorization_expires_at(self):
        for account in self:
            expires_at = account.authorization_expected_at
            if not expires_at and account.authorized_at:
                days = account.institution_id.authorization_lifetime or AUTHORIZATION_DAYS
                expires_at = account.authorized_at + timedelta(days=days)
            account.authorization_expires_at = expires_at

    @api.depends(
        "linked",
        "declined",
        "listed",
        "deprecated",
        "authorization_expires_at",
        "authorization_refused_at",
        "journal_id",
    )
    def _compute_state(self):
        now = fields.Datetime.now()
        soon = now + timedelta(days=EXPIRES_SOON_DAYS)
        for account in self:
            account.state = account._get_state(now, soon)

    def _get_state(self, now, soon):
        if not self.linked:
            return "unlinked" if self.declined or self.journal_id else "new" if self.listed else "off"
        if not self.listed:
            return "off"
        if self.deprecated:
            return "replaced"
        if self.authorization_refused_at or (self.authorization_expires_at and self.authorization_expires_at <= now):
            return "expired"
        if self.authorization_expires_at and self.authorization_expires_at <= soon:
            return "expires_soon"
        return "linked"

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        now = fields.Datetime.now()
        soon = now + timedelta(days=EXPIRES_SOON_DAYS)
        linked, listed = Domain("linked", "=", True), Domain("listed", "=", True)
        known = Domain("declined", "=", True) | Domain("journal_id", "!=", False)
        usual = linked & listed & Domain("deprecated", "=", False)
        ended = Domain("authorization_refused_at", "!=", False) | Domain("authorization_expires_at", "<=", now)
        ending = Domain("authorization_expires_at", "<=", soon)
        domains = {
            "new": ~linked & ~known & listed,
            "unlinked": ~linked & known,
            "off": ~listed & (linked | ~known),
            "replaced": linked & listed & Domain("deprecated", "=", True),
            "expired": usual & ended,
            "expires_soon": usual & ~ended & ending,
            "linked": usual & ~ended & ~ending,
        }
        return Domain.OR(domains[state] for state in value if state in domains)

    @api.depends("last_error_code")
    @api.depends_context("lang")
    def _compute_last_error_message(self):
        for account in self:
            code = account.last_error_code
            account.last_error_message = explain(self.env, code) if code else False

    # ------------------------------------------------------------------ CRUD

    def write(self, vals):
        res = super().write(vals)
        if {"import_from", "journal_id", "linked"} & vals.keys():
            self.filtered("linked")._reopen_skipped()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_imported(self):
        # sudo: whether anything was imported does not depend on who asks.
        imported = self.sudo().transaction_ids.filtered(lambda t: t.state == "imported")
        if imported:
            raise UserError(
                self.env._(
                    "Transactions of %(account)s were imported. Stop its synchronization in Fetch Accounts instead:"
                    " what was imported must stay known, or it would be imported twice.",
                    account=imported[0].account_id.display_name,
                )
            )

    # ------------------------------------------------------------------ actions

    def action_synchronize(self):
        """Synchronize these accounts now: in a web request mark due and trigger, elsewhere do everything.

        :return dict | None: a notice for the web client
        """
        self.check_access("read")
        # Whoever may edit bank transactions may fetch them, not a user who only sees them.
        self.env["account.bank.statement.line"].check_access("write")
        return self._synchronize_now(self.connection_id)

    def action_renew_authorization(self):
        """Open the website of Ponto, where the bank's authorization is renewed.

        The renewal is recognized at the next read from the new `authorizedAt`, without a click.

        :return dict: the action
        """
        return {"type": "ir.actions.act_url", "url": PONTO_WEBSITE, "target": "new"}

    def action_fetch_accounts(self):
        """Open the Fetch Accounts wizard with the bank of this account first.

        :return dict: the action
        """
        self.ensure_one()
        return self.connection_id._action_fetch_accounts(institution=self.institution_id)

    def action_view_transactions(self):
        """Open the Ponto Transactions of these accounts.

        :return dict: the action
        """
        action = self.env["ir.actions.act_window"]._for_xml_id("account_online_ponto.ponto_transaction_action")
        return {**action, "domain": [("account_id", "in", self.ids)]}

    def action_view_bank_transactions(self):
        """Open the bank transactions of the journals of these accounts.

        :return dict: the action
        """
        return self.journal_id.action_view_bank_transactions()

    def action_view_log(self):
        """Open the log of these accounts.

        :return dict: the action
        """
        action = self.env["ir.actions.act_window"]._for_xml_id("account_online_ponto.ponto_synchronization_action")
        return {**action, "domain": [("account_id", "in", self.ids)]}

    # ------------------------------------------------------------------ what Ponto lists

    @api.model
    def _normalize_reference(self, reference):
        """Return a reference without what people put between its characters.

        :param str | None reference: IBAN, BBAN, card number, e-mail...
        :return str: upper case
        """
        return "".join((reference or "").split()).replace("-", "").upper()

    @api.model
    def _update_from_ponto(self, connection, remote_accounts, institutions):
        """Create or update the accounts of a connection from what Ponto lists.

        :param connection: `ponto.connection` record
        :param list remote_accounts: `ponto_client.Account` objects
        :param institutions: `ponto.institution` records of the connection
        :return: recordset of the accounts given
        """
        banks = {institution.ponto_id: institution.id for institution in institutions}
        known = {account.ponto_id: account for account in connection.account_ids}
        seen = self.browse()
        for remote in remote_accounts:
            vals = self._prepare_ponto_vals(connection, remote)
            vals["institution_id"] = banks.get(remote.institution_id, False)
            account = known.get(remote.id)
            if account:
                account._follow_authorization(vals)
                changed = {
                    name: value
                    for name, value in vals.items()
                    if account._fields[name].convert_to_write(account[name], account) != value
                }
                if changed:
                    account.write(changed)
            else:
                account = self.create({**vals, "connection_id": connection.id, "ponto_id": remote.id})
            seen |= account
        return seen

    @api.model
    def _prepare_ponto_vals(self, connection, remote):
        naive = connection._naive_utc
        synchronization = remote.latest_synchronization
        refused = synchronization and any(
            issue.code in ("authorizationExpired", "authorizationInvalid") for issue in synchronization.errors
        )
        return {
            "reference": remote.reference or False,
            "normalized_reference": self._normalize_reference(remote.reference) or False,
            "reference_type": remote.reference_type or False,
            "currency_code": (remote.currency or "").upper() or False,
            "subtype": remote.subtype if remote.subtype in dict(self._fields["subtype"].selection) else False,
            "holder_name": remote.holder_name or False,
            "description": remote.description or False,
            "product": remote.product or False,
            "deprecated": bool(remote.deprecated),
            "available": remote.availability != "readonly",
            "listed": True,
            "vanished_on": False,
            "authorized_at": naive(remote.authorized_at),
            "authorization_expected_at": naive(remote.authorization_expiration_expected_at),
            "authorization_refused_at": (naive(synchronization.updated_at) or fields.Datetime.now())
            if refused
            else False,
            "synchronized_at": naive(remote.synchronized_at),
            "has_bank_balance": remote.current_balance is not None,
            "bank_balance": float(remote.current_balance or 0),
            "bank_balance_date": connection._calendar_day(remote.current_balance_reference_date),
        }

    def _follow_authorization(self, vals):
        """Forget a refusal that is older than the newest authorization.

        :param dict vals: values about to be written
        """
        refused_at, authorized_at = vals["authorization_refused_at"], vals["authorized_at"]
        if refused_at and authorized_at and authorized_at > refused_at:
            vals["authorization_refused_at"] = False

    def _mark_vanished(self):
        gone = self.filtered("listed")
        if gone:
            gone.write({"listed": False, "vanished_on": fields.Date.context_today(self)})
        for account in gone.filtered("linked"):
            account.message_post(
                body=self.env._(
                    "Ponto does not list this account anymore: it was switched off in your integration, or closed."
                    " Its journal and lines stay."
                )
            )

    # ------------------------------------------------------------------ link to a journal

    def _is_card(self):
        self.ensure_one()
        return self.subtype == "card" or self.reference_type in CARD_REFERENCE_TYPES

    def _link(self, journal, import_from):
        """Synchronize this account into a journal.

        :param journal: `account.journal` record of the same company, or empty: one is created
        :param date import_from: first day to import
        :raises UserError: when the journal cannot take this account
        """
        self.ensure_one()
        self._check_currency()
        if other := self._get_twin():
            raise UserError(
                self.env._(
                    "%(account)s is already synchronized through %(connection)s; it would be imported twice.",
                    account=self.display_name,
                    connection=other.connection_id.name,
                )
            )
        journal = journal or self._create_journal()
        self._check_journal(journal)
        if journal.bank_statements_source != "ponto":
            journal.bank_statements_source = "ponto"
        self.write({"linked": True, "declined": False, "journal_id": journal.id, "import_from": import_from})
        self._mark_due()

    def _unlink_journal(self):
        """Stop synchronizing; journal and lines stay, and what was imported stays known."""
        journals = self.filtered("linked").journal_id
        self.write({"linked": False, "declined": True, "sync_stage": False})
        runs = self.env["ponto.synchronization"].search([("account_id", "in", self.ids), ("state", "=", "running")])
        runs.write({"state": "done", "ended_at": fields.Datetime.now()})
        journals.filtered(lambda j: j.bank_statements_source == "ponto").bank_statements_source = "undefined"

    def _get_twin(self):
        """Return another linked record of the same account of the company; a masked number does not name an account.

        :return: `ponto.account` record, maybe empty
        """
        self.ensure_one()
        if not self.normalized_reference or self.reference_type not in STABLE_REFERENCE_TYPES:
            return self.browse()
        return self.search(
            [
                ("linked", "=", True),
                ("company_id", "=", self.company_id.id),
                ("reference_type", "=", self.reference_type),
                ("normalized_reference", "=", self.normalized_reference),
                ("currency_code", "=", self.currency_code),
                ("id", "!=", self.id),
            ],
            limit=1,
        )

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
        if journal.type not in ("bank", "credit"):
            raise UserError(self.env._("The journal %(journal)s is neither a bank nor a credit card journal.", **names))
        if journal.company_id != self.company_id:
            raise UserError(self.env._("The journal %(journal)s belongs to another company.", **names))
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
        if not journal.default_account_id:
            raise UserError(
                self.env._("The journal %(journal)s has no bank account in the chart of accounts.", **names)
            )
        others = self.search([("journal_id", "=", journal.id), ("linked", "=", True), ("id", "!=", self.id)], limit=1)
        if others:
            raise UserError(
                self.env._(
                    "The journal %(journal)s is already synchronized with %(other)s.",
                    journal=journal.display_name,
                    other=others.display_name,
                )
            )
        if self.journal_id and self.journal_id != journal and self._count_imported():
            raise UserError(
                self.env._(
                    "Transactions of %(account)s are in the journal %(journal)s already; it cannot move to another one.",
                    account=self.display_name,
                    journal=self.journal_id.display_name,
                )
            )

    def _count_imported(self):
        return self.env["ponto.transaction"].search_count(
            [("account_id", "in", self.ids), ("state", "=", "imported")], limit=1
        )

    def _find_journal(self):
        """Return the journal that already keeps this account, by its number and currency.

        :return: `account.journal` record, maybe empty
        """
        self.ensure_one()
        if self.journal_id:
            return self.journal_id
        if self.reference_type not in STABLE_REFERENCE_TYPES or not self.normalized_reference:
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
        """Create the journal of this account, with a ledger account of its own (odoo-decisions.md, 18).

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
        if journal_type == "bank" and own_currency and self.reference_type in STABLE_REFERENCE_TYPES:
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
        banks = self.env["res.partner.bank"].sudo()
        found = banks.search(
            [("sanitized_acc_number", "=", self.normalized_reference), ("partner_id", "=", partner.id)], limit=1
        )
        if found.journal_id:
            return banks.browse()
        return found or banks.create(
            {
                "acc_number": self.reference,
                "partner_id": partner.id,
                "company_id": self.company_id.id,
            }
        )

    # ------------------------------------------------------------------ exclusive work

    @api.model
    def _advisory_lock(self, kind, record_id):
        """Hold a lock on a cursor of its own, across all commits of the working cursor (odoo-decisions.md, 6).

        Enter it right after a commit: what is read inside then belongs to whoever holds the lock.

        :param str kind: "account" or "connection"
        :param int record_id: id of the record
        :return AdvisoryLock: context manager that gives True, or False when another worker holds the lock
        """
        return AdvisoryLock(self.env.registry, LOCK_ACCOUNT if kind == "account" else LOCK_CONNECTION, record_id)


class AdvisoryLock:
    def __init__(self, registry, namespace, key):
        self._cursor = registry.cursor()
        self._query = SQL("SELECT pg_try_advisory_xact_lock(%s, %s)", namespace, key)

    def __enter__(self):
        self._cursor.__enter__()
        self._cursor.execute(self._query)
        return self._cursor.fetchone()[0]

    def __exit__(self, *exc_info):
        return self._cursor.__exit__(*exc_info)
