"""The companies and users that tests begin with.

``./dev test`` makes them once, in a template of its own: an Odoo shell plays this file there, so it imports nothing of
ours. In a database without them, as Odoo's own runner may have, the tests make them themselves.
"""

from unittest.mock import patch

from odoo.modules import module
from odoo.tests import new_test_user

MODULE = "__ponto_test__"  # of the external ids
SPARES = 2  # companies that wait, archived, for a test that needs another one
USERS = {
    "accountant": ("ponto_accountant", "account.group_account_manager"),
    "invoicing": ("ponto_invoicing", "account.group_account_invoice"),
    "employee": ("ponto_employee", "base.group_user"),
}


def create_company(env, name):
    """Create a Belgian company in EUR with a chart of accounts."""
    company = env["res.company"].create(
        {"name": name, "country_id": env.ref("base.be").id, "currency_id": env.ref("base.EUR").id}
    )
    env["account.chart.template"].try_loading("generic_coa", company=company, install_demo=False)
    # The chart may bring the currency of its country along.
    company.currency_id = env.ref("base.EUR")
    return company


def create_user(env, login, groups, company):
    """Create a user of one company."""
    return new_test_user(
        env,
        login=login,
        groups=groups,
        company_id=company.id,
        company_ids=[(6, 0, company.ids)],
        context={"no_reset_password": True},
    )


def find(env, name):
    """Return a record of the template, or nothing."""
    return env.ref(f"{MODULE}.{name}", raise_if_not_found=False)


def create_users(env, company):
    """Create the users of a company; return them by their name in tests."""
    return {name: create_user(env, login, groups, company) for name, (login, groups) in USERS.items()}


def take_company(env, name):
    """Return another company with books: a spare one, or a new one where none is left."""
    for number in range(SPARES):
        company = find(env, f"spare_{number}")
        if company and not company.active:
            company.write({"name": name, "active": True})
            return company
    return create_company(env, name)


def build(env):
    """Make everything for the template."""
    env = env(context={**env.context, "lang": "en_US"})
    with patch.object(module, "current_test", "books"):  # as in a test: a country's own modules are not installed
        company = create_company(env, "Bakkerij Maes")
        records = {"company": company, **create_users(env, company)}
        for number in range(SPARES):
            records[f"spare_{number}"] = spare = create_company(env, f"Spare {number}")
            spare.active = False
    env["ir.model.data"].create(
        [
            {"module": MODULE, "name": name, "model": record._name, "res_id": record.id, "noupdate": True}
            for name, record in records.items()
        ]
    )
