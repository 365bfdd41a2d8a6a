"""What *Check connection* looks at, and what mends it: the one place where both are listed."""

from typing import NamedTuple

from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)


class ProbeResult(NamedTuple):
    """What a probe found."""

    level: str  # of LEVELS
    sentence: str
    action: str | None = None  # of MENDINGS, where a person can do something


# From the worst to the best; the text is what a screen reader says.
LEVELS = {
    "red": _lt("Problem"),
    "orange": _lt("Attention"),
    "grey": _lt("Not checked"),
    "green": _lt("In order"),
}

# In the order in which they are shown; each is the method `_probe_<name>` of `ponto.connection.check`.
PROBES = {
    "answer": _lt("Ponto"),
    "credentials": _lt("Credentials"),
    "scope": _lt("Rights in Ponto"),
    "clock": _lt("Clock"),
    "accounts": _lt("Accounts"),
    "institutions": _lt("Banks"),
    "journals": _lt("Journals"),
    "authorizations": _lt("Authorizations"),
    "refresh": _lt("Last refresh by Ponto"),
    "schedule": _lt("Schedule"),
    "company": _lt("Company"),
    "currencies": _lt("Currencies and rates"),
    "address": _lt("Your address"),
}

# The words on the button of a line; each is the method `_mend_<name>` of `ponto.connection.check`.
MENDINGS = {
    "check_again": _lt("Check Again"),
    "connect": _lt("Connect"),
    "open_connection": _lt("Open Connection"),
    "open_connections": _lt("Open Connections"),
    "update_credentials": _lt("Update Credentials"),
    "open_ponto": _lt("Open Ponto"),
    "fetch_accounts": _lt("Fetch Accounts"),
    "unarchive_journals": _lt("Unarchive"),
    "open_journal": _lt("Open Journal"),
    "feed_journals": _lt("Set Bank Feed"),
    "renew_authorization": _lt("Renew Authorization"),
    "synchronize": _lt("Fetch Transactions"),
    "unarchive_connection": _lt("Unarchive"),
    "restore_schedule": _lt("Switch On"),
    "read_twice": _lt("Read Twice a Day"),
    "read_now": _lt("Read Now"),
    "unarchive_company": _lt("Unarchive"),
    "open_settings": _lt("Open Settings"),
    "activate_currencies": _lt("Activate"),
    "open_rates": _lt("Enter Rates"),
}
