"""What Ponto shares: accounts and banks, how long it may read them, and when it last did."""

from babel.dates import format_timedelta

from odoo import fields
from odoo.tools.misc import babel_locale_parse, format_date, get_lang
from odoo.tools.translate import LazyTranslate

from ...const import REFRESH_SILENCE
from ...models.health.silence import SYNCHRONIZED
from .registry import ProbeResult, mending, probe
from .shared import get_linked, get_no_account, list_names, tell_moment
from .talk import get_obstacle

_lt = LazyTranslate(__name__)


@probe("accounts", _lt("Accounts"), sequence=50)
def look_at_accounts(check, talk):
    """Whether Ponto shares what is synchronized, and something that nobody has decided about."""
    if not talk.listed:
        yield get_obstacle(check, talk) or ProbeResult(
            "grey", check.env._("Not checked: the integration has to read accounts first.")
        )
        return
    accounts = check.connection_id.account_ids
    shared, linked = accounts.filtered("listed"), get_linked(check)
    if off := linked.filtered(lambda account: account.state == "off"):
        sentence = check.env._(
            "Ponto does not share %(accounts)s anymore. Switch it on in your integration, or untick it in Fetch"
            " Accounts.",
            accounts=list_names(check, off),
        )
        yield ProbeResult("red", sentence, "open_ponto")
    if not shared:
        sentence = check.env._("Ponto shares no bank account with this integration: switch them on there.")
        yield ProbeResult("red", sentence, "open_ponto")
    elif not linked:
        sentence = check.env._("Ponto shares %(count)s accounts; none is synchronized.", count=len(shared))
        yield ProbeResult("red", sentence, "fetch_accounts")
    elif new := accounts.filtered(lambda account: account.state == "new"):
        sentence = check.env._("New in Ponto, and not chosen yet: %(accounts)s.", accounts=list_names(check, new))
        yield ProbeResult("orange", sentence, "fetch_accounts")
    if replaced := linked.filtered(lambda account: account.state == "replaced"):
        sentence = check.env._("Ponto replaced %(accounts)s by another record.", accounts=list_names(check, replaced))
        yield ProbeResult("orange", sentence, "fetch_accounts")
    sentence = check.env._(
        "Ponto shares %(count)s accounts, of which %(linked)s are synchronized.",
        count=len(shared),
        linked=len(linked & shared),
    )
    yield ProbeResult("green", sentence)


@probe("institutions", _lt("Banks"), sequence=60)
def look_at_institutions(check, talk):
    """Whether a bank of a synchronized account is replaced, under maintenance or still tested."""
    banks = get_linked(check).filtered("listed").institution_id
    if not talk.listed or not banks:
        obstacle = None if talk.listed else get_obstacle(check, talk)
        yield obstacle or ProbeResult("grey", check.env._("Not checked: there is no synchronized account."))
        return
    if replaced := banks.filtered("deprecated"):
        sentence = check.env._(
            "Ponto replaced %(banks)s by another record: authorize the accounts of the new one in Ponto.",
            banks=list_names(check, replaced),
        )
        yield ProbeResult("red", sentence, "open_ponto")
    for bank in banks.filtered(lambda bank: bank._is_in_maintenance()):
        values = {"bank": bank.name, "moment": tell_moment(check, bank.maintenance_to)}
        if bank.maintenance_to:
            sentence = check.env._("%(bank)s is under maintenance until %(moment)s.", **values)
        else:
            sentence = check.env._("%(bank)s is under maintenance.", **values)
        yield ProbeResult("orange", sentence, "check_again")
    if tested := banks.filtered(lambda bank: bank.status in ("beta", "experimental")):
        sentence = check.env._(
            "Ponto is still testing %(banks)s: contact Ponto when something is missing.",
            banks=list_names(check, tested),
        )
        yield ProbeResult("orange", sentence, "open_ponto")
    yield ProbeResult("green", check.env._("%(banks)s: no remark by Ponto.", banks=list_names(check, banks)))


@mending("fetch_accounts", _lt("Fetch Accounts"))
def fetch_accounts(check):
    return check.connection_id.action_fetch_accounts()


# ------------------------------------------------------------------ authorizations


@probe("authorizations", _lt("Authorizations"), sequence=80)
def look_at_authorizations(check, _talk):
    """Whether the banks let Ponto read, and until when."""
    for account in get_unauthorized(check, "expired"):
        values = {"account": account.display_name, **tell_expiry(check, account)}
        if account.authorization_refused_at:
            sentence = check.env._("%(account)s: the bank no longer lets Ponto read it.", **values)
        elif account._is_authorization_over():
            sentence = check.env._("%(account)s: the authorization ended on %(day)s, %(distance)s.", **values)
        else:
            sentence = check.env._("%(account)s: the authorization ends on %(day)s, %(distance)s.", **values)
        yield ProbeResult("red", sentence, "renew_authorization")
    for account in get_unauthorized(check, "expires_soon"):
        sentence = check.env._(
            "%(account)s: authorized until %(day)s, %(distance)s.",
            account=account.display_name,
            **tell_expiry(check, account),
        )
        yield ProbeResult("orange", sentence, "renew_authorization")
    first = sort_by_expiry(get_linked(check).filtered("authorization_expires_at"))[:1]
    if first:
        yield ProbeResult("green", check.env._("Authorized until %(day)s, %(distance)s.", **tell_expiry(check, first)))
    elif get_linked(check):
        yield ProbeResult("green", check.env._("Ponto names no day on which an authorization ends."))
    else:
        yield get_no_account(check)


def get_unauthorized(check, state):
    return sort_by_expiry(get_linked(check).filtered(lambda account: account.state == state))


def sort_by_expiry(accounts):
    return accounts.sorted(lambda account: (account.authorization_expires_at or fields.Datetime.now(), account.id))


def tell_expiry(check, account):
    """Return the day on which an authorization ends and how far it is, both in the connection's time zone.

    :param account: `ponto.account` record
    :return dict: texts `day` and `distance`
    """
    if not account.authorization_expires_at:
        return {"day": "?", "distance": "?"}
    end, today = account._get_day(account.authorization_expires_at), account._get_today()
    locale = babel_locale_parse(get_lang(check.env).code)
    # Always in days, however many: that is how authorizations are counted.
    days = {"granularity": "day", "threshold": float("inf"), "add_direction": True, "locale": locale}
    distance = format_timedelta(end - today, **days) if end != today else check.env._("today")
    return {"day": format_date(check.env, end), "distance": distance}


@mending("renew_authorization", _lt("Renew Authorization"))
def renew_authorization(check):
    accounts = get_unauthorized(check, "expired") or get_unauthorized(check, "expires_soon")
    return accounts[:1].action_renew_authorization() if accounts else None


# ------------------------------------------------------------------ refreshes by Ponto


@probe("refresh", _lt("Last refresh by Ponto"), sequence=90)
def look_at_refresh(check, _talk):
    """Whether Ponto refreshes the accounts at their banks, as it does four times a day."""
    # What the bank does not let Ponto read has a line of its own.
    accounts = get_linked(check).filtered(lambda account: account.state in SYNCHRONIZED)
    for account in get_overdue(check, accounts):
        sentence = check.env._(
            "%(account)s was last refreshed on %(moment)s.",
            account=account.display_name,
            moment=tell_moment(check, account.synchronized_at),
        )
        yield ProbeResult("red", sentence, "synchronize")
    moments = accounts.filtered("synchronized_at").mapped("synchronized_at")
    if moments:
        yield ProbeResult(
            "green",
            check.env._("Ponto refreshed every account since %(moment)s.", moment=tell_moment(check, min(moments))),
        )
    elif accounts:
        yield ProbeResult("orange", check.env._("Ponto has not refreshed any account yet."), "synchronize")
    else:
        yield get_no_account(check)


def get_overdue(check, accounts):
    """Return the accounts that Ponto should have refreshed; during maintenance it cannot.

    :param accounts: `ponto.account` records that Ponto may read
    """
    limit = fields.Datetime.now() - REFRESH_SILENCE
    return accounts.filtered(
        lambda account: (
            account.synchronized_at
            and account.synchronized_at < limit
            and account.available
            and not account.institution_id._is_in_maintenance(since=account.synchronized_at)
        )
    )


@mending("synchronize", _lt("Fetch Transactions"))
def synchronize(check):
    accounts = get_linked(check)
    return (get_overdue(check, accounts) or accounts).action_synchronize()
