"""Everything a command needs before it can start Odoo, brought into being in the right order."""

from . import cluster, odoo_source, python_env, server_packages
from .databases import Databases
from .odoo_run import Runner


def open_workshop(*, with_browser: bool = False) -> Databases:
    """Install what is missing, start PostgreSQL, and return the databases of this tree.

    :param with_browser: Chromium is needed too
    :raises Failure: with one sentence about what is missing
    """
    server_packages.ensure(with_browser=with_browser)
    odoo = odoo_source.find()
    python = python_env.for_odoo(odoo)
    server = cluster.ensure()
    return Databases(server, Runner(odoo, python, server))
