"""Module hooks: what the addon changes outside its own records is remembered at installation and restored at removal."""

import json

from odoo.tools import SQL

from .models.account_bank_statement_line import IMPORT_ID_INDEX

GROUPS_PARAMETER = "account_online_ponto.groups_before"
PARAMETER_PREFIX = "account_online_ponto."
FEED_SOURCE = "ponto"
# These applications link Administrator and Basic themselves: while one is installed, the link is theirs.
FULL_APPLICATIONS = {"account_accountant", "accountant"}


def pre_init_hook(env):
    """Remember the access groups of Invoicing as they are before our data changes them.

    :param env: environment of the superuser, before the models and data of this addon are loaded
    """
    administrator = env.ref("account.group_account_manager")
    basic = env.ref("account.group_account_basic")
    before = {"implied": basic in administrator.implied_ids, "privilege_id": basic.privilege_id.id}
    env["ir.config_parameter"].set_param(GROUPS_PARAMETER, json.dumps(before))


def uninstall_hook(env):
    """Restore the access groups and the bank feeds of the journals, and remove our system parameters.

    Odoo does not do it by itself: values written on records of other modules outlive the addon.

    :param env: environment of the superuser, while the addon is still loaded
    """
    _restore_groups(env)
    journals = env["account.journal"].with_context(active_test=False)
    journals.search([("bank_statements_source", "=", FEED_SOURCE)]).bank_statements_source = "undefined"
    env.cr.execute(SQL("DROP INDEX IF EXISTS %s", SQL.identifier(IMPORT_ID_INDEX)))
    env["ir.config_parameter"].search([("key", "=like", f"{PARAMETER_PREFIX}%")]).unlink()


def _restore_groups(env):
    """Undo the changes of ``security/account_groups.xml`` that were ours.

    Without a record of what was there before, nothing is touched: taking a right away by mistake is worse than
    leaving one.

    :param env: environment of the superuser
    """
    value = env["ir.config_parameter"].get_param(GROUPS_PARAMETER)
    administrator = env.ref("account.group_account_manager", raise_if_not_found=False)
    basic = env.ref("account.group_account_basic", raise_if_not_found=False)
    if not value or not administrator or not basic:
        return
    if FULL_APPLICATIONS & set(env["ir.module.module"]._installed()):
        return
    before = json.loads(value)
    if not before["implied"]:
        administrator.implied_ids -= basic
    # A privilege that somebody else chose meanwhile stays.
    if basic.privilege_id == env.ref("account.res_groups_privilege_accounting", raise_if_not_found=False):
        basic.privilege_id = before["privilege_id"]
