from odoo import Command, api, fields, models


class PontoMatchChoose(models.TransientModel):
    """The partner of what is booked, and a contact made of what the bank says."""

    _inherit = "ponto.match.choose"

    booked_partner_id = fields.Many2one("res.partner", "Booked For", check_company=True, ondelete="cascade")
    news = fields.Char(readonly=True)

    @api.model
    def _get_known(self, line):
        """Return whom a bank transaction may be of, by account number and name."""
        matching = self.env["ponto.matching"]
        payments = matching._get_payments(line)
        known = matching._get_known_partners(line.company_id, payments).get(line.id) or ()
        # The rules of the user have the last word on whom he sees.
        return self.env["res.partner"].browse(known)._filtered_access("read")

    def _find_partner(self):
        """Return the id of the partner that a bank transaction is of without doubt; False when there is none."""
        known = self._get_known(self.statement_line_id)
        return known.id if len(known) == 1 else False

    def action_create_contact(self):
        """Make a contact of the counterparty; one that has its account or its name already is taken instead.

        With the rights of the user: who has not *Contact / Creation* is refused.

        :return dict: the dialog again
        :raises AccessError: for who may not create contacts
        """
        self.ensure_one()
        line = self.statement_line_id
        known = self._get_known(line)
        if known:
            self.news = self.env._("Known already: %(names)s.", names=", ".join(known.mapped("display_name")))
            self.booked_partner_id = known[0] if len(known) == 1 else False
            return self._get_action()
        name = line.partner_name or line.account_number
        accounts = [Command.create({"acc_number": line.account_number})] if line.account_number else []
        self.booked_partner_id = self.env["res.partner"].create(
            {"name": name, "company_id": line.company_id.id, "bank_ids": accounts}
        )
        self.news = self.env._("%(name)s was added to the contacts.", name=name)
        return self._get_action()
