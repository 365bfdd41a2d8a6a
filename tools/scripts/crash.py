"""Crash harness: a real worker is killed at every moment of its work; started by ``./dev test`` only.

Prints how many kills hit a running import and in which step, and its result as JSON on a line that starts with RESULT.
"""

import itertools
import json
import os
import random
import time
from collections import Counter

from odoo.addons.account_online_ponto.tools.harness.invariants import judge, read_bank
from odoo.addons.account_online_ponto.tools.harness.setup import (
    Remote,
    ask_for_undo,
    connect,
    is_busy,
    let_time_pass,
    prepare_crons,
)
from odoo.addons.account_online_ponto.tools.harness.workers import Worker, look_at, run_jobs
from odoo.modules.registry import Registry

GIVEN = json.loads(os.environ["PONTO_HARNESS"])
DATABASE, SEED, HITS = GIVEN["database"], GIVEN["seed"], GIVEN["hits"]
DRAW = random.Random(SEED)
AIMED = 0.7  # share of workers that die in a certain step; the others die at any moment
SLICES = (1.0, 10.0)  # seconds; short ones end in the middle of an account
NEW_PER_ACCOUNT = 200
UNDO_HITS = 3  # at least so many of the kills hit an undo
LAST_LINES = 400  # an account with no more to import gets to its end in one life
BATCH = "import, creating lines"
# The steps in which a worker is to die, by what the account that comes next has to do: up to which entry of the step.
AIMS = {
    "pull": {
        "pull, waiting for a page": 2,
        "pull, storing a page": 8,
        "pull, end": 1,
        "balance": 1,
        "commit": 15,
        "pull, changes and pending": 1,
    },
    "import": {"sort out": 1, "import, choosing rows": 2, BATCH: 2, "commit": 8},
    "last lines": {BATCH: 2, "statements": 1, "close run": 1, "commit": 12},
    "undo": {"undo, removing lines": 2, "undo, end": 1, "commit": 4},
}
SECONDS = {}  # how long each step takes on this machine


def get_duty(registry):
    """Return what the account that comes next has to do."""
    with registry.cursor() as cr:
        cr.execute(
            "SELECT account.undo_run_id, account.sync_stage, (SELECT COUNT(*) FROM ponto_transaction row"
            " WHERE row.account_id = account.id AND row.state = 'to_import')"
            " FROM ponto_account account WHERE account.sync_stage IS NOT NULL OR account.undo_run_id IS NOT NULL"
            " ORDER BY account.reference LIMIT 1"
        )
        undo, stage, left = cr.fetchone() or (None, "pull", 0)
    if undo:
        return "undo"
    return "last lines" if stage == "import" and left <= LAST_LINES else stage


def choose_death(registry):
    """Return the step in which the next worker is to die (or None), which entry of it, and how long it lives at most."""
    if BATCH not in SECONDS:
        return BATCH, 2, 120  # the first one lives until it has made lines: nobody knows yet how long that takes
    if DRAW.random() > AIMED:
        return None, 0, DRAW.uniform(0.3, 0.7 + 2 * SECONDS[BATCH])
    aims = AIMS[get_duty(registry)]
    aim = DRAW.choice(list(aims))
    return aim, DRAW.randint(1, aims[aim]), 2 + 2 * SECONDS[BATCH]


def live(registry):
    """Let a worker live for a while, and kill it.

    :return tuple: step, stage of the open run, what the database saw; None when the worker ended by itself
    """
    aim, entry, seconds = choose_death(registry)
    slice_seconds = DRAW.choice(SLICES)

    def job(registry, board):
        board.watch(registry)
        run_jobs(DATABASE, slice_seconds=slice_seconds)

    worker = Worker(DATABASE, job)
    until = time.monotonic() + seconds
    while time.monotonic() < until and not worker.over():
        if aim and worker.board.entered(aim) >= entry:
            time.sleep(DRAW.random() ** 2 * SECONDS.get(aim, 0.01))  # rather early than late: less work is lost
            break
        time.sleep(0.001)
    SECONDS.update(worker.board.seconds())
    if not worker.stop():
        worker.result()
        return None
    step = worker.board.step
    with registry.cursor() as cr:
        stage, seen = look_at(cr, worker)
    worker.kill()
    return step, stage, seen


def check(registry, bank, *, complete):
    """Stop the harness when books and bank contradict each other."""
    with registry.cursor() as cr:
        problems = judge(cr, bank, complete=complete)
    assert not problems, f"seed {SEED}:\n" + "\n".join(problems[:20])


def show(title, counts):
    """Print counts, the largest first."""
    print(title)
    for name, count in counts.most_common():
        print(f"    {count:4} {name}")


def book_more(remote, bank, number):
    """Let the bank book more on every account, late and in no order of days."""
    for account in bank.accounts:
        first_day = sorted(account["balances"])[-60]
        remote.post("bookings", account=account["ponto_id"], count=NEW_PER_ACCOUNT, first_day=first_day,
                    last_day=bank.today.isoformat(), seed=SEED + 100 * number, late=True)  # fmt: skip


def play(registry):
    """Kill workers until enough of them were at work, then let one finish."""
    remote, integration = Remote(GIVEN["url"]), GIVEN["integrations"][0]
    prepare_crons(registry, 1)
    account_ids = connect(registry, GIVEN["url"], integration, periods=("month", "day", "none"))
    bank = read_bank(remote, integration["accounts"])
    phases, steps, seen_by_database = Counter(), Counter(), Counter()
    lives, intervals, phase, tasks = 0, 0, "first import", itertools.cycle(("200 new each", "undo"))
    while phases.total() < HITS or phases["undo"] < UNDO_HITS:
        lives += 1
        death = live(registry)
        if death:
            step, stage, seen = death
            if stage:
                phases[phase] += 1
                steps[f"{step} ({stage})"] += 1
                seen_by_database[seen] += 1
            check(registry, bank, complete=False)
        elif is_busy(registry):
            intervals += 1  # Odoo took three early kills for a time-out: its next interval comes
            let_time_pass(registry)
        else:
            check(registry, bank, complete=True)
            phase = next(tasks)
            if phase == "undo":
                ask_for_undo(registry, DRAW.choice(account_ids))
            else:
                book_more(remote, bank, lives)
                bank = read_bank(remote, integration["accounts"])
                let_time_pass(registry)
    while is_busy(registry):
        let_time_pass(registry)
        Worker(DATABASE, lambda _registry, _board: run_jobs(DATABASE)).result()
    check(registry, bank, complete=True)
    print(f"{phases.total()} kills hit a running import ({lives} lives, seed {SEED}): {dict(phases)}")
    show("In these steps:", steps)
    show("What the database saw:", seen_by_database)
    return {"hits": phases.total(), "lives": lives, "intervals": intervals, "transactions": bank.count()}


print("RESULT " + json.dumps(play(Registry(DATABASE))))
