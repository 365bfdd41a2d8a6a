"""The command line of ``./dev``."""

import argparse
import time
from collections.abc import Callable

from . import process
from .output import Failure, in_order, say

EPILOG = """\
needs
  Linux and Python 3.10 to 3.13 with venv; a newer one may start ./dev, which then takes /usr/bin/python3 for Odoo.
  PostgreSQL 13 or newer (a server of its own is started; yours is not touched), and Chromium for test and walk.
  Debian's packages of these: root gets what is missing by apt, everybody else is told the command.
  Odoo 19 comes as Debian's package from the mirrors that apt is set up with. Where there is no apt, ODOO_HOME names
  an Odoo 19: a checkout, its Python package `odoo`, or the folder that holds the package.
  lint and wheel need no database.

costs
  The first demo downloads about 215 MB: Odoo 132 MB, Python packages 61 MB, apt's lists 20 MB. PostgreSQL, where it
  is missing, is another 45 MB, Chromium 110 MB, and what they need. Then 2.5 GB of disk are used, 1.3 GB by Odoo.

places
  Everything lies in one cache folder: ACCOUNT_ONLINE_PONTO_HOME, or account_online_ponto in your cache directory.
  As root the databases lie in /var/lib/account_online_ponto when the user postgres cannot enter that folder.
  ./dev clean deletes both; packages that apt installed stay.
"""


def main(arguments: list[str]) -> int:
    """Run one command.

    :param arguments: the command line without the program's name
    :return: exit code: 0, 1 for a failure, 2 for a wrong command line, 130 when interrupted
    """
    process.install_signal_handlers()
    in_order()
    parser = _parser()
    options, rest = parser.parse_known_args(arguments)
    if rest and options.command != "test":
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    start = time.monotonic()
    try:
        code = options.run(options, rest)
    except Failure as failure:
        say(f"./dev {options.command}: {failure}")
        code = 1
    except KeyboardInterrupt:
        say(f"./dev {options.command}: interrupted")
        code = 130
    except BrokenPipeError:
        code = 1
    say(
        f"./dev {options.command}: {'done' if code == 0 else f'ended with {code}'} after {time.monotonic() - start:.1f} s"
    )
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./dev",
        description="Everything needed to try, test and package the addon, on a real Odoo 19.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, text: str, run: Callable[[argparse.Namespace, list[str]], int]) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text, allow_abbrev=False)
        command.set_defaults(run=run)
        return command

    demo = add("demo", "Import a small Belgian company's accounts and compare every balance with its bank.", _demo)
    demo.add_argument("--json", action="store_true", help="print the result as JSON on the last line")
    test = add("test", "Run the tests; other arguments are passed on to pytest.", _test)
    test.add_argument("--odoo", action="store_true", help="use Odoo's own runner; arguments are then test tags")
    test.add_argument("--long", action="store_true", help="run the long tests too")
    test.add_argument(
        "--only",
        action="append",
        choices=["reinstall", "oca", "crash", "workers", "pull"],
        help="run only this part on real processes, which a whole run plays beside the tests or after them",
    )
    test.add_argument("--seed", type=int, help="repeat what --only drew at random with this seed")
    serve = add("serve", "Show the demo database in the web client, with a running sandbox.", _serve)
    serve.add_argument("--port", type=int, default=8069, help="port of the web client (default %(default)s)")
    add("walk", "Press every button of the demo's dashboard in a browser, as ./dev serve shows it.", _walk)
    shell = add("shell", "Open an Odoo shell; it runs what standard input holds.", _shell)
    shell.add_argument("-d", "--database", help="name of the database, made when missing")
    lint = add("lint", "Check the sources, and that each checker still finds a planted error.", _lint)
    lint.add_argument("--fix", action="store_true", help="first repair what ruff and the OCA checks can repair")
    bench = add("bench", "Measure the import against a bare creation of statement lines.", _bench)
    bench.add_argument("--json", action="store_true", help="print the result as JSON on the last line")
    sandbox = add("sandbox", "Start the sandbox, a fake Ponto, and print its address and credentials.", _sandbox)
    sandbox.add_argument("--port", type=int, default=0, help="port on the loopback address (default: a free one)")
    wheel = add("wheel", "Build the wheel and print its path.", _wheel)
    wheel.add_argument("folder", nargs="?", help="where to put it (default: dist in the cache)")
    add("clean", "Stop PostgreSQL and delete everything that ./dev made.", _clean)
    return parser


def _demo(options: argparse.Namespace, _rest: list[str]) -> int:
    from . import demo

    return demo.run(as_json=options.json)


def _test(options: argparse.Namespace, rest: list[str]) -> int:
    from . import places, testing

    if options.only:
        return testing.run_parts(options.only, options.seed)
    if options.odoo:
        return testing.run_odoo(tags=",".join(rest) or f"/{places.ADDON}", long=options.long)
    return testing.run_pytest(rest, long=options.long)


def _serve(options: argparse.Namespace, _rest: list[str]) -> int:
    from . import serve

    return serve.run(options.port)


def _walk(_options: argparse.Namespace, _rest: list[str]) -> int:
    from . import walk

    return walk.run()


def _shell(options: argparse.Namespace, _rest: list[str]) -> int:
    from . import shell

    return shell.run(options.database)


def _lint(options: argparse.Namespace, _rest: list[str]) -> int:
    from . import lint

    return lint.run(fix=options.fix)


def _bench(options: argparse.Namespace, _rest: list[str]) -> int:
    from . import bench

    return bench.run(as_json=options.json)


def _sandbox(options: argparse.Namespace, _rest: list[str]) -> int:
    from . import sandbox_process

    return sandbox_process.run_in_foreground(options.port)


def _wheel(options: argparse.Namespace, _rest: list[str]) -> int:
    from . import wheel

    print(wheel.build(options.folder))
    return 0


def _clean(_options: argparse.Namespace, _rest: list[str]) -> int:
    from . import clean

    return clean.run()
