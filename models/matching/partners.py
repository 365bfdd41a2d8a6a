"""Who a payment is of: the account number, the exact name, then what a user confirmed before."""

from collections import defaultdict

from odoo.tools import SQL

from ...payment_references import name_key
from ...statement_files.accounts import spellings
from ..support.plain_names import plain_name


def get_companies_of_partners(company):
    """Return whose partners the payments of a company may be of: its own, and those of its parents.

    :param company: `res.company` record
    :return list: ids
    """
    # sudo: a branch has the partners of its parents, whoever may read these companies.
    return company.sudo().parent_ids.ids


class PartnerFinder:
    """Finds whom the payers and payees of payments may be."""

    def __init__(self, env, company):
        """Look among the partners of a company, and of its parents.

        :param env: environment
        :param company: `res.company` record
        """
        self.env = env
        self._company = company

    def find(self, payments):
        """Find whom payments may be of; the number of queries is always the same.

        :param list payments: of `Payment`
        :return dict: key of a payment: ids of commercial partners, of the best sign that there is; without doubt, one
        """
        numbers = {payment.account_number for payment in payments if payment.account_number}
        names = {key for payment in payments if (key := name_key(payment.partner_name))}
        owners = self._get_owners(numbers)
        namesakes = self._get_namesakes(names)
        confirmed = self.env["ponto.partner.mapping"]._get_partners(self._company, numbers, names)
        commercial = self._get_commercial_partners({payment.partner_id for payment in payments if payment.partner_id})
        known = {}
        for payment in payments:
            name = name_key(payment.partner_name)
            by_number, by_name = owners.get(payment.account_number), namesakes.get(name)
            if payment.partner_id:  # a user said so
                known[payment.key] = frozenset({commercial.get(payment.partner_id, payment.partner_id)})
            elif by_number:
                # Where several have the account, as in a family, the name may tell who it is.
                known[payment.key] = frozenset(by_number & (by_name or by_number) or by_number)
            elif by_name:
                known[payment.key] = frozenset(by_name)
            elif partner := confirmed.get(("account", payment.account_number)) or confirmed.get(("name", name)):
                known[payment.key] = frozenset({partner})
        return known

    def _get_owners(self, numbers):
        """Return the commercial partners whose file has one of these account numbers.

        :return dict: account number: set of ids
        """
        if not numbers:
            return {}
        asked = defaultdict(set)
        for number in numbers:
            for spelling in spellings(number):
                asked[spelling].add(number)
        self.env["res.partner.bank"].flush_model(["sanitized_acc_number", "partner_id", "company_id", "active"])
        self.env["res.partner"].flush_model(["commercial_partner_id", "company_id", "active"])
        self.env.cr.execute(
            SQL(
                """
                SELECT bank.sanitized_acc_number, partner.commercial_partner_id
                  FROM res_partner_bank bank
                  JOIN res_partner partner ON partner.id = bank.partner_id AND partner.active
                 WHERE bank.sanitized_acc_number = ANY(%(numbers)s) AND bank.active
                   AND (bank.company_id IS NULL OR bank.company_id = ANY(%(companies)s))
                   AND (partner.company_id IS NULL OR partner.company_id = ANY(%(companies)s))
                """,
                numbers=list(asked),
                companies=get_companies_of_partners(self._company),
            )
        )
        owners = defaultdict(set)
        for spelling, partner_id in self.env.cr.fetchall():
            for number in asked[spelling]:
                owners[number].add(partner_id)
        return owners

    def _get_namesakes(self, names):
        """Return the commercial partners of exactly these names, whatever capitals, accents and signs.

        :return dict: name, as `name_key` gives it: set of ids
        """
        if not names:
            return {}
        self.env["res.partner"].flush_model(["name", "commercial_partner_id", "company_id", "active"])
        # Indexed (res_partner.py), and coarser: what it finds is compared by word.
        self.env.cr.execute(
            SQL(
                "SELECT name, id FROM res_partner WHERE %(plain)s = ANY(%(names)s) AND active"
                " AND id = commercial_partner_id AND (company_id IS NULL OR company_id = ANY(%(companies)s))",
                plain=plain_name(SQL("name")),
                names=[name.replace(" ", "") for name in names],
                companies=get_companies_of_partners(self._company),
            )
        )
        namesakes = defaultdict(set)
        for name, partner_id in self.env.cr.fetchall():
            if (key := name_key(name)) in names:
                namesakes[key].add(partner_id)
        return namesakes

    def _get_commercial_partners(self, partner_ids):
        partners = self.env["res.partner"].browse(partner_ids)
        return {partner.id: partner.commercial_partner_id.id for partner in partners}
