"""Let OCA's Ponto module import from a sandbox, take over, and look at the books. Started by ``./dev test`` only.

It starts on a database with that module and without this addon, needs real commits, and prints the result as JSON on a
line that starts with RESULT; an assertion that fails ends the run.
"""

# ruff: noqa: F821 - `env` comes from the Odoo shell
# pylint: disable=undefined-variable,sql-injection

import contextlib
import datetime
import json
import os
import time
from decimal import Decimal

import psycopg2.errors

from odoo import SUPERUSER_ID, api, fields
from odoo.addons.account_online_ponto.sandbox import Bank, Sandbox
from odoo.addons.account_statement_import_online_ponto.models import ponto_interface
from odoo.exceptions import AccessError, UserError
from odoo.modules.registry import Registry
from odoo.service.model import call_kw

ADDON = "account_online_ponto"
PROVIDER = "online.bank.statement.provider"
SECRET = os.environ["PONTO_SECRET"]
TODAY = datetime.date.today()
IBAN, SECOND, UNLISTED, REFUSED, FOURTH = (
    "BE68539007547034",
    "BE71096123456769",
    "BE43068999999501",
    "BE62510007547061",
    "BE07626550616261",
)
BEFORE, LATELY = 250, 50  # lines that the OCA module imports by hand, and by its schedule
answers = []  # of every call that a user makes
started = time.monotonic()


def progress(text):
    """Say what is done."""
    print(f"{time.monotonic() - started:5.1f} s  {text}")


# ---------------------------------------------------------------------- at the bank


def fill(bank, account):
    """Book 300 transactions: equal twins, a value date of its own, round and odd amounts."""
    for number in range(BEFORE + LATELY):
        late = number - BEFORE
        days_ago = 110 - number * 100 // BEFORE if late < 0 else 6 - late // 10
        day = TODAY - datetime.timedelta(days=days_ago)
        amount = Decimal(number % 40 - 12) * Decimal("3.17") or Decimal("5.00")
        bank.add_transaction(
            account,
            amount,
            day,
            value_date=day + datetime.timedelta(days=number % 2),
            remittance_information=f"Communication {number % 60}",
            counterpart_name=f"Partner {number % 25}",
            counterpart_reference=FOURTH if number % 3 else None,
        )


# ---------------------------------------------------------------------- in Odoo


def query(sql, *parameters):
    """Return rows as dictionaries."""
    env.flush_all()
    env.cr.execute(sql, parameters)
    return env.cr.dictfetchall()


def number_of(sql, *parameters):
    """Return the only value of a query."""
    return next(iter(query(sql, *parameters)[0].values()))


def renewed():
    """Return an environment of the registry as it is after a module operation."""
    database = env.cr.dbname
    env.cr.commit()
    return api.Environment(Registry(database).cursor(), SUPERUSER_ID, {"allowed_company_ids": [company_id]})


def call(login, model, method, ids, *arguments, **keywords):
    """Call a method as a user's web client does, and keep the answer."""
    user = env["res.users"].search([("login", "=", login)])
    as_user = env(user=user.id, su=False, context={"lang": "en_US", "allowed_company_ids": user.company_id.ids})
    result = call_kw(as_user[model], method, [ids, *arguments], keywords)
    answers.append(json.dumps(result, default=str))
    return result


def read_all(login, model):
    """Read every field of every record that a user may see."""
    names = list(call(login, model, "fields_get", []))
    env.invalidate_all()
    return call(login, model, "search_read", [], fields=names)


def new_user(login, group, company):
    """Create a user of one group."""
    groups = [(6, 0, (env.ref("base.group_user") | env.ref(group)).ids)]
    values = {"company_id": company.id, "company_ids": [(6, 0, company.ids)]}
    return env["res.users"].create({"name": login, "login": login, "group_ids": groups, **values})


def new_provider(code, iban, service="ponto", secret=SECRET, **values):
    """Create a bank journal that OCA's module feeds."""
    bank_account = env["res.partner.bank"].create({"acc_number": iban, "partner_id": env.company.partner_id.id})
    journal = env["account.journal"].create(
        {"name": f"Journal {code}", "code": code, "type": "bank", "bank_account_id": bank_account.id}
    )
    return env[PROVIDER].create(
        {
            "journal_id": journal.id,
            "service": service,
            "username": integration.client_id,
            "password": secret,
            "tz": "Europe/Brussels",
            **values,
        }
    )


def pull(provider, first, last):
    """Import by hand, as OCA's wizard does."""
    wizard = env["online.bank.statement.pull.wizard"].create(
        {"date_since": datetime.datetime.combine(first, datetime.time()), "date_until": last}
    )
    wizard.with_context(active_model=provider._name, active_id=provider.id).action_pull()


def run_their_schedule(*providers):
    """Run the scheduled action of OCA's module as it is, in its own transaction; its providers are due."""
    for provider in providers:
        provider.next_run = fields.Datetime.now() - datetime.timedelta(minutes=5)
    env.cr.commit()
    env.ref("account_statement_import_online.ir_cron_account_pull_online_bank_statements").method_direct_trigger()
    env.cr.commit()


def run_our_schedule():
    """Run the scheduled action of the addon; its connections are due."""
    env["ponto.connection"].search([]).next_sync_at = fields.Datetime.now()
    env.cr.commit()
    env.ref(f"{ADDON}.cron_synchronize").method_direct_trigger()
    env.cr.commit()


def reconcile_some(journal):
    """Reconcile twenty lines: ten with an invoice each, ten by booking them on an account."""
    lines = env["account.bank.statement.line"].search([("journal_id", "=", journal.id), ("amount", ">", 0)], limit=20)
    income = env["account.account"].search([("account_type", "=", "income")], limit=1)
    for line in lines[:10]:
        line._seek_for_lines()[1].account_id = income
    for line in lines[10:]:
        partner = env["res.partner"].create({"name": line.partner_name or "?"})
        item = {"name": "Work", "quantity": 1, "price_unit": line.amount, "tax_ids": []}
        invoice = env["account.move"].create(
            {"move_type": "out_invoice", "partner_id": partner.id, "invoice_line_ids": [(0, 0, item)]}
        )
        invoice.action_post()
        due = invoice.line_ids.filtered(lambda item: item.account_id.account_type == "asset_receivable")
        suspense = line._seek_for_lines()[1]
        suspense.write({"account_id": due.account_id.id, "partner_id": partner.id})
        (suspense | due).reconcile()
    return lines


def books(journal_id, until):
    """Return every stored column of the lines that OCA imported, their entries, items, matches and statements."""
    of_journal = "SELECT move_id FROM account_bank_statement_line WHERE journal_id = %s AND id <= %s"
    items = f"SELECT id FROM account_move_line WHERE move_id IN ({of_journal})"
    found = {
        "account_bank_statement_line": f"move_id IN ({of_journal})",
        "account_move": f"id IN ({of_journal})",
        "account_move_line": f"move_id IN ({of_journal})",
        "account_partial_reconcile": f"credit_move_id IN ({items})",
        "account_bank_statement": "journal_id = %s AND id <= %s",
    }
    return {
        (table, row["id"]): row
        for table, where in found.items()
        for row in query(f"SELECT * FROM {table} WHERE {where}", journal_id, until)
    }


def assert_untouched(before, journal_id):
    """Assert that everything that OCA imported is as it was; a table may have got columns of the addon."""
    now = books(journal_id, last_line)
    for key, row in before.items():
        differing = {name: (value, now[key][name]) for name, value in row.items() if now[key][name] != value}
        assert not differing, (key, differing)


def assert_exact(journal, account, created=0):
    """Assert by plain SQL that every transaction of the bank is on exactly one line, and that the money agrees."""
    ids = "COALESCE(transaction_details ->> 'ponto', right(unique_import_id, 36))"
    found = query(
        f"SELECT {ids} AS ponto_id, COUNT(*) FROM account_bank_statement_line WHERE journal_id = %s GROUP BY 1",
        journal.id,
    )
    of_bank = {item.id: item for item in bank.transactions(account)}
    doubled = [row["ponto_id"] for row in found if row["count"] > 1]
    missing = of_bank.keys() - {row["ponto_id"] for row in found}
    foreign = {row["ponto_id"] for row in found} - of_bank.keys()
    assert not doubled and not missing and not foreign, (doubled, missing, foreign)
    total = number_of(
        "SELECT SUM(item.balance)::text FROM account_move_line item JOIN account_journal journal"
        " ON journal.default_account_id = item.account_id WHERE journal.id = %s AND item.parent_state = 'posted'",
        journal.id,
    )
    assert Decimal(str(total)) == bank.balance(account), total
    ours = number_of(
        "SELECT COUNT(*) FROM account_bank_statement_line WHERE journal_id = %s AND transaction_details ? 'ponto'",
        journal.id,
    )
    assert ours == created, (ours, created)
    return {"doubled": len(doubled), "missing": len(missing)}


def where_secret_is():
    """Return the columns of the whole database that hold the secret."""
    columns = query(
        "SELECT table_name, column_name FROM information_schema.columns JOIN information_schema.tables"
        " USING (table_schema, table_name) WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        " AND data_type IN ('text', 'character varying', 'jsonb', 'bytea')"
    )
    places = set()
    for column in columns:
        table, name = column["table_name"], column["column_name"]
        if query(f'SELECT 1 FROM "{table}" WHERE "{name}"::text LIKE %s LIMIT 1', f"%{SECRET}%"):
            places.add(f"{table}.{name}")
    return places


@contextlib.contextmanager
def refused(kind, words=""):
    """Expect a refusal that holds some words and not the secret; it leaves nothing behind."""
    try:
        with env.cr.savepoint():
            yield
    except kind as error:
        answers.append(str(error))
        assert words in str(error), error
        env.invalidate_all()
        return
    raise AssertionError(f"{kind.__name__} was expected")


# ---------------------------------------------------------------------- the books that the OCA module keeps

bank = Bank()
integration = bank.add_integration(name="Books")
integration.client_secret = SECRET
institution = bank.add_institution("Bank van Brabant", bic="BRABBEBB")
main, second, fourth = (
    bank.add_account(institution, reference=iban, holder_name=env.company.name) for iban in (IBAN, SECOND, FOURTH)
)
fill(bank, main)
for _number in range(5):
    bank.add_transaction(second, Decimal("12.34"), TODAY - datetime.timedelta(days=3))
bank.add_transaction(fourth, Decimal("1.00"), TODAY)
company_id = env.company.id
new_user("administrator", "account.group_account_manager", env.company)
new_user("invoicing", "account.group_account_invoice", env.company)
new_user("stranger", "account.group_account_manager", env["res.company"].create({"name": "Another company"}))
env["ir.config_parameter"].set_param(f"{ADDON}.allowed_hosts", "127.0.0.1")

with Sandbox(bank) as sandbox:
    ponto_interface.PONTO_ENDPOINT = sandbox.url  # their constant; nothing of ours is patched
    unlisted = new_provider("NONE", UNLISTED, secret="replaced since")  # the same integration, tried first
    provider = new_provider("MAIN", IBAN)
    other = new_provider("SEC", SECOND, statement_creation_mode="weekly")
    stale = new_provider(
        "OLD", REFUSED, username="4ba0b7a3-98c5-4c3f-a3a4-6b8d9cf2a1ee", secret="of an old integration"
    )
    elsewhere = new_provider("DUM", FOURTH, service="dummy", username=False, secret=False)
    journal, journal_of_other = provider.journal_id, other.journal_id
    env.cr.commit()

    yesterday = datetime.datetime.combine(TODAY - datetime.timedelta(days=8), datetime.time())
    pull(provider, TODAY - datetime.timedelta(days=120), yesterday)
    by_hand = number_of("SELECT COUNT(*) FROM account_bank_statement_line WHERE journal_id = %s", journal.id)
    assert by_hand == BEFORE, by_hand
    # One that cannot run stops their whole schedule: these are never due.
    (unlisted | stale | elsewhere).next_run = fields.Datetime.now() + datetime.timedelta(days=9)
    run_their_schedule(provider, other)
    imported = number_of("SELECT COUNT(*) FROM account_bank_statement_line WHERE journal_id = %s", journal.id)
    assert imported == BEFORE + LATELY, imported
    reconcile_some(journal)
    env.cr.commit()
    last_line = number_of("SELECT MAX(id) FROM account_bank_statement_line")
    before, before_other = books(journal.id, last_line), books(journal_of_other.id, last_line)
    reconciled = sum(row.get("is_reconciled") is True for row in before.values())
    assert reconciled == 20, reconciled
    progress(f"the OCA module imported {imported} lines, {reconciled} are reconciled")

    env["ir.module.module"].search([("name", "=", ADDON)]).button_immediate_install()
    env = renewed()
    env["ir.default"].set("ponto.connection", "api_url", sandbox.url)
    env.cr.commit()
    provider, other, unlisted, stale, elsewhere = (
        env[PROVIDER].browse(one.id) for one in (provider, other, unlisted, stale, elsewhere)
    )
    journal, journal_of_other = provider.journal_id, other.journal_id
    progress("the addon is installed beside it")

    # ------------------------------------------------------------------ where a user finds it, and who may

    administrator = env["res.users"].search([("login", "=", "administrator")])
    assert not env[PROVIDER].with_user(administrator).has_access("read"), "OCA lets him; then sudo is not needed"
    view = call("administrator", "ponto.connection", "get_views", [[False, "list"], [False, "form"]])
    assert "Take Over From OCA" in view["views"]["list"]["arch"]
    card = call("administrator", "account.journal", "read", [journal.id], ["kanban_dashboard", "ponto_take_over"])[0]
    assert card["ponto_take_over"] and json.loads(card["kanban_dashboard"])["ponto_take_over"]
    call("administrator", "account.journal", "get_views", [[False, "form"], [False, "kanban"]])
    with refused(AccessError):
        call("invoicing", "ponto.connection", "action_take_over", [])
    for login in ("invoicing", "stranger"):
        with refused(AccessError):
            call(login, "account.journal", "action_ponto_take_over", [journal.id])
    with refused(UserError, "nothing to take over"):
        call("stranger", "ponto.connection", "action_take_over", [])
    right = integration.client_secret
    integration.client_secret = "another one"
    with refused(UserError, "Ponto refuses this Client ID"):
        call("administrator", "ponto.connection", "action_take_over", [])
    integration.client_secret = right
    assert not env["ponto.connection"].search_count([]) and not env["ponto.account"].search_count([])
    assert all((provider | other | unlisted | stale | elsewhere).mapped("active"))
    progress("refused credentials changed nothing; only an administrator of the company may")

    # ------------------------------------------------------------------ the take-over, while their schedule runs

    bank.add_transaction(main, Decimal("77.00"), TODAY, remittance_information="While they imported")
    provider.next_run = fields.Datetime.now() - datetime.timedelta(minutes=5)
    other.next_run = fields.Datetime.now() + datetime.timedelta(days=9)
    env.cr.commit()
    with Registry(env.cr.dbname).cursor() as their_cursor:
        theirs = api.Environment(their_cursor, SUPERUSER_ID, {})
        under_way = theirs[PROVIDER].browse(provider.id)
        assert under_way.active  # their transaction has begun, and sees the provider switched on

        notice = call("administrator", "ponto.connection", "action_take_over", [])
        env.cr.commit()

        overtaken = False
        try:
            theirs[PROVIDER]._scheduled_pull()
            their_cursor.commit()
        except psycopg2.errors.SerializationFailure:
            overtaken = True
            their_cursor.rollback()
    assert overtaken, "an import of theirs that was under way was committed after the take-over"
    message = notice["params"]["message"]
    assert "Journal NONE" in message and UNLISTED in message and "Journal OLD" in message, message
    assert [(provider | other).mapped("active"), (unlisted | stale | elsewhere).mapped("active")] == [
        [False, False],
        [True, True, True],
    ]
    connection = env["ponto.connection"].search([])
    accounts = connection.account_ids.filtered("linked")
    assert len(connection) == 1 and accounts.journal_id == journal | journal_of_other
    account = accounts.filtered(lambda one: one.journal_id == journal)
    oldest = number_of(
        "SELECT MIN(move.date) FROM account_bank_statement_line line JOIN account_move move ON move.id = line.move_id"
        " WHERE line.journal_id = %s",
        journal.id,
    )
    assert account.import_from == oldest and account.statement_period == "day"
    assert (accounts - account).statement_period == "month"
    progress("taken over; their import that was under way lost")

    # ------------------------------------------------------------------ recognized, untouched, and only new ones

    run_our_schedule()
    links = env["ponto.link"].search([("account_id", "=", account.id)])
    assert len(links) == imported and set(links.mapped("evidence")) == {"ponto_id"}, links.mapped("evidence")
    assert_exact(journal, main, created=1)
    assert_exact(journal_of_other, second)
    assert_untouched(before, journal.id)
    assert_untouched(before_other, journal_of_other.id)
    progress(f"{len(links)} lines recognized, none touched, 1 new")

    for number in range(3):
        bank.add_transaction(main, Decimal(number) + Decimal("0.25"), TODAY, remittance_information="New")
    run_their_schedule(provider, other)
    run_our_schedule()
    result = assert_exact(journal, main, created=4)
    provider.active = True  # somebody switches it on again
    run_their_schedule(provider)
    pull(provider, TODAY - datetime.timedelta(days=120), fields.Datetime.now())
    assert_exact(journal, main, created=4)
    assert_untouched(before, journal.id)
    provider.active = False
    env.cr.commit()
    progress("the next scheduled import brought 3 new ones; their provider, switched on again, brings none twice")

    # ------------------------------------------------------------------ any other provider, in Fetch Accounts

    action = call("administrator", "ponto.connection", "action_fetch_accounts", [connection.id])
    wizard = env["ponto.account.fetch"].browse(action["res_id"])
    line = wizard.line_ids.filtered(lambda one: one.account_id.ponto_id == fourth.id)
    assert line.journal_id == elsewhere.journal_id and line.selected
    assert f"another bank feed, {elsewhere.name} (OCA)" in line.note, line.note
    read_all("administrator", "ponto.account.fetch.line")
    call("administrator", "ponto.account.fetch", "action_confirm", [wizard.id])
    assert not elsewhere.active and elsewhere.journal_id.bank_statements_source == "ponto"
    env.cr.commit()
    with refused(UserError, "Journal OLD"):
        call("administrator", "ponto.account.fetch", "action_take_over", [wizard.id])
    (unlisted | stale).active = False
    with refused(UserError, "nothing to take over"):
        call("administrator", "ponto.account.fetch", "action_take_over", [wizard.id])
    view = call("administrator", "ponto.connection", "get_views", [[False, "list"]])
    assert "Take Over From OCA" not in view["views"]["list"]["arch"]
    progress("a provider of another service was said and switched off in Fetch Accounts")

    # ------------------------------------------------------------------ the secret

    for login in ("administrator", "invoicing"):
        for model in ("ponto.connection", "ponto.account", "ponto.link", "ponto.synchronization", "account.journal"):
            read_all(login, model)
    assert not [answer for answer in answers if SECRET in answer], "the secret is in an answer"
    stored = where_secret_is()
    assert stored == {"online_bank_statement_provider.password", "ponto_connection.client_secret_stored"}, stored
    progress(f"the secret is in none of {len(answers)} answers, and in no other column of the database")

print(
    "RESULT "
    + json.dumps(
        {
            "imported": imported,
            "reconciled_untouched": reconciled,
            "linked": len(links),
            **result,
            "new": 4,
            "provider_active": provider.active,
        }
    )
)
