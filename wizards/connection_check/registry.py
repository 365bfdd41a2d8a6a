"""What *Check Connection* looks at, and what mends it: each probe and each mending registers here.

Another module adds a line of its own by two functions in files that it imports. They are used in the databases where
that module is installed, and nowhere else::

    from odoo.tools.translate import LazyTranslate

    from odoo.addons.account_online_ponto.wizards.connection_check.registry import ProbeResult, mending, probe

    _lt = LazyTranslate(__name__)

    @probe("my_contract", _lt("Contract"), sequence=115)
    def look_at_contract(check, talk):
        if check.connection_id.company_id.my_contract_id:
            yield ProbeResult("green", check.env._("There is a contract."))
        else:
            yield ProbeResult("red", check.env._("There is no contract."), "my_contract_sign")

    @mending("my_contract_sign", _lt("Sign"))
    def sign_contract(check):
        return check.env["my.contract"]._open_for(check.connection_id)

Both run with the rights of who clicks. `check` is the `ponto.connection.check` record, `talk` is what Ponto answered
(`Talk`). To leave a line out or to wrap one, override `_get_probes` of `ponto.connection.check`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from odoo.tools.translate import LazyGettext, LazyTranslate, get_translated_module

_lt = LazyTranslate(__name__)

# From the worst to the best; the text is what a screen reader says.
LEVELS = {
    "red": _lt("Problem"),
    "orange": _lt("Attention"),
    "grey": _lt("Not checked"),
    "green": _lt("In order"),
}


class ProbeResult(NamedTuple):
    """What a probe found."""

    level: str  # of LEVELS
    sentence: str
    action: str | None = None  # code of a mending, where a person can do something


@dataclass(frozen=True, eq=False)
class Entry:
    """A function that was registered, with the name that a person reads."""

    code: str
    label: LazyGettext
    run: Callable
    sequence: int = 0  # lines are shown in this order

    def is_installed(self, env):
        """Tell whether the module of the function is installed; another database of this server may be the one.

        :param env: environment of a database
        """
        return get_translated_module(self.run.__module__) in env.registry._init_modules


_PROBES: dict[str, Entry] = {}
_MENDINGS: dict[str, Entry] = {}


def probe(code, label, sequence):
    """Register a function as a line of *Check Connection*.

    It gets the check and the `Talk`, and yields a `ProbeResult` for each thing that it finds. What is not in order is
    told, and the worst decides; a probe that yields nothing has no line.

    :param str code: of the line
    :param label: lazily translated name of the line
    :param int sequence: lines are shown in this order; those of this addon are ten apart
    :raises ValueError: when the code is taken
    """
    return lambda function: _register(_PROBES, Entry(code, label, function, sequence))


def mending(code, label):
    """Register a function as what the button of a line does.

    It gets the check. It returns an action where a person has to go on, and nothing where all is done: then everything
    is checked again.

    :param str code: by which a `ProbeResult` names it
    :param label: lazily translated words on the button
    :raises ValueError: when the code is taken
    """
    return lambda function: _register(_MENDINGS, Entry(code, label, function))


def _register(entries, entry):
    if entry.code in entries:
        raise ValueError(f"{entry.code} is registered by {entries[entry.code].run.__module__} already")
    entries[entry.code] = entry
    return entry.run


def list_probes(env):
    """Return the probes of a database in the order of their lines.

    :param env: environment of that database
    :return list: `Entry` objects
    """
    return sorted((entry for entry in _PROBES.values() if entry.is_installed(env)), key=lambda entry: entry.sequence)


def find_probe(env, code):
    """Return a probe by its code.

    :param env: environment of a database
    :return Entry | None: None where nothing of that code is installed
    """
    return _find(_PROBES, env, code)


def find_mending(env, code):
    """Return a mending by its code.

    :param env: environment of a database
    :param str | bool code: a line that needs none has none
    :return Entry | None: None where nothing of that code is installed
    """
    return _find(_MENDINGS, env, code)


def _find(entries, env, code):
    entry = entries.get(code)
    return entry if entry and entry.is_installed(env) else None
