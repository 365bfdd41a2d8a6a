from odoo import api, fields, models
from odoo.fields import Domain


class PontoConnection(models.Model):
    """One organization of Ponto may be connected twice, in one company or in two: that is said where one connects."""

    _inherit = "ponto.connection"

    organization_note = fields.Char("Connected Elsewhere", compute="_compute_organization_note")

    @api.depends("organization_id", "company_id", "state")
    @api.depends_context("lang", "uid")
    def _compute_organization_note(self):
        for connection in self:
            others = connection._get_same_organization()
            connection.organization_note = " ".join(connection._describe_other(other) for other in others) or False

    def _get_same_organization(self):
        """Return the other connections of the same organization of Ponto.

        A custom integration may not be allowed to know its organization: then only the Client ID tells it.

        :return: `ponto.connection` records in superuser mode
        """
        self.ensure_one()
        # sudo: other companies count, whoever looks; what is said of them is decided where it is shown.
        connection = self.sudo()
        if connection.state == "draft":
            return connection.browse()
        same = Domain("client_id", "=", connection.client_id)
        if connection.organization_id:
            same |= Domain("organization_id", "=", connection.organization_id)
        return connection.search(same & Domain("id", "!=", self._origin.id) & Domain("state", "!=", "draft"))

    def _describe_other(self, other):
        if other.company_id == self.company_id:
            return self.env._(
                "%(connection)s connects the same Ponto organization in this company: one of the two is enough.",
                connection=other.name,
            )
        return self.env._(
            "The same Ponto organization is connected in %(company)s: an account that is synchronized in both companies"
            " is in both sets of books.",
            company=self._get_company_name(other.company_id),
        )

    @api.model
    def _get_company_name(self, company):
        """Return the name of a company, if the user may know it.

        :param company: `res.company` record
        :return str: its name, or that it is another one
        """
        known = company in self.env.user.company_ids
        return company.name if known else self.env._("another company of this database")
