from dataclasses import dataclass, field

from odoo import api, models
from odoo.tools import format_list

from ..const import CLOCK_OFF, CLOCK_WRONG, PROBED_ACCOUNTS
from ..models.support.days import say_moment
from ..models.support.failures import explain
from ..ponto_client import CredentialsError, NotFound, PontoError, ScopeError, TokenRejected
from .ponto_check_table import ProbeResult

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


class PontoConnectionCheck(models.TransientModel):
    """What only Ponto can tell: whether it answers, accepts the credentials, and what it shares."""

    _inherit = "ponto.connection.check"

    # ------------------------------------------------------------------ asking

    @api.model
    def _ask_ponto(self, connection, alone):
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
        self._ask_all(connection, client, talk, alone)
        client.close()
        talk.clock_difference = client.clock_difference
        return talk

    def _ask_all(self, connection, client, talk, alone):
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
            ask("transactions", lambda: self._ask_transactions(connection, client))

    def _ask_transactions(self, connection, client):
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

    def _get_obstacle(self, talk):
        """Return what a line says that needs Ponto when Ponto did not get so far.

        :param Talk talk: what Ponto answered
        :return ProbeResult | None: None when there was no obstacle
        """
        if talk.silence:
            return ProbeResult("grey", self.env._("Not checked: Ponto does not answer."))
        if not talk.asked or talk.find(*REFUSED_PAIR):
            return ProbeResult("grey", self.env._("Not checked: Ponto has to accept the credentials first."))
        return None

    # ------------------------------------------------------------------ probes

    def _probe_answer(self, talk):
        """Whether Ponto answers, with what Ponto answers."""
        if talk.silence:
            yield ProbeResult("red", explain(self.env, talk.silence), "check_again")
        elif talk.asked:
            yield ProbeResult("green", self.env._("Ponto answers."))
        else:
            yield ProbeResult("grey", self.env._("Not checked: there is nothing to ask with."))

    def _probe_credentials(self, talk):
        """Whether Ponto accepts the Client ID and the Client Secret."""
        refusal = talk.find(*REFUSED_PAIR)
        if not talk.asked:
            sentence = self.env._("No Client Secret is stored. Copy the one that Ponto shows.")
            yield ProbeResult("red", sentence, "update_credentials")
        elif refusal:
            yield ProbeResult("red", explain(self.env, refusal), "update_credentials")
        elif "token" in talk.errors and not talk.find(ScopeError):
            yield self._get_obstacle(talk)
        else:
            yield ProbeResult("green", self.env._("Ponto accepts the Client ID and the Client Secret."))

    def _probe_scope(self, talk):
        """Whether the integration may read accounts, transactions and institutions."""
        names = {
            "accounts": self.env._("accounts"),
            "transactions": self.env._("transactions"),
            "institutions": self.env._("institutions"),
        }
        refused = [name for name, error in talk.errors.items() if isinstance(error, ScopeError)]
        if "token" in refused:
            yield ProbeResult("red", explain(self.env, talk.errors["token"]), "open_ponto")
        elif refused:
            sentence = self.env._(
                "This integration has no right to read %(what)s. In Ponto, give it the scope Account Information.",
                what=format_list(self.env, [names[name] for name in refused]),
            )
            yield ProbeResult("red", sentence, "open_ponto")
        else:
            yield self._get_obstacle(talk) or ProbeResult(
                "green", self.env._("The integration may read %(what)s.", what=format_list(self.env, [*names.values()]))
            )

    def _probe_clock(self, talk):
        """Whether this server and Ponto agree on the time."""
        if talk.clock_difference is None:
            yield self._get_obstacle(talk) or ProbeResult(
                "grey", self.env._("Not checked: Ponto's answer has no date.")
            )
            return
        seconds = round(abs(talk.clock_difference))
        if seconds <= CLOCK_OFF.total_seconds():
            yield ProbeResult("green", self.env._("This server and Ponto agree on the time."))
            return
        values = {"minutes": seconds // 60, "seconds": seconds % 60}
        if talk.clock_difference > 0:
            sentence = self.env._("The clock of this server is %(minutes)s min %(seconds)s s behind Ponto's.", **values)
        else:
            sentence = self.env._(
                "The clock of this server is %(minutes)s min %(seconds)s s ahead of Ponto's.", **values
            )
        remedy = self.env._("Whoever runs the server lets it keep its time (NTP).")
        level = "red" if seconds > CLOCK_WRONG.total_seconds() else "orange"
        yield ProbeResult(level, f"{sentence} {remedy}", "check_again")

    def _probe_accounts(self, talk):
        """Whether Ponto shares what is synchronized, and something that nobody has decided about."""
        if not talk.listed:
            yield self._get_obstacle(talk) or ProbeResult(
                "grey", self.env._("Not checked: the integration has to read accounts first.")
            )
            return
        accounts = self.connection_id.account_ids
        shared, linked = accounts.filtered("listed"), self._get_linked()
        if off := linked.filtered(lambda account: account.state == "off"):
            sentence = self.env._(
                "Ponto does not share %(accounts)s anymore. Switch it on in your integration, or untick it in Fetch"
                " Accounts.",
                accounts=self._list_names(off),
            )
            yield ProbeResult("red", sentence, "open_ponto")
        if not shared:
            sentence = self.env._("Ponto shares no bank account with this integration: switch them on there.")
            yield ProbeResult("red", sentence, "open_ponto")
        elif not linked:
            sentence = self.env._("Ponto shares %(count)s accounts; none is synchronized.", count=len(shared))
            yield ProbeResult("red", sentence, "fetch_accounts")
        elif new := accounts.filtered(lambda account: account.state == "new"):
            sentence = self.env._("New in Ponto, and not chosen yet: %(accounts)s.", accounts=self._list_names(new))
            yield ProbeResult("orange", sentence, "fetch_accounts")
        if replaced := linked.filtered(lambda account: account.state == "replaced"):
            sentence = self.env._("Ponto replaced %(accounts)s by another record.", accounts=self._list_names(replaced))
            yield ProbeResult("orange", sentence, "fetch_accounts")
        sentence = self.env._(
            "Ponto shares %(count)s accounts, of which %(linked)s are synchronized.",
            count=len(shared),
            linked=len(linked & shared),
        )
        yield ProbeResult("green", sentence)

    def _probe_institutions(self, talk):
        """Whether a bank of a synchronized account is replaced, under maintenance or still tested."""
        banks = self._get_linked().filtered("listed").institution_id
        if not talk.listed or not banks:
            obstacle = None if talk.listed else self._get_obstacle(talk)
            yield obstacle or ProbeResult("grey", self.env._("Not checked: there is no synchronized account."))
            return
        if replaced := banks.filtered("deprecated"):
            sentence = self.env._(
                "Ponto replaced %(banks)s by another record: authorize the accounts of the new one in Ponto.",
                banks=self._list_names(replaced),
            )
            yield ProbeResult("red", sentence, "open_ponto")
        for bank in banks.filtered(lambda bank: bank._is_in_maintenance()):
            values = {"bank": bank.name, "moment": self._tell_moment(bank.maintenance_to)}
            if bank.maintenance_to:
                sentence = self.env._("%(bank)s is under maintenance until %(moment)s.", **values)
            else:
                sentence = self.env._("%(bank)s is under maintenance.", **values)
            yield ProbeResult("orange", sentence, "check_again")
        if tested := banks.filtered(lambda bank: bank.status in ("beta", "experimental")):
            sentence = self.env._(
                "Ponto is still testing %(banks)s: contact Ponto when something is missing.",
                banks=self._list_names(tested),
            )
            yield ProbeResult("orange", sentence, "open_ponto")
        yield ProbeResult("green", self.env._("%(banks)s: no remark by Ponto.", banks=self._list_names(banks)))

    # ------------------------------------------------------------------ words

    def _list_names(self, records):
        return format_list(self.env, records.mapped("display_name"))

    def _tell_moment(self, moment):
        return say_moment(self.env, moment, self.connection_id.timezone)
