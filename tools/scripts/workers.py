"""Two and four workers on the same accounts at once, while a user edits them; started by ``./dev test`` only.

Prints who imported what, and its result as JSON on a line that starts with RESULT.
"""

import json
import os
import time

from odoo import SUPERUSER_ID, api
from odoo.addons.account_online_ponto.models.support.work_slice import WorkSlice
from odoo.addons.account_online_ponto.tools.harness.invariants import judge, read_bank
from odoo.addons.account_online_ponto.tools.harness.setup import (
    Remote,
    connect,
    is_busy,
    let_time_pass,
    prepare_crons,
)
from odoo.addons.account_online_ponto.tools.harness.workers import Worker, run_jobs
from odoo.modules.registry import Registry
from odoo.service.model import retrying

GIVEN = json.loads(os.environ["PONTO_HARNESS"])
DATABASE, SEED = GIVEN["database"], GIVEN["seed"]
START_DAYS = ("2000-01-01", "2000-01-02")  # both before the first transaction: the result is the same
PERIODS = ("none", "month")
NEW_PER_ACCOUNT = 40
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
        click, ponto_ids = 0, read(registry, account_ids, "ponto_id")
        while True:
            click += 1
            account_id = account_ids[click % len(account_ids)]
            if click % 10 == 0:  # the bank books outside the request that follows, and its repetitions
                remote.post("transactions", account=ponto_ids[click % len(account_ids)], amount="1.00",
                            remittance_information=f"Click {click}")  # fmt: skip
                refresh(registry, account_id)
            else:
                with registry.cursor() as cr:
                    env = api.Environment(cr, SUPERUSER_ID, {})
                    account = env["ponto.account"].browse(account_id)
                    retrying(lambda account=account, click=click: edit_once(account, click), env)
            time.sleep(PAUSE_SECONDS)

    return job


def edit_once(account, click):
    """Do one click of the user."""
    if click % 10 == 5:  # Fetch Transactions, as in a web request
        connection = account.connection_id
        connection.account_ids._forget_waits(connection)
        connection._trigger_synchronization()
    elif click % 2:
        account.import_from = START_DAYS[click // 2 % 2]
    else:
        account.statement_period = PERIODS[click // 2 % 2]


def refresh(registry, account_id):
    """Open Fetch Accounts and read the list of Ponto again: two requests, as in a browser."""
    with registry.cursor() as cr:
        account = api.Environment(cr, SUPERUSER_ID, {})["ponto.account"].browse(account_id)
        wizard = account.env["ponto.account.fetch"].create({"connection_id": account.connection_id.id})
        wizard_id = wizard.id
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        retrying(env["ponto.account.fetch"].browse(wizard_id).action_refresh, env)


def click_beside_workers(registry, account_ids, remote):
    """Click while one worker holds an account, and another has just written one: neither is the user's trouble."""
    held_id, written_id, *_others = account_ids

    def write_other():
        with registry.cursor() as cr:
            change(cr, written_id)

    for ponto_id in read(registry, account_ids, "ponto_id"):
        remote.post("transactions", account=ponto_id, amount="1.00", remittance_information="Meanwhile")
    before = read(registry, account_ids, "bank_balance")
    with registry.cursor() as worker:
        # Whoever waits for this worker fails; it never hangs.
        worker.execute("SET LOCAL idle_in_transaction_session_timeout = '60s'")
        change(worker, held_id)
        assert be_overtaken(registry, lambda: refresh(registry, held_id), write_other) == 1, "Ponto was asked again"
        after = read(registry, account_ids, "bank_balance")
        news = [round(new - old, 2) for old, new in zip(before, after, strict=True)]
        assert news == [0, *[1] * (len(account_ids) - 1)], f"balances moved by {news}"
        with registry.cursor() as cr:
            connection = api.Environment(cr, SUPERUSER_ID, {})["ponto.account"].browse(held_id).connection_id
            assert connection in connection._get_due(), "nobody will look at the account that was held"
        assert be_overtaken(registry, lambda: check_connection(registry, connection.id), write_other) == 1, (
            "Ponto was asked again"
        )
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        env["ponto.connection"].browse(connection.id).schedule = "manual"
        wizard = env["ponto.connection.check"].search([], order="id desc", limit=1)
    # What was written before Ponto was asked is written again.
    assert be_overtaken(registry, lambda: check_connection(registry, connection.id, wizard.id), write_other) == 2, (
        "nothing repeated"
    )
    schedules = read(registry, account_ids, "connection_id.schedule")
    assert schedules == ["twice"], f"what the click should have mended is lost: {schedules}"


def be_overtaken(registry, step, meanwhile):
    """Take a step that reads Ponto's list, while something happens between its first answer and what is made of it.

    :return int: how often Ponto was asked, by anybody
    """
    cls, questions = registry["ponto.connection"], []
    original = cls._ask

    def ask(self, client):
        found = original(self, client)
        questions.append(self.id)
        if len(questions) == 1:
            meanwhile()
        return found

    cls._ask = ask
    try:
        step()
    finally:
        cls._ask = original
    return len(questions)


def list_together(registry, account_ids, remote, new_ids):
    """Read a list with a new account twice at once: in two tabs, and by the schedule beside a tab."""
    account_id = account_ids[0]
    for step, new_id in zip((refresh, look), new_ids, strict=True):
        remote.post("share", account=new_id, on=True)
        asked = be_overtaken(
            registry, lambda step=step: step(registry, account_id), lambda: refresh(registry, account_id)
        )
        assert asked == 2, f"Ponto was asked {asked} times"
        with registry.cursor() as cr:
            connection = api.Environment(cr, SUPERUSER_ID, {})["ponto.account"].browse(account_id).connection_id
            assert connection.account_ids.mapped("ponto_id").count(new_id) == 1, "the new account is not listed once"
            assert not connection.failure_count, f"a failure is noted: {connection.last_error_code}"


def look(registry, account_id):
    """Look at the connection of an account, as the schedule does."""
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        connection = env["ponto.account"].browse(account_id).connection_id
        cr.commit()
        connection._look_when_due(WorkSlice(env), force=True)


def check_connection(registry, connection_id, wizard_id=None):
    """Check the connection; or mend one of its lines, which checks it again."""
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        if wizard_id:
            wizard = env["ponto.connection.check"].browse(wizard_id)
            retrying(lambda: wizard._mend("read_twice"), env)
        else:
            retrying(env["ponto.connection"].browse(connection_id).action_check, env)


def change(cr, account_id):
    """Write the row of an account as any worker does."""
    cr.execute("UPDATE ponto_account SET write_date = now() AT TIME ZONE 'UTC' WHERE id = %s", [account_id])


def read(registry, account_ids, name):
    """Return what a field says of each account, as committed."""
    with registry.cursor() as cr:
        return api.Environment(cr, SUPERUSER_ID, {})["ponto.account"].browse(account_ids).mapped(name)


def import_together(registry, count, account_ids, remote):
    """Let workers import what is due while a user edits the accounts.

    :return int: process id of the user
    """
    start = time.monotonic()
    workers = [Worker(DATABASE, work) for _number in range(count)]
    user = Worker(DATABASE, edit(account_ids, remote))
    shares = [worker.result() for worker in workers]
    assert not user.over(), "the user met an error"
    user.kill()
    print(f"{count} workers, {time.monotonic() - start:.1f} s:")
    for worker, share in zip(workers, shares, strict=True):
        batches, lines = (sum(each[number] for each in share.values()) for number in (0, 1))
        print(f"    worker {worker.pid}: {len(share)} accounts, {batches} batches, {lines} lines")
    finish(registry, account_ids)
    idle = sum(not share for share in shares)
    assert not idle, f"{idle} of {count} workers got no account"
    return user.pid


def finish(registry, account_ids):
    """Let one worker do what the user's last clicks left to do."""
    with registry.cursor() as cr:
        accounts = api.Environment(cr, SUPERUSER_ID, {})["ponto.account"].browse(account_ids)
        accounts.write({"statement_period": "month", "import_from": START_DAYS[0]})
    let_time_pass(registry)
    while is_busy(registry):
        Worker(DATABASE, lambda _registry, _board: run_jobs(DATABASE)).result()


def check(registry, bank):
    """Stop the harness when books and bank contradict each other, or two workers waited for each other."""
    with registry.cursor() as cr:
        problems = judge(cr, bank, complete=True)
        cr.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        deadlocks = cr.fetchone()[0]
    assert not problems, f"seed {SEED}:\n" + "\n".join(problems[:20])
    assert not deadlocks, f"seed {SEED}: {deadlocks} deadlocks"


def share_out(count, integration):
    """Let workers import the accounts of an integration together: the history, then what is new.

    :param int count: number of workers, and of scheduled actions
    :param dict integration: its credentials and accounts
    :return dict: process ids of the users, number of transactions, ids of the accounts in Odoo
    """
    remote, registry = Remote(GIVEN["url"]), Registry(DATABASE)
    prepare_crons(registry, count)
    account_ids = connect(registry, GIVEN["url"], integration)
    click_beside_workers(registry, account_ids, remote)
    let_time_pass(registry)
    users = [import_together(registry, count, account_ids, remote)]
    bank = read_bank(remote, integration["accounts"])
    check(registry, bank)
    for number, account in enumerate(bank.accounts):
        remote.post("bookings", account=account["ponto_id"], count=NEW_PER_ACCOUNT, late=True, seed=SEED + 50 + number,
                    first_day=min(account["balances"]), last_day=bank.today.isoformat())  # fmt: skip
    let_time_pass(registry)
    users.append(import_together(registry, count, account_ids, remote))
    bank = read_bank(remote, integration["accounts"])
    check(registry, bank)
    return {"users": users, "transactions": bank.count(), "account_ids": account_ids}


results = [share_out(count, integration) for count, integration in zip((2, 4), GIVEN["integrations"], strict=True)]
list_together(
    Registry(DATABASE), results[0]["account_ids"], Remote(GIVEN["url"]), GIVEN["integrations"][1]["accounts"][:2]
)
users = [pid for result in results for pid in result["users"]]
print("RESULT " + json.dumps({"users": users, "transactions": sum(result["transactions"] for result in results)}))
