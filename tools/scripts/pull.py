"""A first pull of 20,000 transactions, interrupted five times; started by ``./dev test`` only.

Prints how many pages were read twice, and its result as JSON on a line that starts with RESULT.
"""

import json
import os
import random
import time
from collections import Counter

from odoo.addons.account_online_ponto.tools.harness.setup import (
    Remote,
    connect,
    is_busy,
    let_time_pass,
    prepare_crons,
)
from odoo.addons.account_online_ponto.tools.harness.workers import Worker, look_at, run_jobs
from odoo.modules.registry import Registry

GIVEN = json.loads(os.environ["PONTO_HARNESS"])
DATABASE, SEED = GIVEN["database"], GIVEN["seed"]
DRAW = random.Random(SEED)
INTERRUPTIONS = ("kill", "cut", "kill", "cut in the middle of a page", "kill")
TRIES = 3  # requests for one page before Ponto counts as unreachable
PAGE = 100


def count_rows(registry):
    """Return how many transactions are stored, and how many different ones."""
    with registry.cursor() as cr:
        cr.execute("SELECT COUNT(*), COUNT(DISTINCT ponto_id) FROM ponto_transaction")
        return cr.fetchone()


def pull(_registry, _board):
    """Do what a cron worker of Odoo does."""
    run_jobs(DATABASE)


def kill_at(registry, limit):
    """Kill a worker in the middle of the pull, as soon as so many rows are stored."""
    worker = Worker(DATABASE, pull)
    while count_rows(registry)[0] < limit:
        assert not worker.over(), "the pull ended before it could be interrupted"
        time.sleep(0.02)
    time.sleep(DRAW.uniform(0, 0.1))
    worker.stop()
    with registry.cursor() as cr:
        stage, seen = look_at(cr, worker)
    worker.kill()
    assert stage == "pull", f"seed {SEED}: the kill hit no pull ({stage}, {seen})"
    return seen


def cut_at(registry, remote, pages, **fault):
    """Cut the connection so many pages later, again and again until the worker gives up."""
    remote.post("faults", kind="cut", path="/transactions$", nth=pages, times=TRIES, **fault)
    Worker(DATABASE, pull).result()
    with registry.cursor() as cr:
        cr.execute("SELECT last_error_code FROM ponto_connection")
        return cr.fetchone()[0]


def play(registry):
    """Interrupt the pull at a fifth of what is left, five times; then let it end."""
    remote, integration = Remote(GIVEN["url"]), GIVEN["integrations"][0]
    total = next(len(items) for items in remote.get("bookings").values())
    prepare_crons(registry, 1)
    connect(registry, GIVEN["url"], integration, link=False)
    for number, kind in enumerate(INTERRUPTIONS):
        limit = total * (number + 1) // (len(INTERRUPTIONS) + 1) + DRAW.randrange(total // 20)
        stored = count_rows(registry)[0]
        if kind == "kill":
            how = kill_at(registry, limit)
        else:
            after_bytes = 5000 if "page" in kind else 0
            how = cut_at(registry, remote, (limit - stored) // PAGE, after_bytes=after_bytes)
        print(f"{kind} after {count_rows(registry)[0]} rows ({how})")
        let_time_pass(registry)
    Worker(DATABASE, pull).result()
    assert not is_busy(registry), "the pull did not end"
    rows, different = count_rows(registry)
    asked = Counter(
        query.get("page[after]")
        for _method, path, query, _status in remote.get("requests")["requests"]
        if path == f"/accounts/{integration['accounts'][0]}/transactions"
    )
    again = sum(count > 1 for count in asked.values())
    print(f"{rows} rows in {len(asked)} pages, {again} of them asked for again, {asked.total()} requests")
    assert rows == different == total, f"seed {SEED}: {rows} rows, {different} different, {total} at the bank"
    assert again <= len(INTERRUPTIONS), f"seed {SEED}: {again} pages were read twice"
    return {"rows": rows, "pages": len(asked), "again": again, "requests": asked.total()}


print("RESULT " + json.dumps(play(Registry(DATABASE))))
