"""What only Ponto can tell first: whether it answers, accepts the credentials, and lets them read."""

from odoo.tools import format_list
from odoo.tools.translate import LazyTranslate

from ...const import CLOCK_OFF, CLOCK_WRONG
from ...models.support.failures import explain
from ...ponto_client import ScopeError
from .registry import ProbeResult, mending, probe
from .shared import open_record
from .talk import REFUSED_PAIR, get_obstacle

_lt = LazyTranslate(__name__)


@probe("answer", _lt("Ponto"), sequence=10)
def look_at_answer(check, talk):
    """Whether Ponto answers, with what Ponto answers."""
    if talk.silence:
        yield ProbeResult("red", explain(check.env, talk.silence), "check_again")
    elif talk.asked:
        yield ProbeResult("green", check.env._("Ponto answers."))
    else:
        yield ProbeResult("grey", check.env._("Not checked: there is nothing to ask with."))


@probe("credentials", _lt("Credentials"), sequence=20)
def look_at_credentials(check, talk):
    """Whether Ponto accepts the Client ID and the Client Secret."""
    refusal = talk.find(*REFUSED_PAIR)
    if not talk.asked:
        sentence = check.env._("No Client Secret is stored. Copy the one that Ponto shows.")
        yield ProbeResult("red", sentence, "update_credentials")
    elif refusal:
        yield ProbeResult("red", explain(check.env, refusal), "update_credentials")
    elif "token" in talk.errors and not talk.find(ScopeError):
        yield get_obstacle(check, talk)
    else:
        yield ProbeResult("green", check.env._("Ponto accepts the Client ID and the Client Secret."))


@probe("scope", _lt("Rights in Ponto"), sequence=30)
def look_at_scope(check, talk):
    """Whether the integration may read accounts, transactions and institutions."""
    names = {
        "accounts": check.env._("accounts"),
        "transactions": check.env._("transactions"),
        "institutions": check.env._("institutions"),
    }
    refused = [name for name, error in talk.errors.items() if isinstance(error, ScopeError)]
    if "token" in refused:
        yield ProbeResult("red", explain(check.env, talk.errors["token"]), "open_ponto")
    elif refused:
        sentence = check.env._(
            "This integration has no right to read %(what)s. In Ponto, give it the scope Account Information.",
            what=format_list(check.env, [names[name] for name in refused]),
        )
        yield ProbeResult("red", sentence, "open_ponto")
    else:
        yield get_obstacle(check, talk) or ProbeResult(
            "green", check.env._("The integration may read %(what)s.", what=format_list(check.env, [*names.values()]))
        )


@probe("clock", _lt("Clock"), sequence=40)
def look_at_clock(check, talk):
    """Whether this server and Ponto agree on the time."""
    if talk.clock_difference is None:
        yield get_obstacle(check, talk) or ProbeResult("grey", check.env._("Not checked: Ponto's answer has no date."))
        return
    seconds = round(abs(talk.clock_difference))
    if seconds <= CLOCK_OFF.total_seconds():
        yield ProbeResult("green", check.env._("This server and Ponto agree on the time."))
        return
    values = {"minutes": seconds // 60, "seconds": seconds % 60}
    if talk.clock_difference > 0:
        sentence = check.env._("The clock of this server is %(minutes)s min %(seconds)s s behind Ponto's.", **values)
    else:
        sentence = check.env._("The clock of this server is %(minutes)s min %(seconds)s s ahead of Ponto's.", **values)
    remedy = check.env._("Whoever runs the server lets it keep its time (NTP).")
    level = "red" if seconds > CLOCK_WRONG.total_seconds() else "orange"
    yield ProbeResult(level, f"{sentence} {remedy}", "check_again")


@mending("update_credentials", _lt("Update Credentials"))
def update_credentials(check):
    return open_record(check, check.connection_id)


@mending("open_ponto", _lt("Open Ponto"))
def open_ponto(check):
    return check.connection_id.action_open_ponto()
