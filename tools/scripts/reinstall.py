"""Uninstall the addon from books that it filled, install it again, and connect again. Started by ``./dev test`` only.

It needs a database of its own and real commits, so it cannot be a test of Odoo's runner. Prints the result as JSON on a
line that starts with RESULT; an assertion that fails ends the run.
"""

# ruff: noqa: F821 - `env` comes from the Odoo shell

import datetime
import json
from decimal import Decimal

from odoo import SUPERUSER_ID, api
from odoo.addons.account_online_ponto.sandbox import Bank, Sandbox
from odoo.addons.account_online_ponto.tools.harness.setup import module_ready
from odoo.modules.registry import Registry

ADDON = "account_online_ponto"
HOSTS = f"{ADDON}.allowed_hosts"
TRANSACTIONS = 60


def groups(env):
    """Return what the addon changes on the groups of Invoicing."""
    basic = env.ref("account.group_account_basic")
    return {
        "implied": basic in env.ref("account.group_account_manager").implied_ids,
        "selectable": bool(basic.privilege_id),
    }


def lines(env):
    """Return how many bank transactions there are, and their sum."""
    env.cr.execute("SELECT COUNT(*), COALESCE(SUM(amount), 0) FROM account_bank_statement_line")
    count, total = env.cr.fetchone()
    return {"lines": count, "sum": round(float(total), 2)}


def feed_sources(env):
    """Return the feed sources of all journals."""
    env.cr.execute("SELECT DISTINCT bank_statements_source FROM account_journal WHERE type = 'bank' ORDER BY 1")
    return [row[0] for row in env.cr.fetchall()]


def connect_and_import(env, integration, url, journal=None):
    """Connect, choose the account, import everything."""
    connection = env["ponto.connection"].create(
        {"name": "P", "client_id": integration.client_id, "client_secret": integration.client_secret, "api_url": url}
    )
    action = connection.action_connect()
    wizard = env[action["res_model"]].browse(action["res_id"])
    wizard.line_ids.write({"selected": True, "import_from": datetime.date(2000, 1, 1)})
    if journal:
        assert wizard.line_ids.journal_id == journal, "the journal was not recognized by its number"
    wizard.action_confirm()
    connection.action_synchronize()
    env.cr.commit()
    return connection.account_ids


def renewed(env):
    """Return an environment of the registry as it is after a module operation."""
    database = env.cr.dbname
    env.cr.commit()
    return api.Environment(Registry(database).cursor(), SUPERUSER_ID, {})


bank = Bank()
integration = bank.add_integration(name="Reinstall")
account = bank.add_account(
    bank.add_institution("Bank van Brabant", bic="BRABBEBB"), reference="BE68539007547034", opening_balance=Decimal(0)
)
for number in range(TRANSACTIONS):
    day = datetime.date.today() - datetime.timedelta(days=TRANSACTIONS - number)
    bank.add_transaction(account, Decimal(number) + Decimal("0.37"), day, remittance_information=f"Payment {number}")

hosts = env["ir.config_parameter"].get_param(HOSTS)
with Sandbox(bank) as sandbox:
    before = groups(env)
    imported = connect_and_import(env, integration, sandbox.url)
    journal_id, filled = imported.journal_id.id, lines(env)
    assert filled["lines"] == TRANSACTIONS, filled
    assert before == {"implied": True, "selectable": True}, before

    module_ready(env, ADDON).button_immediate_uninstall()
    env = renewed(env)
    uninstalled = groups(env)
    assert uninstalled == {"implied": False, "selectable": False}, uninstalled
    assert "ponto" not in feed_sources(env), feed_sources(env)
    assert lines(env) == filled, "the books changed with the uninstallation"

    module_ready(env, ADDON).button_immediate_install()
    env = renewed(env)
    assert groups(env) == before, groups(env)
    env["ir.config_parameter"].set_param(HOSTS, hosts)
    again = connect_and_import(env, integration, sandbox.url, env["account.journal"].browse(journal_id))
    assert lines(env) == filled, (lines(env), filled)
    assert again.synchronization_ids[0].linked_count == TRANSACTIONS
    balance = float(bank.balance(account))
    assert again.book_balance == balance, (again.book_balance, balance)

print(
    "RESULT " + json.dumps({**filled, "after": lines(env), "doubled": 0, "groups": uninstalled, "linked": TRANSACTIONS})
)
