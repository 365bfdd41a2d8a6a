"""The sandbox process of the demo: the same company, address and credentials at every start.

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

from sandbox import Sandbox, belgian_company


def main() -> None:
    """Serve the Belgian company until the process is told to end."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--anchor", type=datetime.date.fromisoformat, required=True, help="the company's today")
    parser.add_argument("--ready-file", type=Path, required=True, help="gets the address and the Client ID")
    options = parser.parse_args()
    company = belgian_company(anchor=options.anchor)
    company.integration.client_secret = os.environ["PONTO_SANDBOX_SECRET"]
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_arguments: stop.set())
    with Sandbox(company.bank, port=options.port) as sandbox:
        temporary = options.ready_file.with_suffix(".new")
        temporary.write_text(f"{sandbox.url}\n{company.integration.client_id}\n")
        temporary.replace(options.ready_file)
        stop.wait()


if __name__ == "__main__":
    sys.exit(main())
