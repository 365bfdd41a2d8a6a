"""What this Odoo has to do by itself: run the schedule, and know who clicks."""

from odoo import fields
from odoo.http import request
from odoo.tools import config
from odoo.tools.convert import convert_file
from odoo.tools.translate import LazyTranslate

from ...const import SCHEDULE_SILENCE, WORKERS
from ...models.support.failures import explain
from .registry import ProbeResult, mending, probe
from .shared import tell_moment

_lt = LazyTranslate(__name__)

SCHEDULED_ACTIONS = (WORKERS[0], "cron_check_authorizations")

# ------------------------------------------------------------------ schedule


@probe("schedule", _lt("Schedule"), sequence=100)
def look_at_schedule(check, talk):
    """Whether somebody reads at Ponto, when it was planned."""
    connection, now = check.connection_id, fields.Datetime.now()
    if not connection.active:
        yield ProbeResult("red", check.env._("This connection is archived: nothing is read."), "unarchive_connection")
    if connection.state != "connected":
        yield get_stop(check, talk)
        return
    if problem := judge_scheduled_actions(check):
        yield problem
    if connection.schedule == "manual":
        yield ProbeResult("orange", check.env._("Transactions are fetched only by hand."), "read_twice")
        return
    if not connection.next_sync_at or connection.next_sync_at < now - SCHEDULE_SILENCE:
        sentence = check.env._(
            "Ponto should have been read by now; it was read last on %(moment)s.",
            moment=tell_moment(check, connection.last_success_at) or "?",
        )
        yield ProbeResult("red", sentence, "read_now")
    elif connection.last_error_code:
        sentence = check.env._(
            "The last attempt failed; the next one is on %(moment)s.",
            moment=tell_moment(check, connection.next_sync_at),
        )
        yield ProbeResult("orange", sentence, "read_now")
    sentence = check.env._(
        "%(schedule)s, next on %(moment)s.",
        schedule=dict(connection._fields["schedule"]._description_selection(check.env))[connection.schedule],
        moment=tell_moment(check, connection.next_sync_at),
    )
    yield ProbeResult("green", sentence)


def get_stop(check, talk):
    """Say why a connection reads nothing, and what starts it.

    :param Talk talk: what Ponto answered
    :return ProbeResult: red
    """
    connection = check.connection_id
    if connection.state == "draft":
        sentence = check.env._("This connection is not connected yet: nothing is read.")
    else:
        sentence = check.env._(
            "Nothing is read since Ponto refused: %(reason)s", reason=explain(check.env, connection.last_error_code)
        )
    ready = talk.listed and not talk.errors
    return ProbeResult("red", sentence, "connect" if ready else "check_again")


def judge_scheduled_actions(check):
    """Say what is wrong with the scheduled actions of this addon.

    :return ProbeResult | None: None when they run
    """
    crons = get_scheduled_actions(check)
    # sudo: a system parameter says it, whoever asks.
    if check.env["ir.config_parameter"].sudo().get_param("database.is_neutralized"):
        sentence = check.env._("This database is a neutralized copy: scheduled actions are switched off on purpose.")
        return ProbeResult("grey", sentence)
    if len(crons) < len(SCHEDULED_ACTIONS):
        return ProbeResult("red", check.env._("A scheduled action of this addon was deleted."), "restore_schedule")
    if not all(cron.active for cron in crons):
        return ProbeResult("red", check.env._("A scheduled action of this addon is switched off."), "restore_schedule")
    due = min(cron.nextcall for cron in crons)
    if due < fields.Datetime.now() - SCHEDULE_SILENCE:
        sentence = check.env._(
            "This server runs no scheduled actions: one is due since %(moment)s. Whoever runs the server looks at"
            " its workers and at max_cron_threads.",
            moment=tell_moment(check, due),
        )
        return ProbeResult("red", sentence, "check_again")
    return None


def get_scheduled_actions(check):
    found = check.env["ir.cron"]
    for name in SCHEDULED_ACTIONS:
        found |= check.env.ref(f"account_online_ponto.{name}", raise_if_not_found=False) or found
    # sudo: users may not read scheduled actions.
    return found.sudo()


@mending("connect", _lt("Connect"))
def connect(check):
    check.connection_id.action_connect()


@mending("unarchive_connection", _lt("Unarchive"))
def unarchive_connection(check):
    check.connection_id.action_unarchive()


@mending("read_twice", _lt("Read Twice a Day"))
def read_twice(check):
    check.connection_id.schedule = "twice"


@mending("read_now", _lt("Read Now"))
def read_now(check):
    # sudo: the next time is written by the addon; who may edit the connection may ask for it.
    vals = {"next_sync_at": fields.Datetime.now(), "failure_count": 0, "asked_by_id": check.env.uid}
    check.connection_id.sudo().write(vals)
    check.connection_id._trigger_synchronization()


@mending("restore_schedule", _lt("Switch On"))
def restore_schedule(check):
    # sudo: scheduled actions belong to the system administrator; these two are this addon's own, and whoever may
    # edit a connection may have it read.
    if check.env["ir.config_parameter"].sudo().get_param("database.is_neutralized"):
        return
    convert_file(check.sudo().env, "account_online_ponto", "data/ir_cron_data.xml", {}, "update", noupdate=True)
    stopped = get_scheduled_actions(check).filtered(lambda cron: not cron.active)
    stopped.write({"active": True, "nextcall": fields.Datetime.now()})


# ------------------------------------------------------------------ address


@probe("address", _lt("Your address"), sequence=130)
def look_at_address(check, _talk):
    """Whether the user's own public address is known, which a refresh at the bank needs (doc/decisions.md, 31)."""
    if not request:
        yield ProbeResult("grey", check.env._("Not checked: only a click in a browser has an address."))
        return
    headers, seen = request.httprequest.headers, request.httprequest.remote_addr
    if address := check.env["ponto.account"]._get_user_address():
        sentence = check.env._(
            "Odoo sees your public address %(address)s: Ponto refreshes when you click.", address=address
        )
        yield ProbeResult("green", sentence)
    elif "X-Forwarded-For" in headers or "Forwarded" in headers or config["proxy_mode"]:
        sentence = check.env._(
            "Odoo sees %(address)s, which is not your public address: your click only reads. Whoever runs the"
            " server sets proxy_mode, and lets the proxy send X-Forwarded-For and X-Forwarded-Host.",
            address=seen,
        )
        yield ProbeResult("orange", sentence, "check_again")
    else:
        sentence = check.env._(
            "You come from %(address)s, no public address: your click only reads what Ponto has. Behind a proxy,"
            " Odoo needs proxy_mode.",
            address=seen,
        )
        yield ProbeResult("grey", sentence)
