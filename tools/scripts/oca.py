"""Let OCA's Ponto module import from a sandbox, take over, and look at the books. Started by ``./dev test`` only.

It starts on a database with that module and without this addon, needs real commits, and prints the result as JSON on a
line that starts with RESULT; an assertion that fails ends the run.
"""

# ruff: noqa: F821 - `env` comes from the Odoo shell
# pylint: disable=undefined-variable

import datetime
import json
import os
import time
from decimal import Decimal

import psycopg2.errors

from odoo import SUPERUSER_ID, api, fields
from odoo.addons.account_online_ponto.sandbox import Bank, Sandbox
from odoo.addons.account_online_ponto.tools.harness.setup import module_ready
from odoo.addons.account_online_ponto.tools.scripts.oca_books import Books
from odoo.addons.account_statement_import_online_ponto.models import ponto_interface
from odoo.exceptions import AccessError, UserError
from odoo.modules.registry import Registry

ADDON = "account_online_ponto"
PROVIDER = "online.bank.statement.provider"
SECRET = os.environ["PONTO_SECRET"]
TODAY = datetime.date.today()
MAIN, SECOND, UNLISTED, REFUSED, FOURTH, FIFTH, SIXTH = (
    "BE68539007547034",
    "BE71096123456769",
    "BE43068999999501",
    "BE62510007547061",
    "BE07626550616261",
    "BE83001234567815",
    "BE02001234567940",
)
BEFORE, LATELY = 250, 50  # lines that the OCA module imports by hand, and by its schedule
started = time.monotonic()


def progress(text):
    """Say what is done."""
    print(f"{time.monotonic() - started:5.1f} s  {text}")


def ago(days):
    """Return the day so many days ago."""
    return TODAY - datetime.timedelta(days=days)


def fill(bank, account):
    """Book 300 transactions: equal twins, a value date of its own, round and odd amounts."""
    for number in range(BEFORE + LATELY):
        late = number - BEFORE
        day = ago(110 - number * 100 // BEFORE if late < 0 else 6 - late // 10)
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


def fill_by_value(bank, account):
    """Book five transactions, and one that the value date puts before them, the execution date after the first."""
    bank.add_transaction(account, Decimal("99.00"), ago(5), value_date=ago(12))
    bank.add_transaction(account, Decimal("12.34"), ago(3), value_date=ago(6))
    for _number in range(4):
        bank.add_transaction(account, Decimal("12.34"), ago(3), value_date=ago(3))


def new_company(name):
    """Create a company with books in euro."""
    company = env["res.company"].create({"name": name})  # a country would install modules
    env["account.chart.template"].try_loading("generic_coa", company=company, install_demo=False)
    company.currency_id = env.ref("base.EUR")
    return company


def new_provider(code, iban, *, company=None, currency=None, service="ponto", **values):
    """Create a bank journal that OCA's module feeds."""
    company = company or env.company
    bank_account = env["res.partner.bank"].create({"acc_number": iban, "partner_id": company.partner_id.id})
    journal = env["account.journal"].create(
        {
            "name": f"Journal {code}",
            "code": code,
            "type": "bank",
            "bank_account_id": bank_account.id,
            "company_id": company.id,
            "currency_id": currency.id if currency else False,
        }
    )
    credentials = {"username": integration.client_id, "password": SECRET}
    return env[PROVIDER].create(
        {"journal_id": journal.id, "service": service, "tz": "Europe/Brussels", **credentials, **values}
    )


def active():
    """Return the codes of the journals that OCA's module feeds."""
    return {code for code, provider in feeds.items() if provider.active}


def pull(provider, first, last):
    """Import by hand, as OCA's wizard does."""
    wizard = env["online.bank.statement.pull.wizard"].create(
        {"date_since": datetime.datetime.combine(first, datetime.time()), "date_until": last}
    )
    wizard.with_context(active_model=provider._name, active_id=provider.id).action_pull()


def run_their_schedule(*codes):
    """Run the scheduled action of OCA's module as it is, in its own transaction; these providers are due, no others.

    One that cannot run stops their whole schedule.
    """
    for code, provider in feeds.items():
        delay = datetime.timedelta(minutes=-5) if code in codes else datetime.timedelta(days=9)
        provider.next_run = fields.Datetime.now() + delay
    env.cr.commit()
    env.ref("account_statement_import_online.ir_cron_account_pull_online_bank_statements").method_direct_trigger()
    env.cr.commit()


def run_our_schedule():
    """Run the scheduled action of the addon; its connections are due."""
    env["ponto.connection"].search([("state", "=", "connected")]).next_sync_at = fields.Datetime.now()
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


# ---------------------------------------------------------------------- the bank, and the books of the OCA module

bank = Bank()
integration = bank.add_integration(name="Books")
integration.client_secret = SECRET
institution = bank.add_institution("Bank van Brabant", bic="BRABBEBB")
main, second, fourth, _fifth = (
    bank.add_account(institution, reference=iban, holder_name=env.company.name)
    for iban in (MAIN, SECOND, FOURTH, FIFTH)
)
fill(bank, main)
fill_by_value(bank, second)
bank.add_transaction(fourth, Decimal("1.00"), TODAY)
books = Books(env, SECRET)
call, refused = books.call, books.refused
books.new_user("administrator", "account.group_account_manager", env.company)
books.new_user("invoicing", "account.group_account_invoice", env.company)
other_company = new_company("Another company")
books.new_user("stranger", "account.group_account_manager", other_company)
env["ir.config_parameter"].set_param(f"{ADDON}.allowed_hosts", "127.0.0.1")

with Sandbox(bank) as sandbox:
    ponto_interface.PONTO_ENDPOINT = sandbox.url  # their constant; nothing of ours is patched
    feeds = {
        "NONE": new_provider("NONE", UNLISTED, password="replaced since"),  # the same integration, tried first
        "MAIN": new_provider("MAIN", MAIN),
        "SEC": new_provider("SEC", SECOND, statement_creation_mode="weekly", ponto_date_field="value_date"),
        "USD": new_provider("USD", FIFTH, currency=env.ref("base.USD")),  # Ponto lists it in euro only
        "OLD": new_provider("OLD", REFUSED, username="4ba0b7a3-98c5-4c3f-a3a4-6b8d9cf2a1ee", password="of an old one"),
        "NIL": new_provider("NIL", SIXTH, username=False, password=False),
        "DUM": new_provider("DUM", FOURTH, service="dummy", username=False, password=False),
        "ABR": new_provider("ABR", SECOND, company=other_company),
    }
    others = set(feeds) - {"MAIN", "SEC"}  # that no take-over of the first company may touch
    journal, journal_of_other = feeds["MAIN"].journal_id, feeds["SEC"].journal_id
    env.cr.commit()

    pull(feeds["MAIN"], ago(120), datetime.datetime.combine(ago(8), datetime.time()))
    assert books.count_lines(journal) == BEFORE, books.count_lines(journal)
    run_their_schedule("MAIN", "SEC")
    imported = books.count_lines(journal)
    assert imported == BEFORE + LATELY, imported
    assert books.count_lines(journal_of_other) == 5, books.count_lines(journal_of_other)
    reconcile_some(journal)
    env.cr.commit()
    last_line = books.number_of("SELECT MAX(id) FROM account_bank_statement_line")
    before = books.snapshot(journal, last_line)
    before_other = books.snapshot(journal_of_other, last_line)
    reconciled = sum(row.get("is_reconciled") is True for row in before.values())
    assert reconciled == 20, reconciled
    progress(f"the OCA module imported {imported} lines, {reconciled} are reconciled")

    module_ready(env, ADDON).button_immediate_install()
    env = books.renew()
    env["ir.default"].set("ponto.connection", "api_url", sandbox.url)
    env.cr.commit()
    feeds = {code: env[PROVIDER].browse(provider.id) for code, provider in feeds.items()}
    journal, journal_of_other = feeds["MAIN"].journal_id, feeds["SEC"].journal_id
    progress("the addon is installed beside it")

    # ------------------------------------------------------------------ where a user finds it, and who may

    as_administrator = books.as_user("administrator")
    assert not as_administrator[PROVIDER].has_access("read"), "OCA lets him; then sudo is not needed"
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
    # Begun by hand, and never connected: the take-over goes on with it.
    mistyped = {"client_id": integration.client_id, "client_secret": "mistyped"}
    begun = as_administrator["ponto.connection"].create(mistyped).with_env(env)
    assert begun.provider_count == 6, begun.provider_count
    integration.client_secret = "another one"
    with refused(UserError, "Ponto refuses this Client ID"):
        call("administrator", "ponto.connection", "action_take_over", [])
    integration.client_secret = SECRET
    assert env["ponto.connection"].search([]) == begun and begun.state == "draft"
    assert books.number_of("SELECT client_secret_stored FROM ponto_connection") == "mistyped"
    assert not env["ponto.account"].search_count([]) and active() == set(feeds), active()
    env.cr.commit()

    call("administrator", "ponto.connection", "action_take_over", [])
    assert active() == others, active()
    env.cr.rollback()  # the server ended before its answer
    assert not env["ponto.account"].search_count([]) and begun.state == "draft" and active() == set(feeds), active()
    assert journal.bank_statements_source == "online"
    progress("refused credentials, or an end half way, changed nothing; only an administrator of the company may")

    # ------------------------------------------------------------------ the take-over, while their schedule runs

    bank.add_transaction(main, Decimal("77.00"), TODAY, remittance_information="While they imported")
    feeds["MAIN"].next_run = fields.Datetime.now() - datetime.timedelta(minutes=5)
    env.cr.commit()
    with Registry(env.cr.dbname).cursor() as their_cursor:
        theirs = api.Environment(their_cursor, SUPERUSER_ID, {})
        under_way = theirs[PROVIDER].browse(feeds["MAIN"].id)
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
    for words in (
        f"Journal NONE: Ponto does not list {UNLISTED} in EUR",
        f"Journal USD: Ponto does not list {FIFTH} in USD",
        "Journal SEC: the OCA module gave its transactions the other date",
        "Journal OLD: Ponto refuses",
        "Journal NIL: The OCA module has no Client ID",
    ):
        assert words in message, (words, message)
    assert "ABR" not in message and active() == others, (message, active())
    connection = env["ponto.connection"].search([])
    accounts = connection.account_ids.filtered("linked")
    assert connection == begun and accounts.journal_id == journal | journal_of_other
    account = accounts.filtered(lambda one: one.journal_id == journal)
    assert account.import_from == ago(110) and account.statement_period == "day", account.import_from
    # By execution date, as the connection: not from the first value date on, which is another day.
    assert (accounts - account).import_from == ago(3) and (accounts - account).statement_period == "month"
    progress("taken over; their import that was under way lost")

    # ------------------------------------------------------------------ recognized, untouched, and only new ones

    run_our_schedule()
    links = env["ponto.link"].search([("account_id", "=", account.id)])
    assert len(links) == imported and set(links.mapped("evidence")) == {"ponto_id"}, links.mapped("evidence")
    books.assert_exact(journal, bank, main, created=1)
    books.assert_exact(journal_of_other, bank, second, since=ago(3))
    books.assert_untouched(before, journal, last_line)
    books.assert_untouched(before_other, journal_of_other, last_line)
    progress(f"{len(links)} lines recognized, none of {len(before)} rows touched, 1 new")

    for number in range(3):
        bank.add_transaction(main, Decimal(number) + Decimal("0.25"), TODAY, remittance_information="New")
    run_their_schedule("MAIN", "SEC")
    run_our_schedule()
    result = books.assert_exact(journal, bank, main, created=4)
    provider_active = feeds["MAIN"].active
    assert not provider_active
    feeds["MAIN"].active = True  # somebody switches it on again
    run_their_schedule("MAIN")
    pull(feeds["MAIN"], ago(120), fields.Datetime.now())
    books.assert_exact(journal, bank, main, created=4)
    books.assert_untouched(before, journal, last_line)
    # A second connection that somebody began with the same Client ID is not the one that feeds the journal.
    as_administrator = books.as_user("administrator")
    spare = as_administrator["ponto.connection"].create({**mistyped, "name": "A spare one"}).with_env(env)
    call("administrator", "account.journal", "action_ponto_take_over", [journal.id])
    assert spare.state == "draft" and account.linked and active() == others, (spare.state, active())
    env.cr.commit()
    progress("the next scheduled import brought 3 new ones; their provider, switched on again, brings none twice")

    # ------------------------------------------------------------------ another company, any other provider

    call("stranger", "ponto.connection", "action_take_over", [])
    assert active() == others - {"ABR"}, active()
    run_our_schedule()
    books.assert_exact(feeds["ABR"].journal_id, bank, second, created=6)
    books.assert_exact(journal_of_other, bank, second, since=ago(3))

    action = call("administrator", "ponto.connection", "action_fetch_accounts", [connection.id])
    wizard = env["ponto.account.fetch"].browse(action["res_id"])
    line = wizard.line_ids.filtered(lambda one: one.account_id.ponto_id == fourth.id)
    assert line.journal_id == feeds["DUM"].journal_id and line.selected
    assert f"another bank feed, {feeds['DUM'].name} (OCA)" in line.note, line.note
    books.read_all("administrator", "ponto.account.fetch.line")
    call("administrator", "ponto.account.fetch", "action_confirm", [wizard.id])
    assert not feeds["DUM"].active and feeds["DUM"].journal_id.bank_statements_source == "ponto"
    env.cr.commit()
    with refused(UserError, "Journal OLD"):
        call("administrator", "ponto.account.fetch", "action_take_over", [wizard.id])
    for provider in feeds.values():
        provider.active = False
    with refused(UserError, "nothing to take over"):
        call("administrator", "ponto.account.fetch", "action_take_over", [wizard.id])
    view = call("administrator", "ponto.connection", "get_views", [[False, "list"]])
    assert "Take Over From OCA" not in view["views"]["list"]["arch"]
    progress("each company takes over its own; another service was said and switched off in Fetch Accounts")

    # ------------------------------------------------------------------ the secret

    for login in ("administrator", "invoicing", "stranger"):
        for model in ("ponto.connection", "ponto.account", "ponto.link", "ponto.synchronization", "account.journal"):
            books.read_all(login, model)
    assert not [answer for answer in books.answers if SECRET in answer], "the secret is in an answer"
    stored = books.find_secret()
    assert stored == {"online_bank_statement_provider.password", "ponto_connection.client_secret_stored"}, stored
    progress(f"the secret is in none of {len(books.answers)} answers, and in no other column of the database")

result = {
    "imported": imported,
    "reconciled_untouched": reconciled,
    "linked": len(links),
    **result,
    "new": 4,
    "provider_active": provider_active,
}
print("RESULT " + json.dumps(result))
