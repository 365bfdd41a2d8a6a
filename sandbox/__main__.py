"""Serve the Belgian company: ``python -m sandbox [--port N] [--ready-file PATH]``."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
from datetime import date
from pathlib import Path

from .scenario import belgian_company
from .server import Sandbox


def write_ready_file(path: Path, content: dict[str, object]) -> None:
    """Write where the sandbox listens, readable by the owner only; the file appears complete or not at all."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(content), encoding="utf-8")
    draft.replace(path)


def main(arguments: list[str] | None = None) -> int:
    """Serve until interrupted.

    :return: exit code
    """
    parser = argparse.ArgumentParser(prog="sandbox", description="A fake Ponto with a small Belgian company inside.")
    parser.add_argument("--port", type=int, default=0, help="port on the loopback (default: a free one)")
    parser.add_argument("--ready-file", type=Path, help="write address, credentials and pid here as JSON")
    parser.add_argument("--anchor", type=date.fromisoformat, help="the company's today (default: today)")
    parser.add_argument("--seed", type=int, default=19, help="decides ids, amounts and texts")
    options = parser.parse_args(arguments)
    company = belgian_company(options.anchor, options.seed)
    stopping = threading.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: stopping.set())
    try:
        sandbox = Sandbox(company.bank, options.port).start()
    except OSError as error:
        print(f"The sandbox cannot listen on port {options.port}: {error}", file=sys.stderr)
        return 1
    with sandbox:
        access = {
            "url": sandbox.url,
            "client_id": company.integration.client_id,
            "client_secret": company.integration.client_secret,
            "pid": os.getpid(),
        }
        if options.ready_file:
            write_ready_file(options.ready_file, access)
        print(f"Ponto sandbox:  {access['url']}\nDashboard:      {access['url']}/dashboard")
        print(f"Client ID:      {access['client_id']}\nClient secret:  {access['client_secret']}", flush=True)
        stopping.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
