"""The sandbox process of the demo: at every start it is the one that it was, with everything that it did since.

Runs as ``python -m tools.sandbox_server`` in the tree, with the cache's Python. The secret comes from the environment
so that it shows in no list of processes.
"""

import argparse
import datetime
import os
import signal
import sys
import threading
from pathlib import Path

from sandbox import Bank, Sandbox, belgian_company
from sandbox.keeping import Keeper, load


def main() -> None:
    """Serve the Belgian company, as it was left or new, until the process is told to end."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--anchor", type=datetime.date.fromisoformat, required=True, help="a new company's today")
    parser.add_argument("--state", type=Path, help="what the sandbox does lasts as long as this file")
    parser.add_argument("--ready-file", type=Path, required=True, help="gets the address and the Client ID")
    options = parser.parse_args()
    bank = (load(options.state) if options.state else None) or _new_bank(options.anchor)
    keeper = Keeper(bank, options.state) if options.state else None
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_arguments: stop.set())
    with Sandbox(bank, options.port, keeper) as sandbox:
        temporary = options.ready_file.with_suffix(".new")
        temporary.write_text(f"{sandbox.url}\n{bank.scenario.integration.client_id}\n")
        temporary.replace(options.ready_file)
        stop.wait()


def _new_bank(anchor: datetime.date) -> Bank:
    company = belgian_company(anchor=anchor)
    company.integration.client_secret = os.environ["PONTO_SANDBOX_SECRET"]
    return company.bank


if __name__ == "__main__":
    sys.exit(main())
