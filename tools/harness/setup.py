"""What the scripts of the harness start from: the bank's remote control, and accounts connected to it."""

import datetime
import json
import urllib.request
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.addons.account_online_ponto.const import WORKERS

from .invariants import EPOCH


class Remote:
    """The remote control of a sandbox in another process."""

    def __init__(self, url):
        self.url = url
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def _call(self, name, body=None):
        with self._opener.open(f"{self.url}/_sandbox/{name}", data=body, timeout=120) as answer:
            return json.load(answer)

    def get(self, name):
        """Return the answer to a question, such as ``ledger`` or ``requests``."""
        return self._call(name)

    def post(self, name, **values):
        """Ask for something to happen, such as ``bookings`` or ``faults``."""
        return self._call(name, json.dumps(values).encode())


def module_ready(env, name):
    """Return a module that may be installed or uninstalled at once.

    Odoo does not wait for the table of modules: where autovacuum cleans it, which it does within a minute of an
    installation, ``button_immediate_install`` answers that another module operation is under way. Whoever waits in
    PostgreSQL makes autovacuum give way after a second, and the lock is this transaction's own afterwards.

    :param str name: technical name of the module
    :return: the record of ``ir.module.module``
    """
    env.cr.execute("SET LOCAL lock_timeout = '60s'")
    env.cr.execute("LOCK ir_module_module IN EXCLUSIVE MODE")
    env.cr.execute("SET LOCAL lock_timeout = DEFAULT")
    return env["ir.module.module"].search([("name", "=", name)])


def prepare_crons(registry, workers):
    """Leave only so many scheduled actions of the addon active, and none of anybody else."""
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        env["ir.cron"].search([]).active = False
        for name in WORKERS[:workers]:
            env.ref(f"account_online_ponto.{name}").active = True


def connect(registry, url, integration, *, periods=("month",), link=True):
    """Connect an integration and link each of its accounts, as a person in Fetch Accounts does.

    :param dict integration: its credentials
    :param periods: statement periods, given to the accounts in turn
    :param bool link: whether the accounts are chosen already
    :return list: ids of the accounts in Odoo, in the order of the bank
    """
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        connection = env["ponto.connection"].create(
            {
                "name": "Harness",
                "api_url": url,
                "client_id": integration["client_id"],
                "client_secret": integration["client_secret"],
            }
        )
        action = connection.action_connect()
        if link:
            wizard = env[action["res_model"]].browse(action["res_id"])
            wizard.line_ids.write({"selected": True, "import_from": EPOCH})
            wizard.action_confirm()
        accounts = connection.account_ids.sorted(lambda account: integration["accounts"].index(account.ponto_id))
        for number, account in enumerate(accounts):
            account.statement_period = periods[number % len(periods)]
        return accounts.ids


def let_time_pass(registry):
    """Bring the next interval of the scheduled actions, the next look and the next attempts forward to now."""
    now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None, microsecond=0)
    with registry.cursor() as cr:
        cr.execute("UPDATE ir_cron SET nextcall = %s WHERE active", [now])
        cr.execute("UPDATE ponto_account SET next_attempt_at = NULL")
        cr.execute("UPDATE ponto_connection SET next_sync_at = %s WHERE state = 'connected'", [now])


def ask_for_undo(registry, account_id):
    """Ask to undo the newest import of an account, and to import everything again, as a person does in a browser."""
    with registry.cursor() as cr, patch.object(registry["ponto.connection"], "_is_web_request", lambda _self: True):
        env = api.Environment(cr, SUPERUSER_ID, {})
        imports = [("account_id", "=", account_id), ("imported_count", ">", 0)]
        run = env["ponto.synchronization"].search(imports, limit=1)
        run.account_id._start_undo(run, EPOCH)


def is_busy(registry):
    """Tell whether an account has something left to do."""
    with registry.cursor() as cr:
        cr.execute(
            "SELECT EXISTS (SELECT FROM ponto_account WHERE sync_stage IS NOT NULL OR undo_run_id IS NOT NULL)"
            " OR EXISTS (SELECT FROM ponto_connection WHERE next_sync_at <= now() AT TIME ZONE 'UTC')"
        )
        return cr.fetchone()[0]
