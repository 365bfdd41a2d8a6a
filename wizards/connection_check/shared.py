"""What several probes and mendings need."""

from odoo.tools import format_list
from odoo.tools.translate import LazyTranslate

from ...models.support.days import say_moment
from .registry import ProbeResult, mending

_lt = LazyTranslate(__name__)


def get_linked(check):
    return check.connection_id.account_ids.filtered("linked")


def get_no_account(check):
    return ProbeResult("grey", check.env._("Not checked: there is no synchronized account."))


def list_names(check, records):
    return format_list(check.env, records.mapped("display_name"))


def tell_moment(check, moment):
    return say_moment(check.env, moment, check.connection_id.timezone)


def open_record(check, record):
    if not record:
        return None  # mended meanwhile
    return {
        "type": "ir.actions.act_window",
        "res_model": record._name,
        "res_id": record.id,
        "views": [(False, "form")],
        "target": "current",
    }


@mending("check_again", _lt("Check Again"))
def check_again(check):
    """Nothing that Odoo could do: it is mended elsewhere."""
