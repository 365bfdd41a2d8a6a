from odoo import api, fields, models

from .support.writing import write_changed


class PontoInstitution(models.Model):
    """A bank as a connection sees it."""

    _name = "ponto.institution"
    _description = "Online Bank Institution"
    _order = "name, id"
    _check_company_auto = True

    connection_id = fields.Many2one("ponto.connection", required=True, ondelete="cascade", index=True, readonly=True)
    company_id = fields.Many2one(related="connection_id.company_id", store=True, index=True)
    ponto_id = fields.Char("Ponto ID", required=True, readonly=True)
    name = fields.Char(required=True, readonly=True)
    bic = fields.Char("BIC", readonly=True)
    country_id = fields.Many2one("res.country", readonly=True)
    status = fields.Selection(
        [("stable", "Stable"), ("beta", "Beta"), ("experimental", "Experimental")],
        readonly=True,
        help="Beta and experimental banks are still being tested by Ponto: contact Ponto when something is missing."
        " Using one helps Ponto, which gets real feedback.",
    )
    deprecated = fields.Boolean(readonly=True, help="Ponto replaced this bank by another record.")
    maintenance_type = fields.Selection(
        [("internal", "No access"), ("financialInstitution", "Read only")], string="Kind of Maintenance", readonly=True
    )
    maintenance_from = fields.Datetime(readonly=True)
    maintenance_to = fields.Datetime(readonly=True)
    authorization_lifetime = fields.Integer("Authorization Lifetime (days)", readonly=True)
    account_ids = fields.One2many("ponto.account", "institution_id", string="Accounts")
    account_count = fields.Integer(compute="_compute_account_counts")
    linked_account_count = fields.Integer("Synchronized", compute="_compute_account_counts")

    _ponto_uniq = models.UniqueIndex("(connection_id, ponto_id)")

    @api.depends("account_ids.linked")
    def _compute_account_counts(self):
        for institution in self:
            institution.account_count = len(institution.account_ids)
            institution.linked_account_count = len(institution.account_ids.filtered("linked"))

    def action_fetch_accounts(self):
        """Open the Fetch Accounts wizard with this bank first.

        :return dict: the action of the wizard
        """
        self.ensure_one()
        self.check_access("read")
        return self.connection_id._action_fetch_accounts(institution=self)

    @api.model
    def _update_from_ponto(self, connection, remote_institutions):
        """Create or update the banks of a connection.

        :param connection: `ponto.connection` record
        :param list remote_institutions: `ponto_client.Institution` objects
        :return: recordset of the institutions given
        """
        known = {institution.ponto_id: institution for institution in connection.institution_ids}
        seen = self.browse()
        for remote in remote_institutions:
            vals = self._prepare_ponto_vals(remote)
            institution = known.get(remote.id)
            if institution:
                institution._note_end_of_maintenance(vals)
                write_changed(institution, vals)
            else:
                institution = self.create({**vals, "connection_id": connection.id, "ponto_id": remote.id})
            seen |= institution
        return seen

    @api.model
    def _prepare_ponto_vals(self, remote):
        country = self.env["res.country"].search([("code", "=", (remote.country or "").upper())], limit=1)
        selections = {name: dict(self._fields[name].selection) for name in ("status", "maintenance_type")}
        naive = self.env["ponto.connection"]._naive_utc
        return {
            "name": remote.name or self.env._("Unnamed bank"),
            "bic": remote.bic or False,
            "country_id": country.id,
            "status": remote.status if remote.status in selections["status"] else False,
            "deprecated": bool(remote.deprecated),
            "maintenance_type": (
                remote.maintenance_type if remote.maintenance_type in selections["maintenance_type"] else False
            ),
            "maintenance_from": naive(remote.maintenance_from),
            "maintenance_to": naive(remote.maintenance_to),
            "authorization_lifetime": remote.authorization_lifetime or 0,
        }
