"""Two and four workers on the same accounts at once, while a user edits them; started by ``./dev test`` only.

Prints who imported what, and its result as JSON on a line that starts with RESULT.
"""

import json
import os
import time

from odoo import SUPERUSER_ID, api
from odoo.addons.account_online_ponto.tools.harness_invariants import judge, read_bank
from odoo.addons.account_online_ponto.tools.harness_setup import (
    Remote,
    connect,
    is_busy,
    let_time_pass,
    prepare_crons,
)
from odoo.addons.account_online_ponto.tools.harness_workers import Worker, run_jobs
from odoo.modules.registry import Registry
from odoo.service.model import retrying

GIVEN = json.loads(os.environ["PONTO_HARNESS"])
DATABASE, SEED = GIVEN["database"], GIVEN["seed"]
START_DAYS = ("2000-01-01", "2000-01-02")  # both before the first transaction: the result is the same
PERIODS = ("none", "month")
PAUSE_SECONDS = 0.1  # of the user between two clicks


def work(registry, _board):
    """Do what a cron worker of Odoo does, and return how many batches and lines of which account it made."""
    cls, shares = registry["ponto.account"], {}
    original = cls._create_lines

    def counted(self, rows, run):
        result = original(self, rows, run)
        share = shares.setdefault(self.id, [0, 0])
        share[0] += 1
        share[1] += len(result[0])
        return result

    cls._create_lines = counted
    run_jobs(DATABASE)
    return shares


def edit(account_ids, remote):
    """Return the job of a user who edits accounts and reads the list of Ponto, until the user is killed."""

    def job(registry, _board):
        click = 0
        while True:
            click += 1
            with registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                account = env["ponto.account"].browse(account_ids[click % len(account_ids)])
                retrying(lambda account=account, click=click: edit_once(account, click, remote), env)
            time.sleep(PAUSE_SECONDS)

    return job


def edit_once(account, click, remote):
    """Do one click of the user."""
    if click % 10 == 0:
        remote.post("transactions", account=account.ponto_id, amount="1.00", remittance_information=f"Click {click}")
        account.env["ponto.account.fetch"].create({"connection_id": account.connection_id.id}).action_refresh()
    elif click % 2:
        account.import_from = START_DAYS[click // 2 % 2]
    else:
        account.statement_period = PERIODS[click // 2 % 2]


def share_out(count, integration):
    """Let workers import the accounts of an integration together, and judge the result.

    :param int count: number of workers, and of scheduled actions
    :param dict integration: its credentials and accounts
    :return dict: process ids and shares
    """
    remote, registry = Remote(GIVEN["url"]), Registry(DATABASE)
    prepare_crons(registry, count)
    account_ids = connect(registry, GIVEN["url"], integration)
    let_time_pass(registry)
    start = time.monotonic()
    workers = [Worker(DATABASE, work) for _number in range(count)]
    user = Worker(DATABASE, edit(account_ids, remote))
    shares = [worker.result() for worker in workers]
    assert not user.over(), "the user met an error"
    user.kill()
    seconds = time.monotonic() - start
    print(f"{count} workers, {seconds:.1f} s:")
    for worker, share in zip(workers, shares, strict=True):
        batches, lines = (sum(each[number] for each in share.values()) for number in (0, 1))
        print(f"    worker {worker.pid}: {len(share)} accounts, {batches} batches, {lines} lines")
    finish(registry, account_ids)
    bank = read_bank(remote, integration["accounts"])
    with registry.cursor() as cr:
        problems = judge(cr, bank, complete=True)
        cr.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        deadlocks = cr.fetchone()[0]
    assert not problems, f"seed {SEED}:\n" + "\n".join(problems[:20])
    assert not deadlocks, f"seed {SEED}: {deadlocks} deadlocks"
    idle = sum(not share for share in shares)
    assert not idle, f"seed {SEED}: {idle} of {count} workers got no account"
    return {"workers": [worker.pid for worker in workers], "user": user.pid, "transactions": bank.count()}


def finish(registry, account_ids):
    """Let one worker do what the user's last clicks left to do."""
    with registry.cursor() as cr:
        accounts = api.Environment(cr, SUPERUSER_ID, {})["ponto.account"].browse(account_ids)
        accounts.write({"statement_period": "month", "import_from": START_DAYS[0]})
    let_time_pass(registry)
    while is_busy(registry):
        Worker(DATABASE, lambda _registry, _board: run_jobs(DATABASE)).result()


print(
    "RESULT "
    + json.dumps([share_out(count, integration) for count, integration in zip((2, 4), GIVEN["integrations"], strict=True)])
)
