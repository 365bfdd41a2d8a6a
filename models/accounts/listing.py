from odoo import api, models

from ...statement_files.accounts import account_number
from ..support.writing import write_changed

IDENTITY = ("reference", "normalized_reference", "reference_type", "currency_code", "institution_id")


class PontoAccount(models.Model):
    """What Ponto lists: accounts appear and change."""

    _inherit = "ponto.account"

    @api.model
    def _normalize_reference(self, reference):
        """Return a reference without what people put between its characters.

        :param str | None reference: IBAN, BBAN, card number, e-mail...
        :return str: upper case
        """
        return "".join((reference or "").split()).replace("-", "").upper()

    @api.model
    def _normalize_counterparty(self, number):
        """Return the account number of a counterparty as one of many ways to write it: domestic, with a currency...

        :param str | None number: of Ponto, of a file, or as somebody typed it
        :return str: upper case; a Belgian domestic number as its IBAN
        """
        return account_number(number or "")

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
        seen = renewed = self.browse()
        for remote in remote_accounts:
            vals = self._prepare_ponto_vals(connection, remote)
            vals["institution_id"] = banks.get(remote.institution_id, False)
            account = known.get(remote.id, self.browse())
            if account._note_authorization(vals, remote.latest_synchronization):
                renewed |= account
            if account:
                account._note_end_of_maintenance(vals)
                # What names an account is never forgotten because one answer leaves it out.
                vals = {name: value for name, value in vals.items() if value or name not in IDENTITY}
                write_changed(account, vals)
            else:
                account = self.create({**vals, "connection_id": connection.id, "ponto_id": remote.id})
            seen |= account
        if renewed:
            renewed._note_renewed()
            connection._check_authorizations()
        return seen

    @api.model
    def _prepare_ponto_vals(self, connection, remote):
        naive = connection._naive_utc
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
            "synchronized_at": naive(remote.synchronized_at),
            "has_bank_balance": remote.current_balance is not None,
            "bank_balance": float(remote.current_balance or 0),
            "bank_balance_date": connection._calendar_day(remote.current_balance_reference_date),
        }
