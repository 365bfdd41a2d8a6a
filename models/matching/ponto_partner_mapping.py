from odoo import api, fields, models

from ...payment_references import name_key
from .facts import normalize_account
from .partners import get_companies_of_partners


class PontoPartnerMapping(models.Model):
    """A name or an account number of bank transactions that a user said to be a partner's."""

    _name = "ponto.partner.mapping"
    _description = "Partner of Bank Transactions"
    _order = "partner_id, kind, value"
    _rec_name = "value"

    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade", index=True)
    kind = fields.Selection([("account", "Account number"), ("name", "Name")], required=True, readonly=True)
    value = fields.Char(required=True, readonly=True, help="Normalized: in capitals, without accents and signs.")
    partner_id = fields.Many2one("res.partner", required=True, readonly=True, ondelete="cascade", index=True)
    user_id = fields.Many2one("res.users", "Confirmed By", readonly=True, ondelete="set null")

    _value_uniq = models.UniqueIndex("(company_id, kind, value)")

    @api.model
    def _remember(self, line, partner):
        """Keep that the counterparty of a bank transaction is a partner, because a user said so.

        :param line: `account.bank.statement.line` record
        :param partner: `res.partner` record
        """
        values = self._get_values(line)
        partner = partner.commercial_partner_id
        if not values or not partner:
            return
        # sudo: who may match bank transactions teaches whose they are; otherwise these records are only removed.
        mappings = self.sudo()
        company = line.company_id
        known = mappings.search(
            [("company_id", "=", company.id), ("value", "in", list(values.values())), ("kind", "in", list(values))]
        ).filtered(lambda mapping: values[mapping.kind] == mapping.value)
        known.filtered(lambda mapping: mapping.partner_id != partner).write(
            {"partner_id": partner.id, "user_id": self.env.uid}
        )
        mappings.create(
            [
                {
                    "company_id": company.id,
                    "kind": kind,
                    "value": value,
                    "partner_id": partner.id,
                    "user_id": self.env.uid,
                }
                for kind, value in values.items()
                if kind not in known.mapped("kind")
            ]
        )

    @api.model
    def _forget(self, matches):
        """Remove what matches taught, because they are taken back, and no other match that is applied teaches the same.

        :param matches: `ponto.match` records that taught
        """
        # sudo: as in _remember.
        others = matches.sudo().search(
            [
                ("state", "=", "applied"),
                ("taught", "=", True),
                ("id", "not in", matches.ids),
                ("company_id", "in", matches.company_id.ids),
                ("partner_id.commercial_partner_id", "in", matches.partner_id.commercial_partner_id.ids),
            ]
        )
        taught = self._get_lessons(matches) - self._get_lessons(others)
        known = self.sudo().search(
            [("company_id", "in", matches.company_id.ids), ("value", "in", [value for _c, _k, value, _p in taught])]
        )
        known.filtered(
            lambda mapping: (mapping.company_id, mapping.kind, mapping.value, mapping.partner_id) in taught
        ).unlink()

    @api.model
    def _get_lessons(self, matches):
        """Return whose counterparties matches say they are.

        :param matches: `ponto.match` records
        :return set: of tuples: company, kind, value, commercial partner
        """
        return {
            (match.company_id, kind, value, match.partner_id.commercial_partner_id)
            for match in matches
            for kind, value in self._get_values(match.statement_line_id).items()
        }

    @api.model
    def _get_values(self, line):
        """Return what the counterparty of a bank transaction is known by.

        :return dict: kind: value, without what the bank does not tell
        """
        values = {"account": normalize_account(line.account_number), "name": name_key(line.partner_name)}
        return {kind: value for kind, value in values.items() if value}

    @api.model
    def _get_partners(self, company, numbers, names):
        """Return whom users have named before.

        :param company: `res.company` record
        :param numbers: account numbers, sanitised
        :param names: as `name_key` gives them
        :return dict: kind and value: id of the commercial partner
        """
        # sudo: whose a payment is does not depend on who asks.
        known = self.sudo().search_fetch(
            [
                ("company_id", "=", company.id),
                ("value", "in", [*numbers, *names]),
                ("partner_id.active", "=", True),
                ("partner_id.company_id", "in", (False, *get_companies_of_partners(company))),
            ],
            ["kind", "value", "partner_id"],
        )
        return {(mapping.kind, mapping.value): mapping.partner_id.commercial_partner_id.id for mapping in known}
