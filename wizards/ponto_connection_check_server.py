from odoo import fields, models
from odoo.http import request
from odoo.tools import config

from ..const import SCHEDULE_SILENCE, WORKERS
from ..models.support.failures import explain
from .ponto_check_table import ProbeResult

SCHEDULED_ACTIONS = (WORKERS[0], "cron_check_authorizations")


class PontoConnectionCheck(models.TransientModel):
    """What this Odoo has to do by itself: run the schedule, keep the company's books, know who clicks."""

    _inherit = "ponto.connection.check"

    # ------------------------------------------------------------------ schedule

    def _probe_schedule(self, talk):
        """Whether somebody reads at Ponto, when it was planned."""
        connection, now = self.connection_id, fields.Datetime.now()
        if not connection.active:
            yield ProbeResult(
                "red", self.env._("This connection is archived: nothing is read."), "unarchive_connection"
            )
        if connection.state != "connected":
            yield self._get_stop(talk)
            return
        if problem := self._judge_scheduled_actions():
            yield problem
        if connection.schedule == "manual":
            yield ProbeResult("orange", self.env._("Transactions are fetched only by hand."), "read_twice")
            return
        if not connection.next_sync_at or connection.next_sync_at < now - SCHEDULE_SILENCE:
            sentence = self.env._(
                "Ponto should have been read by now; it was read last on %(moment)s.",
                moment=self._tell_moment(connection.last_success_at) or "?",
            )
            yield ProbeResult("red", sentence, "read_now")
        elif connection.last_error_code:
            sentence = self.env._(
                "The last attempt failed; the next one is on %(moment)s.",
                moment=self._tell_moment(connection.next_sync_at),
            )
            yield ProbeResult("orange", sentence, "read_now")
        sentence = self.env._(
            "%(schedule)s, next on %(moment)s.",
            schedule=dict(connection._fields["schedule"]._description_selection(self.env))[connection.schedule],
            moment=self._tell_moment(connection.next_sync_at),
        )
        yield ProbeResult("green", sentence)

    def _get_stop(self, talk):
        """Say why a connection reads nothing, and what starts it.

        :param Talk talk: what Ponto answered
        :return ProbeResult: red
        """
        connection = self.connection_id
        if connection.state == "draft":
            sentence = self.env._("This connection is not connected yet: nothing is read.")
        else:
            sentence = self.env._(
                "Nothing is read since Ponto refused: %(reason)s", reason=explain(self.env, connection.last_error_code)
            )
        ready = talk.listed and not talk.errors
        return ProbeResult("red", sentence, "connect" if ready else "check_again")

    def _judge_scheduled_actions(self):
        """Say what is wrong with the scheduled actions of this addon.

        :return ProbeResult | None: None when they run
        """
        crons = self._get_scheduled_actions()
        # sudo: a system parameter says it, whoever asks.
        if self.env["ir.config_parameter"].sudo().get_param("database.is_neutralized"):
            sentence = self.env._("This database is a neutralized copy: scheduled actions are switched off on purpose.")
            return ProbeResult("grey", sentence)
        if len(crons) < len(SCHEDULED_ACTIONS):
            return ProbeResult("red", self.env._("A scheduled action of this addon was deleted."), "restore_schedule")
        if not all(cron.active for cron in crons):
            return ProbeResult(
                "red", self.env._("A scheduled action of this addon is switched off."), "restore_schedule"
            )
        due = min(cron.nextcall for cron in crons)
        if due < fields.Datetime.now() - SCHEDULE_SILENCE:
            sentence = self.env._(
                "This server runs no scheduled actions: one is due since %(moment)s. Whoever runs the server looks at"
                " its workers and at max_cron_threads.",
                moment=self._tell_moment(due),
            )
            return ProbeResult("red", sentence, "check_again")
        return None

    def _get_scheduled_actions(self):
        found = self.env["ir.cron"]
        for name in SCHEDULED_ACTIONS:
            found |= self.env.ref(f"account_online_ponto.{name}", raise_if_not_found=False) or found
        # sudo: users may not read scheduled actions.
        return found.sudo()

    # ------------------------------------------------------------------ company

    def _probe_company(self, _talk):
        """Whether the company can book, and is the one whose bank accounts these are."""
        connection = self.connection_id
        # sudo: its chart of accounts may be that of a parent company.
        company = connection.company_id.sudo()
        if not company.active:
            yield ProbeResult("red", self.env._("The company is archived."), "unarchive_company")
        if not company.root_id.chart_template and not company.account_journal_suspense_account_id:
            sentence = self.env._(
                "%(company)s has no chart of accounts: a system administrator chooses its fiscal localization in the"
                " settings of Invoicing.",
                company=company.name,
            )
            may = self.env.user.has_group("base.group_system")
            yield ProbeResult("red", sentence, "open_settings" if may else "check_again")
        if connection.organization_note:
            yield ProbeResult("orange", connection.organization_note, "open_connections")
        if self._is_foreign_organization():
            sentence = self.env._(
                "In Ponto this is %(organization)s, and no account is in the name of %(company)s: is it the right"
                " company?",
                organization=connection.organization_name,
                company=company.name,
            )
            yield ProbeResult("orange", sentence, "open_connection")
        yield ProbeResult("green", self.env._("%(company)s has its accounting.", company=company.name))

    def _is_foreign_organization(self):
        """Tell whether neither the organization of Ponto nor the holder of an account has a word of the company's name."""
        connection, get_words = self.connection_id, self.env["ponto.account.fetch.line"]._get_words
        own, organization = get_words(connection.company_id.name), get_words(connection.organization_name)
        holders = [words for words in connection.account_ids.mapped(lambda a: get_words(a.holder_name)) if words]
        # Without a holder there is nothing to compare with: an accounting firm may own the organization.
        known = bool(own and organization and holders)
        return known and not any(own & words for words in (organization, *holders))

    # ------------------------------------------------------------------ address

    def _probe_address(self, _talk):
        """Whether the user's own public address is known, which a refresh at the bank needs (doc/decisions.md, 31)."""
        if not request:
            yield ProbeResult("grey", self.env._("Not checked: only a click in a browser has an address."))
            return
        headers, seen = request.httprequest.headers, request.httprequest.remote_addr
        if address := self.env["ponto.account"]._get_user_address():
            sentence = self.env._(
                "Odoo sees your public address %(address)s: Ponto refreshes when you click.", address=address
            )
            yield ProbeResult("green", sentence)
        elif "X-Forwarded-For" in headers or "Forwarded" in headers or config["proxy_mode"]:
            sentence = self.env._(
                "Odoo sees %(address)s, which is not your public address: your click only reads. Whoever runs the"
                " server sets proxy_mode, and lets the proxy send X-Forwarded-For and X-Forwarded-Host.",
                address=seen,
            )
            yield ProbeResult("orange", sentence, "check_again")
        else:
            sentence = self.env._(
                "You come from %(address)s, no public address: your click only reads what Ponto has. Behind a proxy,"
                " Odoo needs proxy_mode.",
                address=seen,
            )
            yield ProbeResult("grey", sentence)
