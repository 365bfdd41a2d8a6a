"""Every remote failure has a name, and every name has one reaction: both are written here, once."""

from typing import NamedTuple

from odoo.tools.translate import LazyTranslate

from ...const import AUTHORIZATION_ISSUES
from ...ponto_client import (
    CallsSpent,
    ConnectionFailed,
    CredentialsError,
    EndlessPages,
    ForeignLink,
    FormatError,
    InvalidAddress,
    NotFound,
    PontoError,
    RateLimited,
    RequestRefused,
    ScopeError,
    ServerError,
    TokenRejected,
)

_lt = LazyTranslate(__name__)


class Reaction(NamedTuple):
    """What a failure does: whom it delays, and whether a person has to act before anything is tried again."""

    scope: str  # "connection" or "account": who waits for the next attempt
    stops: bool
    sentence: object


REACTIONS = {
    CredentialsError: Reaction(
        "connection",
        True,
        _lt("Ponto refuses this Client ID and Client Secret. Copy both again from your integration in Ponto."),
    ),
    TokenRejected: Reaction(
        "connection",
        True,
        _lt(
            "Ponto does not accept its own access for this integration anymore. Check it in Ponto, then replace the Client Secret."
        ),
    ),
    ScopeError: Reaction(
        "connection",
        True,
        _lt(
            "This integration has no right to read accounts. In Ponto, give it the scope Account Information, or"
            " create a new integration with it."
        ),
    ),
    ConnectionFailed: Reaction(
        "connection", False, _lt("Ponto cannot be reached at the moment. Nothing is lost; it is tried again by itself.")
    ),
    ServerError: Reaction(
        "connection", False, _lt("Ponto has a problem of its own at the moment. It is tried again by itself.")
    ),
    RateLimited: Reaction(
        "connection", False, _lt("Ponto asks to wait because of too many calls. It is tried again by itself.")
    ),
    InvalidAddress: Reaction("connection", True, _lt("The API address of this connection is not one that Ponto has.")),
    NotFound: Reaction(
        "account", False, _lt("Ponto does not know this account anymore. Open Fetch Accounts to see what changed.")
    ),
    ForeignLink: Reaction(
        "account", False, _lt("Ponto's answer points to an address that does not belong to Ponto; it was not followed.")
    ),
    EndlessPages: Reaction(
        "account",
        False,
        _lt(
            "A list at Ponto leads in a circle or does not end, so reading it was stopped. What was read is kept; it is"
            " tried again by itself."
        ),
    ),
    CallsSpent: Reaction(
        "account",
        False,
        _lt(
            "This synchronization was stopped because it took more calls to Ponto than one may take. What was read is"
            " kept; the next one goes on from there by itself."
        ),
    ),
    FormatError: Reaction(
        "account",
        False,
        _lt("The answer is not one that Ponto gives. Is the address right, and is no proxy in between?"),
    ),
    RequestRefused: Reaction("account", False, _lt("Ponto refuses this request. It is tried again by itself.")),
    PontoError: Reaction("account", False, _lt("Ponto answers in an unexpected way. It is tried again by itself.")),
}


class JournalNotReady(Exception):
    """The journal of an account cannot take bank transactions; the rows wait."""


class AccountRefused(Exception):
    """Ponto refuses one account, and gives the others of the connection."""


BY_NAME = {cls.__name__: reaction for cls, reaction in REACTIONS.items()}
BY_NAME["JournalNotReady"] = Reaction(
    "account",
    False,
    _lt(
        "The journal is archived, secured with a hash, or has no bank account or no suspense account: mend the journal."
    ),
)
BY_NAME["AccountRefused"] = Reaction(
    "account",
    False,
    _lt(
        "Ponto refuses to give this account, and gives the others. Look at its authorization in Ponto; it is tried again"
        " by itself."
    ),
)
# What a run says that ended well, but not with everything (same names as failures where it is the same).
STILL_MOVING = "StillMoving"
BY_NAME[STILL_MOVING] = Reaction(
    "account",
    False,
    _lt(
        "Ponto refreshed this account again and again while it was read. What came last is read at the next"
        " synchronization; bank and books are compared then."
    ),
)
UNEXPECTED = _lt(
    "An unexpected problem stopped this synchronization. It is tried again by itself; the server log has the details."
)

# How a refresh at the bank can end besides: with an issue of Ponto (doc/ponto-api.md, 3.5), or because nobody waits.
AUTHORIZATION_ENDED = _lt(
    "The bank no longer lets Ponto read this account. Renew the authorization on Ponto's website; what Ponto already"
    " has is read."
)
REFRESH_SENTENCES = {
    **dict.fromkeys(AUTHORIZATION_ISSUES, AUTHORIZATION_ENDED),
    "NoAnswer": _lt(
        "The bank has not answered Ponto in time. What Ponto has is read; what comes later follows by itself."
    ),
    "NotSynchronized": _lt("This account is no longer synchronized: the bank is not asked."),
}
REFRESH_REFUSED = _lt("Ponto could not refresh this account at the bank. What Ponto already has is read.")
REFRESH_REFUSED_WITH_DETAIL = _lt(
    "Ponto could not refresh this account at the bank (“%(detail)s”). What Ponto already has is read."
)


def reaction_of(error):
    """Return the reaction to a failure.

    :param PontoError error: what the client raised
    :return Reaction: that of the nearest named class
    """
    return next(REACTIONS[cls] for cls in type(error).__mro__ if cls in REACTIONS)


def explain(env, error):
    """Return a failure as one sentence for a user, in the language of the environment.

    :param PontoError | str error: what the client raised, or the name of its class as records keep it
    :return str: without identifiers and secrets; the log has the request id
    """
    if isinstance(error, str):
        return env._(BY_NAME[error].sentence) if error in BY_NAME else env._(UNEXPECTED)
    return env._(reaction_of(error).sentence)


def explain_refresh(env, code, detail):
    """Return in one or two sentences why a refresh at the bank failed, in the language of the environment.

    :param str code: of Ponto's issue, of this module, or the name of what the client raised
    :param str | bool detail: Ponto's own words, cleaned
    :return str: for a user
    """
    if code in REFRESH_SENTENCES:
        return env._(REFRESH_SENTENCES[code])
    if code in BY_NAME and code not in (RequestRefused.__name__, ScopeError.__name__):
        return explain(env, code)
    if detail:
        # The lazy text carries no values of its own: translate first, fill in second.
        sentence = env._(REFRESH_REFUSED_WITH_DETAIL)
        return sentence % {"detail": detail}
    return env._(REFRESH_REFUSED)
