from markupsafe import Markup

from odoo import fields, models
from odoo.tools.misc import format_datetime

from ...const import SCHEDULE_SILENCE, WORKERS

SILENCE = "account_online_ponto.mail_activity_silence"


class PontoConnection(models.Model):
    """The duty of a connection towards people: what is silent without any failure is told, once, and closes by itself."""

    _inherit = "ponto.connection"

    def _check_silence(self):
        """Give the responsible one activity about the accounts that are silent; close it when none is.

        What was told is not told again: who has ticked the activity off has looked.
        """
        self.ensure_one()
        silences = self._speak_to_responsible().account_ids._get_silences()
        self.account_ids.filtered(lambda a: a.silence_told and a not in silences).silence_told = False
        if not silences:
            self.activity_feedback([SILENCE])
            return
        news = [account for account, silence in silences.items() if account.silence_told != silence.clock]
        if news or self.activity_search([SILENCE]):
            self._ask_to_act(SILENCE, self._get_silence_note(silences))
        for account in news:
            account.silence_told = silences[account].clock

    def _close_told_silences(self):
        """Look again at what these connections told of silence, so that it closes at once and not a day later."""
        for connection in self:
            if any(connection.account_ids.mapped("silence_told")):
                connection._check_silence()

    def _get_silence_note(self, silences):
        """Return what is silent, and why.

        :param dict silences: `Silence` by `ponto.account` record
        :return Markup: a sentence for the whole connection once, the others with a link to their account
        """
        sentences = [
            silence.text if silence.clock == "schedule" else Markup("%s: %s") % (account._get_html_link(), silence.text)
            for account, silence in silences.items()
        ]
        return Markup("<br/>").join(dict.fromkeys(sentences))

    # ------------------------------------------------------------------ the schedule

    def _get_schedule_silences(self):
        """Return which of these connections are not read as their schedule says, and why.

        Asked when a screen is shown: scheduled actions that do not run tell nobody.

        :return dict: sentence by `ponto.connection` record
        """
        scheduled = self.filtered(lambda c: c.active and c.state == "connected" and c.schedule != "manual")
        if not scheduled:
            return {}
        if not self._is_scheduled_action_active():
            text = self.env._(
                "The scheduled actions of Ponto are switched off in this database: nothing is fetched by itself. Ask"
                " your administrator to switch them on."
            )
            return dict.fromkeys(scheduled, text)
        limit = fields.Datetime.now() - SCHEDULE_SILENCE
        return {
            connection: connection._describe_missed_schedule()
            for connection in scheduled
            if connection.next_sync_at and connection.next_sync_at < limit
        }

    def _describe_missed_schedule(self):
        return self.env._(
            "Transactions should have been fetched on %(moment)s and were not: the scheduled actions of this database"
            " do not run. Ask your administrator.",
            moment=format_datetime(self.env, self.next_sync_at, tz=self._get_reader_tz(), dt_format="short"),
        )

    def _is_scheduled_action_active(self):
        # sudo: users may not read scheduled actions. A deleted one is as good as inactive.
        ids = [
            self.env["ir.model.data"]._xmlid_to_res_id(f"account_online_ponto.{name}", raise_if_not_found=False)
            for name in WORKERS
        ]
        return bool(self.env["ir.cron"].sudo().search_count([("id", "in", ids), ("active", "=", True)], limit=1))
