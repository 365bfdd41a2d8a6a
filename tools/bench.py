"""``./dev bench``: what a synchronization costs, as a ratio to the bare creation of the same lines in the same run.

And what the comparison of three years with the bank costs, and what matching does.
"""

import json

from . import sandbox_process
from .odoo_run import play_script
from .output import Failure, step
from .workshop import open_workshop


def run(*, as_json: bool) -> int:
    """Measure on a throw-away database and print the result.

    :param as_json: print the result as JSON on the last line too
    :return: exit code
    """
    databases = open_workshop()
    with (
        databases.throw_away() as database,
        sandbox_process.running(databases.runner.python, sandbox_process.new()) as sandbox,
    ):
        accounts = [account for account in sandbox.get("ledger")["accounts"] if account["currency"] == "EUR"]
        if not accounts:
            raise Failure("The sandbox has no account in euros.")
        largest = max(accounts, key=lambda account: account["visible_transactions"])
        given = {
            "api_url": sandbox.url,
            "client_id": sandbox.client_id,
            "client_secret": sandbox.secret,
            "ponto_id": largest["ponto_id"],
            "first_day": min(largest["balances"]),
        }
        with step("Measuring"):
            variables = {"PONTO_BENCH": json.dumps(given)}
            result = play_script(databases.runner, database, "bench.py", variables)
        with step("Comparing three years with the bank"):
            result |= play_script(databases.runner, database, "bench_finder.py", variables)
        with step("Matching payments with open documents"):
            result |= play_script(databases.runner, database, "bench_matching.py", variables)
    print(f"lines                          {result['lines']}")
    print(f"bare create, batches of 200    {result['bare_ms_per_line']} ms a line")
    print(f"synchronize (HTTP and all)     {result['synchronize_ms_per_line']} ms a line")
    print(f"ratio                          {result['ratio']}")
    print(f"synchronize again              {result['synchronize_again_seconds']} s")
    print(
        f"finder, {result['finder_lines']} lines           {result['finder_seconds']} s, {result['finder_queries']} queries"
    )
    print(f"finder with its screen         {result['finder_screen_seconds']} s")
    print(f"matching, {result['matching_lines']} lines, {result['matching_documents']} documents")
    print(f"  import without it            {result['plain_ms_per_line']} ms a line")
    print(
        f"  finding evidence             {result['finding_share']} of that, {result['finding_queries']} queries a batch"
    )
    print(
        f"  applying                     {result['applying_ms']} ms, {result['applying_queries']} queries a match:"
        f" {result['applying_share']} of importing a line, {result['planning_share']} in Odoo's own plan"
    )
    if as_json:
        print(json.dumps(result), flush=True)
    return 0
