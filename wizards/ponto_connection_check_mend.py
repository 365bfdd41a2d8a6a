from odoo import fields, models
from odoo.tools.convert import convert_file

from .ponto_check_table import MENDINGS


class PontoConnectionCheck(models.TransientModel):
    """What mends a line: done at once where Odoo can, else the place is opened where a person can."""

    _inherit = "ponto.connection.check"

    def _mend(self, name):
        """Do one of the actions that mend.

        :param str | bool name: of MENDINGS; a line that needs none has none
        :return dict: the action; the check done again, when nothing is left to a person
        """
        self.ensure_one()
        opened = getattr(self, f"_mend_{name}")() if name in MENDINGS else None
        return opened or self._check_again(alone=False)

    def _mend_check_again(self):
        """Nothing that Odoo could do: it is mended elsewhere."""

    def _open_record(self, record):
        if not record:
            return None  # mended meanwhile
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [(False, "form")],
            "target": "current",
        }

    # ------------------------------------------------------------------ connection and Ponto

    def _mend_connect(self):
        self.connection_id.action_connect()

    def _mend_open_connection(self):
        return self._open_record(self.connection_id)

    def _mend_update_credentials(self):
        return self._open_record(self.connection_id)

    def _mend_open_connections(self):
        return self.env["ir.actions.act_window"]._for_xml_id("account_online_ponto.ponto_connection_action")

    def _mend_open_ponto(self):
        return self.connection_id.action_open_ponto()

    def _mend_fetch_accounts(self):
        return self.connection_id.action_fetch_accounts()

    def _mend_renew_authorization(self):
        accounts = self._get_unauthorized("expired") or self._get_unauthorized("expires_soon")
        return accounts[:1].action_renew_authorization() if accounts else None

    def _mend_synchronize(self):
        accounts = self._get_linked()
        return (self._get_overdue(accounts) or accounts).action_synchronize()

    # ------------------------------------------------------------------ schedule

    def _mend_unarchive_connection(self):
        self.connection_id.action_unarchive()

    def _mend_read_twice(self):
        self.connection_id.schedule = "twice"

    def _mend_read_now(self):
        # sudo: the next time is written by the addon; who may edit the connection may ask for it.
        vals = {"next_sync_at": fields.Datetime.now(), "failure_count": 0, "asked_by_id": self.env.uid}
        self.connection_id.sudo().write(vals)
        self.connection_id._trigger_synchronization()

    def _mend_restore_schedule(self):
        # sudo: scheduled actions belong to the system administrator; these two are this addon's own, and whoever may
        # edit a connection may have it read.
        if self.env["ir.config_parameter"].sudo().get_param("database.is_neutralized"):
            return
        convert_file(self.sudo().env, "account_online_ponto", "data/ir_cron_data.xml", {}, "update", noupdate=True)
        stopped = self._get_scheduled_actions().filtered(lambda cron: not cron.active)
        stopped.write({"active": True, "nextcall": fields.Datetime.now()})

    # ------------------------------------------------------------------ books

    def _mend_unarchive_journals(self):
        self._get_archived_journals().action_unarchive()

    def _mend_open_journal(self):
        return self._open_record(self._get_misfits().journal_id[:1])

    def _mend_feed_journals(self):
        self._get_other_fed_journals()._switch_off_other_feeds()

    def _mend_unarchive_company(self):
        self.connection_id.company_id.action_unarchive()

    def _mend_open_settings(self):
        return self.env["ir.actions.act_window"]._for_xml_id("account.action_account_config")

    def _mend_activate_currencies(self):
        self._get_archived_currencies().action_unarchive()

    def _mend_open_rates(self):
        return self._open_record(self._get_unrated_currency())
