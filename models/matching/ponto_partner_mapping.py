from collections import defaultdict

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
    is_shared = fields.Boolean(
        "Several Partners",
        readonly=True,
        help="Documents of several partners were paid from it, as by a payment institution: it tells nobody's payments"
        " any more.",
    )

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
        known.filtered(lambda mapping: mapping.partner_id != partner and not mapping.is_shared).is_shared = True
        of_others = {kind for _company, kind, _value, owner in self._get_past(line) if owner != partner}
        mappings.create(
            [
                {
                    "company_id": company.id,
                    "kind": kind,
                    "value": value,
                    "partner_id": partner.id,
                    "user_id": self.env.uid,
                    "is_shared": kind in of_others,
                }
                for kind, value in values.items()
                if kind not in known.mapped("kind")
            ]
        )

    @api.model
    def _get_past(self, lines, taught_only=False):
        """Return whose documents bank transactions of the same counterparties settled.

        :param lines: `account.bank.statement.line` records
        :param bool taught_only: whether only what users taught counts
        :return set: of tuples: company, kind, value, commercial partner
        """
        numbers = [number for number in lines.mapped("account_number") if number]
        names = [name for name in lines.mapped("partner_name") if name]
        # sudo: as in _remember.
        return self._get_lessons(
            self.env["ponto.match"]
            .sudo()
            .search(
                [
                    ("state", "=", "applied"),
                    ("partner_id", "!=", False),
                    ("company_id", "in", lines.company_id.ids),
                    "|",
                    ("statement_line_id.account_number", "in", numbers),
                    ("statement_line_id.partner_name", "in", names),
                    *([("taught", "=", True)] if taught_only else []),
                ]
            )
        )

    @api.model
    def _forget(self, matches):
        """Remove what matches taught, because they are taken back, as far as no other match that is applied teaches it.

        What is left of a counterparty of several partners may be of one again.

        :param matches: `ponto.match` records that taught, not applied any more
        """
        forgotten = {lesson[:3] for lesson in self._get_lessons(matches)}
        owners = defaultdict(set)
        for *counterparty, partner in self._get_past(matches.statement_line_id, taught_only=True):
            owners[tuple(counterparty)].add(partner)
        # sudo: as in _remember.
        known = self.sudo().search(
            [("company_id", "in", matches.company_id.ids), ("value", "in", [value for _c, _k, value in forgotten])]
        )
        for mapping in known:
            counterparty = (mapping.company_id, mapping.kind, mapping.value)
            if counterparty not in forgotten:
                continue
            left = owners[counterparty]
            if not left:
                mapping.unlink()
            elif len(left) == 1:
                mapping.write({"partner_id": next(iter(left)).id, "is_shared": False})

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
                ("is_shared", "=", False),
                ("partner_id.active", "=", True),
                ("partner_id.company_id", "in", (False, *get_companies_of_partners(company))),
            ],
            ["kind", "value", "partner_id"],
        )
        return {(mapping.kind, mapping.value): mapping.partner_id.commercial_partner_id.id for mapping in known}
