"""What Ponto answers to the questions of one check: asked once, before any probe looks."""

from dataclasses import dataclass, field

from ...const import PROBED_ACCOUNTS
from ...ponto_client import CredentialsError, NotFound, PontoError, ScopeError, TokenRejected
from .registry import ProbeResult

REFUSED_PAIR = (CredentialsError, TokenRejected)
REFUSALS = (*REFUSED_PAIR, ScopeError)  # Ponto answers, and says no


@dataclass
class Talk:
    """What Ponto answered to the questions of one check."""

    errors: dict = field(default_factory=dict)  # `PontoError` by question; what was never asked is not in it
    asked: bool = False  # False: without a secret there is nothing to ask with
    listed: bool = False  # accounts and institutions were read, and written
    clock_difference: float | None = None  # seconds

    def find(self, *classes):
        """Return the first failure of some classes.

        :return PontoError | None: None when there was none
        """
        return next((error for error in self.errors.values() if isinstance(error, classes)), None)

    @property
    def silence(self):
        """Return the first failure that is no refusal: Ponto cannot be reached, or its answer cannot be used."""
        return next((error for error in self.errors.values() if not isinstance(error, REFUSALS)), None)


def ask_ponto(connection, alone):
    """Ask Ponto for everything that a synchronization asks for, and write what it lists.

    :param connection: `ponto.connection` record that the user may write
    :param bool alone: whether the transaction did nothing before that may not be lost
    :return Talk: what it answered
    """
    talk = Talk()
    # sudo: the secret is readable by nobody, and users cannot write what a synchronization writes.
    connection = connection.sudo()
    if not connection.client_secret_stored:
        return talk
    talk.asked = True
    try:
        client = connection._make_client()
    except PontoError as error:
        talk.errors["token"] = error
        return talk
    ask_all(connection, client, talk, alone)
    client.close()
    talk.clock_difference = client.clock_difference
    return talk


def ask_all(connection, client, talk, alone):
    def ask(name, question):
        try:
            return question()
        except PontoError as error:
            talk.errors[name] = error
            return None

    ask("token", client.check_credentials)
    if talk.errors:
        return
    ask("list", lambda: connection._look(client, alone))
    talk.listed = not talk.errors
    if isinstance(talk.errors.get("list"), REFUSALS):
        # Which of the two lists was it?
        del talk.errors["list"]
        ask("accounts", lambda: next(client.accounts(), None))
        ask("institutions", lambda: next(client.institutions(), None))
    if not talk.silence:
        ask("transactions", lambda: ask_transactions(connection, client))


def ask_transactions(connection, client):
    """Read transactions of the first account that Ponto gives: a refusal of one account is not one of the right.

    :raises PontoError: when Ponto gives none
    """
    accounts = connection.account_ids.filtered("listed").sorted(lambda account: not account.linked)
    refusal = None
    for account in accounts[: 1 + PROBED_ACCOUNTS]:
        try:
            next(client.transaction_pages(account.ponto_id, limit=1))
        except NotFound:
            continue  # gone meanwhile: it says nothing about the others
        except PontoError as error:
            refusal = error
        else:
            return
    if refusal:
        raise refusal


def get_obstacle(check, talk):
    """Return what a line says that needs Ponto when Ponto did not get so far.

    :param Talk talk: what Ponto answered
    :return ProbeResult | None: None when there was no obstacle
    """
    if talk.silence:
        return ProbeResult("grey", check.env._("Not checked: Ponto does not answer."))
    if not talk.asked or talk.find(*REFUSED_PAIR):
        return ProbeResult("grey", check.env._("Not checked: Ponto has to accept the credentials first."))
    return None
