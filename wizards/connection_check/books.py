"""Where it is booked: journals that take the transactions, a company that can book, currencies with their rates."""

from odoo import fields
from odoo.tools.misc import format_date
from odoo.tools.translate import LazyTranslate

from ...const import RATE_OLD
from ...models.support.rates import get_first_rate_date, get_last_rate_date
from .registry import ProbeResult, mending, probe
from .shared import get_linked, get_no_account, list_names, open_record

_lt = LazyTranslate(__name__)

# ------------------------------------------------------------------ journals


@probe("journals", _lt("Journals"), sequence=70)
def look_at_journals(check, _talk):
    """Whether every account has a journal that takes its transactions, and no journal waits for an account."""
    if archived := get_archived_journals(check):
        sentence = check.env._(
            "Archived, so nothing is imported into it: %(journals)s.", journals=list_names(check, archived)
        )
        yield ProbeResult("red", sentence, "unarchive_journals")
    for account in get_misfits(check):
        values = {
            "journal": account.journal_id.display_name,
            "account": account.display_name,
            "currency": account.currency_code,
        }
        if account.currency_id != get_currency(account.journal_id):
            sentence = check.env._("%(journal)s is not in %(currency)s, the currency of %(account)s.", **values)
        else:
            sentence = check.env._(
                "%(journal)s has no bank account or no suspense account, or secures entries with a hash.", **values
            )
        yield ProbeResult("red", sentence, "open_journal")
    if others := get_other_fed_journals(check):
        sentence = check.env._("The bank feed of %(journals)s is not Ponto.", journals=list_names(check, others))
        yield ProbeResult("orange", sentence, "feed_journals")
    if waiting := get_waiting_journals(check):
        sentence = check.env._(
            "Ponto is the bank feed of %(journals)s, but no account is.", journals=list_names(check, waiting)
        )
        yield ProbeResult("orange", sentence, "fetch_accounts")
    journals = get_linked(check).journal_id
    sentence = check.env._("Every account has its journal: %(journals)s.", journals=list_names(check, journals))
    yield ProbeResult("green", sentence) if journals else get_no_account(check)


def get_currency(journal):
    return journal.currency_id or journal.company_id.currency_id


def get_archived_journals(check):
    return get_linked(check).journal_id.filtered(lambda journal: not journal.active)


def get_misfits(check):
    """Return the accounts whose journal cannot take their transactions for another reason than being archived."""
    return get_linked(check).filtered(
        lambda account: (
            account.journal_id.active
            and (
                account.currency_id != get_currency(account.journal_id)
                or not account._is_journal_ready(account.journal_id)
            )
        )
    )


def get_other_fed_journals(check):
    return get_linked(check).journal_id.filtered(lambda journal: journal.bank_statements_source != "ponto")


def get_waiting_journals(check):
    company = check.connection_id.company_id
    return check.env["account.journal"].search(
        [
            ("company_id", "=", company.id),
            ("bank_statements_source", "=", "ponto"),
            ("ponto_account_ids", "not any", [("linked", "=", True)]),
        ]
    )


@mending("unarchive_journals", _lt("Unarchive"))
def unarchive_journals(check):
    get_archived_journals(check).action_unarchive()


@mending("open_journal", _lt("Open Journal"))
def open_journal(check):
    return open_record(check, get_misfits(check).journal_id[:1])


@mending("feed_journals", _lt("Set Bank Feed"))
def feed_journals(check):
    get_other_fed_journals(check)._switch_off_other_feeds()


# ------------------------------------------------------------------ company


@probe("company", _lt("Company"), sequence=110)
def look_at_company(check, _talk):
    """Whether the company can book, and is the one whose bank accounts these are."""
    connection = check.connection_id
    # sudo: its chart of accounts may be that of a parent company.
    company = connection.company_id.sudo()
    if not company.active:
        yield ProbeResult("red", check.env._("The company is archived."), "unarchive_company")
    if not company.root_id.chart_template and not company.account_journal_suspense_account_id:
        sentence = check.env._(
            "%(company)s has no chart of accounts: a system administrator chooses its fiscal localization in the"
            " settings of Invoicing.",
            company=company.name,
        )
        may = check.env.user.has_group("base.group_system")
        yield ProbeResult("red", sentence, "open_settings" if may else "check_again")
    if connection.organization_note:
        yield ProbeResult("orange", connection.organization_note, "open_connections")
    if is_foreign_organization(check):
        sentence = check.env._(
            "In Ponto this is %(organization)s, and no account is in the name of %(company)s: is it the right company?",
            organization=connection.organization_name,
            company=company.name,
        )
        yield ProbeResult("orange", sentence, "open_connection")
    yield ProbeResult("green", check.env._("%(company)s has its accounting.", company=company.name))


def is_foreign_organization(check):
    """Tell whether neither the organization of Ponto nor the holder of an account has a word of the company's name."""
    connection, get_words = check.connection_id, check.env["ponto.account.fetch.line"]._get_words
    own, organization = get_words(connection.company_id.name), get_words(connection.organization_name)
    holders = [words for words in connection.account_ids.mapped(lambda a: get_words(a.holder_name)) if words]
    # Without a holder there is nothing to compare with: an accounting firm may own the organization.
    known = bool(own and organization and holders)
    return known and not any(own & words for words in (organization, *holders))


@mending("unarchive_company", _lt("Unarchive"))
def unarchive_company(check):
    check.connection_id.company_id.action_unarchive()


@mending("open_settings", _lt("Open Settings"))
def open_settings(check):
    return check.env["ir.actions.act_window"]._for_xml_id("account.action_account_config")


@mending("open_connection", _lt("Open Connection"))
def open_connection(check):
    return open_record(check, check.connection_id)


@mending("open_connections", _lt("Open Connections"))
def open_connections(check):
    return check.env["ir.actions.act_window"]._for_xml_id("account_online_ponto.ponto_connection_action")


# ------------------------------------------------------------------ currencies and rates


@probe("currencies", _lt("Currencies and rates"), sequence=120)
def look_at_currencies(check, _talk):
    """Whether every currency can be booked on every day."""
    accounts, company = get_linked(check), check.connection_id.company_id
    if archived := get_archived_currencies(check):
        sentence = check.env._("Archived in Odoo: %(currencies)s.", currencies=list_names(check, archived))
        yield ProbeResult("red", sentence, "activate_currencies")
    for currency in accounts.currency_id - company.currency_id:
        yield from judge_rates(check, currency)
    names = list_names(check, accounts.currency_id)
    sentence = check.env._("Everything that is needed is there: %(currencies)s.", currencies=names)
    yield ProbeResult("green", sentence) if names else get_no_account(check)


def judge_rates(check, currency):
    company = check.connection_id.company_id
    first, last = get_first_rate_date(company, currency), get_last_rate_date(company, currency)
    if not first:
        sentence = check.env._("There is no %(currency)s rate: nothing is imported.", currency=currency.name)
        yield ProbeResult("red", sentence, "open_rates")
    elif waiting := count_unrated(check, currency, first):
        sentence = check.env._(
            "%(count)s transactions are older than the first %(currency)s rate, of %(day)s.",
            count=waiting,
            currency=currency.name,
            day=format_date(check.env, first),
        )
        yield ProbeResult("red", sentence, "open_rates")
    elif last < fields.Date.today() - RATE_OLD:
        sentence = check.env._(
            "The newest %(currency)s rate is of %(day)s; Odoo converts with it.",
            currency=currency.name,
            day=format_date(check.env, last),
        )
        yield ProbeResult("orange", sentence, "open_rates")


def count_unrated(check, currency, first):
    accounts = get_linked(check).filtered(lambda account: account.currency_id == currency)
    return check.env["ponto.transaction"].search_count(
        [
            ("account_id", "in", accounts.ids),
            ("state", "=", "to_import"),
            ("reason", "=", "no_rate"),
            ("date", "<", first),
        ]
    )


def get_archived_currencies(check):
    return get_linked(check).currency_id.filtered(lambda currency: not currency.active)


def get_unrated_currency(check):
    """Return the first currency whose rates need a person."""
    foreign = get_linked(check).currency_id - check.connection_id.company_id.currency_id
    return next((currency for currency in foreign if list(judge_rates(check, currency))), foreign[:1])


@mending("activate_currencies", _lt("Activate"))
def activate_currencies(check):
    get_archived_currencies(check).action_unarchive()


@mending("open_rates", _lt("Enter Rates"))
def open_rates(check):
    return open_record(check, get_unrated_currency(check))
