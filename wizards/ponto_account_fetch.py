from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list

from ..models.support.failures import explain
from ..models.support.notification import make_notification
from ..ponto_client import PontoError


class PontoAccountFetch(models.TransientModel):
    """Fetch Accounts: choose what is synchronized, over all institutions of a connection."""

    _name = "ponto.account.fetch"
    _description = "Fetch Accounts"
    _inherit = ["ponto.access"]
    _check_company_auto = True

    connection_id = fields.Many2one("ponto.connection", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="connection_id.company_id")
    institution_id = fields.Many2one(
        "ponto.institution", check_company=True, ondelete="cascade", help="Its accounts come first."
    )
    line_ids = fields.One2many("ponto.account.fetch.line", "wizard_id", string="Accounts")
    schedule = fields.Selection(related="connection_id.schedule", readonly=False)
    responsible_user_id = fields.Many2one(related="connection_id.responsible_user_id", readonly=False)
    renewer_id = fields.Many2one(related="connection_id.renewer_id", readonly=False)
    news = fields.Char(readonly=True, help="What the last refresh found.")
    # Not sudo: both say what the user himself may know and do.
    provider_count = fields.Integer(related="connection_id.provider_count", related_sudo=False)
    organization_note = fields.Char(related="connection_id.organization_note", related_sudo=False)
    farewell = fields.Text(compute="_compute_farewell")

    @api.depends("line_ids.selected")
    def _compute_farewell(self):
        for wizard in self:
            leaving = wizard.line_ids.filtered(
                lambda line: line.account_id.linked and line.was_linked and not line.selected
            )
            wizard.farewell = "\n".join(leaving.mapped(lambda line: line._get_farewell())) or False

    @api.model_create_multi
    def create(self, vals_list):
        wizards = super().create(vals_list)
        for wizard, vals in zip(wizards, vals_list, strict=True):
            if not vals.get("line_ids"):
                wizard._add_lines()
        return wizards

    def _add_lines(self):
        """Add one line per account, those of the chosen institution first."""
        accounts = self.connection_id.account_ids.sorted(
            lambda a: (a.institution_id != self.institution_id, a.institution_id.name or "", a.reference or "", a.id)
        )
        lines = self.env["ponto.account.fetch.line"]
        self.line_ids = [
            Command.create({**lines._prepare_line_vals(account), "sequence": sequence})
            for sequence, account in enumerate(accounts)
        ]

    def _get_action(self):
        """Return the action that opens this wizard.

        :return dict: the action
        """
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Fetch Accounts"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    # ------------------------------------------------------------------ actions

    def action_confirm(self):
        """Link what is ticked, stop what is not, and start the synchronization.

        :return dict: a notice that closes the dialog
        :raises UserError: in one sentence, when an account cannot be linked; nothing has changed then
        """
        self.ensure_one()
        self.connection_id.check_access("write")
        self.line_ids.account_id.check_access("write")
        chosen = self.line_ids.filtered("selected")
        chosen._check_chosen_once()
        # What somebody else has linked since this was shown was not unticked here.
        left = (self.line_ids - chosen).filtered(lambda line: line.was_linked or not line.account_id.linked)
        # sudo: the link is written by this wizard only; who may edit the connection may confirm it.
        left.account_id.sudo()._unlink_journal()
        for line in chosen:
            line._link_journal()
        for line in self.line_ids:
            line.was_linked = line.account_id.linked
        self.connection_id._trigger_synchronization()
        return make_notification(
            self.env._(
                "%(count)s accounts are synchronized; their transactions arrive in a moment.", count=len(chosen)
            ),
            "success",
        )

    def action_refresh(self):
        """Read the list of Ponto again, and say what appeared and what vanished.

        :return dict: the action of a new wizard
        :raises UserError: when Ponto refuses or cannot be reached
        """
        self.ensure_one()
        self.connection_id.check_access("write")
        # sudo: users cannot write what a synchronization writes.
        connection = self.connection_id.sudo()
        client = connection._make_client()
        try:
            before, after = connection._look(client, alone=True)
        except PontoError as error:
            raise UserError(explain(self.env, error)) from error
        (after - before)._pull_first_pages(client)
        connection._trigger_synchronization()
        action = self.connection_id._action_fetch_accounts(institution=self.institution_id)
        self.browse(action["res_id"]).news = self._describe_news(after - before, before - after)
        return action

    def _describe_news(self, appeared, vanished):
        sentences = []
        if appeared:
            names = format_list(self.env, appeared.mapped("display_name"))
            sentences.append(self.env._("New in Ponto: %(names)s.", names=names))
        if vanished:
            names = format_list(self.env, vanished.mapped("display_name"))
            sentences.append(self.env._("No longer shared by Ponto: %(names)s.", names=names))
        return " ".join(sentences) or self.env._("Nothing new in Ponto.")

    def action_take_over(self):
        """Take over what OCA's Ponto module does in this company.

        :return dict: a notice that opens the accounts taken over
        :raises UserError: when nothing can be taken over; nothing has changed then
        """
        return self.connection_id.action_take_over()

    def action_open_ponto(self):
        """Open the website of Ponto in a new tab, where accounts are added and authorizations renewed.

        :return dict: the action
        """
        return self.connection_id.action_open_ponto()

    def action_open_connection(self):
        """Open the connection, where the credentials are replaced.

        :return dict: the action
        """
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "ponto.connection",
            "res_id": self.connection_id.id,
            "view_mode": "form",
            "target": "current",
        }
