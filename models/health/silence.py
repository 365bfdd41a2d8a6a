from datetime import timedelta
from typing import NamedTuple

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import format_date

from ...const import REFRESH_SILENCE, SCHEDULE_SILENCE, SILENT_DAYS, WORKERS
from ..support.days import local_day, say_moment
from .rhythm import silent_from

SYNCHRONIZED = ("linked", "expires_soon")  # the other states have words of their own
SILENCE = "account_online_ponto.mail_activity_silence"


class Silence(NamedTuple):
    """Why nothing new may come: the clock that stands still, and a sentence about it."""

    clock: str
    text: str


class PontoAccount(models.Model):
    """Three clocks of an account: the schedule, Ponto's refresh, and the newest transaction by its own rhythm.

    Whatever fails is told elsewhere; here it is what nothing reports. What Ponto said at the last look is judged as of
    that look, not as of now: who did not ask cannot know.
    """

    _inherit = "ponto.account"

    silence_message = fields.Char("Silence", compute="_compute_silence_message")
    silence_told = fields.Char(readonly=True, copy=False, help="The clock that the responsible was told of.")

    @api.depends(
        "linked",
        "listed",
        "state",
        "available",
        "failing_since",
        "sync_stage",
        "synchronized_at",
        "newest_transaction_date",
        "institution_id.maintenance_to",
        "institution_id.maintenance_ended_at",
        "connection_id.next_sync_at",
        "connection_id.last_success_at",
        "connection_id.failing_since",
    )
    @api.depends_context("lang", "tz", "uid")
    def _compute_silence_message(self):
        silences = self._get_silences()
        for account in self:
            account.silence_message = silences[account].text if account in silences else False

    def _get_silences(self):
        """Return which of these accounts are silent, each with its most serious clock.

        :return dict: `Silence` by `ponto.account` record
        """
        linked = self.filtered("linked")
        asleep = linked.connection_id._get_schedule_silences()
        silences, quiet = {}, self.browse()
        for account in linked:
            if text := asleep.get(account.connection_id):
                silences[account] = Silence("schedule", text)
            elif not account._is_watched():
                continue
            elif account._is_unrefreshed():
                silences[account] = Silence("refresh", account._describe_missing_refresh())
            elif account._is_quiet():
                quiet |= account
        for account, days in quiet._get_transaction_days().items():
            limit = silent_from(days)
            if limit and account._get_seen_on() >= limit:
                silences[account] = Silence("rhythm", account._describe_broken_rhythm())
        return silences

    def _is_watched(self):
        """Tell whether nothing else explains that nothing comes: no failure, no maintenance, no end of the authorization."""
        connection = self.connection_id
        return bool(
            connection.active
            and connection.state == "connected"
            and not connection.failing_since
            and not self.failing_since
            and self.state in SYNCHRONIZED
            and not self._is_readonly()
            and not self._is_in_maintenance()
            and connection.last_success_at
        )

    def _get_seen_at(self):
        return self.connection_id.last_success_at

    def _get_seen_on(self):
        return local_day(self._get_seen_at(), self.connection_id.timezone)

    # ------------------------------------------------------------------ Ponto's refresh

    def _is_unrefreshed(self):
        """Tell whether Ponto had not refreshed this account for too long when it was looked at last."""
        seen_at, since = self._get_seen_at(), self.synchronized_at or self.authorized_at
        if not since or seen_at - since <= REFRESH_SILENCE:
            return False
        excused_until = self._get_excused_until()
        return not excused_until or seen_at - excused_until > REFRESH_SILENCE

    def _get_excused_until(self):
        """Return until when nothing could be refreshed: a new authorization, and the end of a maintenance.

        :return datetime | bool: naive UTC
        """
        ended_at = self.institution_id.maintenance_to
        if ended_at and ended_at > fields.Datetime.now():
            ended_at = False
        moments = (self.authorized_at, ended_at, self.institution_id.maintenance_ended_at)
        return max(filter(None, moments), default=False)

    def _describe_missing_refresh(self):
        return self.env._(
            "Ponto has not refreshed this account since %(moment)s: look at it in Ponto, or ask Ponto why.",
            moment=say_moment(self.env, self.synchronized_at or self.authorized_at, self.connection_id.timezone),
        )

    # ------------------------------------------------------------------ the account's own rhythm

    def _is_quiet(self):
        """Tell whether the newest transaction is so old that the account's rhythm is worth a query."""
        newest = self.newest_transaction_date
        if not newest or not self.pull_complete or self.sync_stage == "pull":
            return False
        if self._get_seen_on() < newest + timedelta(days=SILENT_DAYS):
            return False
        # What a maintenance or an expired authorization held back takes a while to arrive.
        excused_until = self._get_excused_until()
        return not excused_until or self._get_seen_at() - excused_until > REFRESH_SILENCE

    def _get_transaction_days(self):
        """Return the days on which these accounts have transactions, by one query.

        :return dict: list of dates, the oldest first, by `ponto.account` record
        """
        if not self:
            return {}
        self.env["ponto.transaction"].flush_model(["account_id", "state", "date"])
        self.env.cr.execute(
            SQL(
                "SELECT account_id, array_agg(DISTINCT date ORDER BY date) FROM ponto_transaction"
                " WHERE account_id = ANY(%s) AND state IN ('to_import', 'imported', 'skipped') AND date IS NOT NULL"
                " GROUP BY account_id",
                self.ids,
            )
        )
        return {self.browse(row[0]): row[1] for row in self.env.cr.fetchall()}

    def _describe_broken_rhythm(self):
        return self.env._(
            "No transaction since %(date)s, which is long for this account: look whether your bank shows newer ones.",
            date=format_date(self.env, self.newest_transaction_date),
        )


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
            moment=say_moment(self.env, self.next_sync_at, self.timezone),
        )

    def _is_scheduled_action_active(self):
        # sudo: users may not read scheduled actions. A deleted one is as good as inactive.
        ids = [
            self.env["ir.model.data"]._xmlid_to_res_id(f"account_online_ponto.{name}", raise_if_not_found=False)
            for name in WORKERS
        ]
        return bool(self.env["ir.cron"].sudo().search_count([("id", "in", ids), ("active", "=", True)], limit=1))
