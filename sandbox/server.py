"""The fake Ponto over real HTTP on the loopback: routing, authentication, faults."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.http import http_date
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from . import api, bank_api, pages
from .access import TOKEN_SECONDS, AccessDenied
from .bank import Bank
from .control import Control
from .discovery import discovery_document
from .faults import Fault, Faults, bend_next_link, never_rest
from .keeping import Keeper
from .records import Integration, Options
from .rendering import Renderer
from .web import Call, Refusal, ServerThread, json_response, new_request_id, not_found

_BANK = "/sandbox/financial-institutions"
_BANK_ACCOUNT = f"{_BANK}/<institution_id>/financial-institution-accounts"
_BANK_TRANSACTION = f"{_BANK_ACCOUNT}/<bank_account_id>/financial-institution-transactions"
ROUTES: list[tuple[str, str, Callable[..., api.Answer]]] = [
    ("GET", "/accounts", api.list_accounts),
    ("GET", "/accounts/<account_id>", api.get_account),
    ("DELETE", "/accounts/<account_id>", api.delete_account),
    ("GET", "/accounts/<account_id>/transactions", api.list_transactions),
    ("GET", "/accounts/<account_id>/transactions/<transaction_id>", api.get_transaction),
    ("GET", "/accounts/<account_id>/pending-transactions", api.list_pending),
    ("GET", "/accounts/<account_id>/pending-transactions/<transaction_id>", api.get_pending),
    ("POST", "/accounts/<account_id>/reauthorization-requests", api.create_reauthorization_request),
    ("GET", "/financial-institutions", api.list_institutions),
    ("GET", "/financial-institutions/<institution_id>", api.get_institution),
    ("POST", "/synchronizations", api.create_synchronization),
    ("GET", "/synchronizations/<synchronization_id>", api.get_synchronization),
    ("GET", "/synchronizations/<synchronization_id>/updated-transactions", api.list_updated),
    ("GET", "/synchronizations/<synchronization_id>/updated-pending-transactions", api.list_updated_pending),
    ("GET", "/userinfo", api.userinfo),
    ("DELETE", "/organizations/<organization_id>/integration", api.delete_integration),
    ("GET", _BANK, bank_api.list_institutions),
    ("GET", f"{_BANK}/<institution_id>", bank_api.get_institution),
    ("GET", _BANK_ACCOUNT, bank_api.list_accounts),
    ("GET", f"{_BANK_ACCOUNT}/<bank_account_id>", bank_api.get_account),
    ("GET", _BANK_TRANSACTION, bank_api.list_transactions),
    ("GET", f"{_BANK_TRANSACTION}/<transaction_id>", bank_api.get_transaction),
    ("POST", _BANK_TRANSACTION, bank_api.create_transaction),
    ("PATCH", f"{_BANK_TRANSACTION}/<transaction_id>", bank_api.update_transaction),
]
URLS = Map(
    [Rule(path, methods=[method], endpoint=handler) for method, path, handler in ROUTES],
    strict_slashes=True,
    merge_slashes=False,
)
AUTHORIZATION_URLS = Map([
    Rule(
        "/authorize/organizations/<organization_id>/sandbox/integrations/<integration_id>/accounts/<account_id>"
        "/reauthorization-requests/<request_id>",
        endpoint="page",
    )
])  # fmt: skip
# No scope is needed to learn who one is, or to leave.
UNSCOPED = (api.userinfo, api.delete_integration)


class Sandbox:
    """A Ponto server for one bank.

    :param bank: the bank behind it
    :param port: to listen on; 0 takes a free one
    :param keeper: writes the bank down whenever a call has changed it; nobody does when omitted
    """

    def __init__(self, bank: Bank, port: int = 0, keeper: Keeper | None = None) -> None:
        self.bank = bank
        self._keeper = keeper
        self.faults = Faults()
        self.requests: list[Call] = []
        self._control = Control(bank, self.faults, self.requests)
        self._server = ServerThread(self, port)

    @property
    def url(self) -> str:
        """Return the base address, without a final slash."""
        return f"http://127.0.0.1:{self._server.port}"

    @property
    def options(self) -> Options:
        """Return the options of this Ponto; change its fields."""
        return self.bank.options

    def start(self) -> Sandbox:
        """Listen in a thread of its own."""
        self._server.start()
        return self

    def stop(self) -> None:
        """Stop listening; clients get no answer from then on."""
        self._server.stop()

    def clear(self) -> None:
        """Forget recorded calls and planned faults."""
        with self.bank.lock:
            self.requests.clear()
            self.faults.clear()

    def __enter__(self) -> Sandbox:
        return self.start()

    def __exit__(self, *exception: object) -> None:
        self.stop()

    # -- WSGI ------------------------------------------------------------------------------------------------------

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer one request (WSGI)."""
        request = Request(environ)
        request_id = new_request_id()
        if request.path.startswith(("/_sandbox/", "/dashboard", "/authorize/", "/favicon.ico")):
            response = self._guard(request, request_id, lambda: self._local(request))
            return response(environ, start_response)
        with self.bank.lock:
            hitting = self.faults.hitting(request.method, request.path)
        if "delay" in hitting:
            time.sleep(float(hitting["delay"].options.get("seconds", 1)))
        cut = hitting.get("cut")
        if cut is not None and not cut.options.get("after_bytes"):
            self._record(request, 0)
            raise ConnectionAbortedError("cut by a planned fault")
        response = self._spoiled(hitting) or self._guard(request, request_id, lambda: self._answer(request, hitting))
        if "malformed" in hitting:
            response.set_data(response.get_data()[: max(1, len(response.get_data()) * 2 // 3)])
        response.headers["ibanity-request-id"] = request_id
        # Ponto's own clock: when it is moved, answers are dated by it.
        response.headers["Date"] = http_date(self.bank.clock.now())
        self._record(request, response.status_code)
        if cut is not None:
            _cut_after(response, int(cut.options["after_bytes"]))
        return response(environ, start_response)

    def _record(self, request: Request, status: int) -> None:
        body = request.get_data(as_text=True)
        call = Call(request.method, request.path, request.args.to_dict(), status, dict(request.headers), body)
        with self.bank.lock:
            self.requests.append(call)

    def _guard(self, request: Request, request_id: str, answer: Callable[[], Response]) -> Response:
        """Turn refusals into error documents."""
        try:
            with self._kept(request):
                self.bank.tick()
                return answer()
        except Refusal as error:
            refusal = error
        except AccessDenied as denied:
            refusal = Refusal(denied.status, denied.code, denied.detail)
        except MethodNotAllowed:
            refusal = Refusal(405, "methodNotAllowed", "The method is not allowed for this resource.")
        except HTTPException:
            # Strict: what is no documented route does not exist, not even with another slash.
            refusal = not_found("route")
        return json_response(refusal.document(request_id), refusal.status)

    @contextlib.contextmanager
    def _kept(self, request: Request) -> Iterator[None]:
        """Hold the bank's lock, and write the bank down before anybody learns what has changed."""
        with self.bank.lock:
            try:
                yield
            finally:
                if self._keeper is not None:
                    self._keeper.keep(request.method)

    @staticmethod
    def _spoiled(hitting: dict[str, Fault]) -> Response | None:
        """Return the answer of a fault that replaces the real one."""
        if "html" in hitting:
            status = int(hitting["html"].options.get("status", 200))
            return Response("<html><body><h1>Bad gateway</h1></body></html>", status, content_type="text/html")
        if "status" not in hitting:
            return None
        options = hitting["status"].options
        status = int(options.get("status", 500))
        body = options.get("body")
        if body is None:
            code = {429: "tooManyRequests", 403: "forbidden"}.get(status, "internalServerError")
            body = Refusal(status, code, "A planned fault.").document(new_request_id())
        response = Response(body, status) if isinstance(body, str) else json_response(body, status)
        if options.get("retry_after") is not None:
            response.headers["Retry-After"] = str(options["retry_after"])
        return response

    # -- Ponto -----------------------------------------------------------------------------------------------------

    def _answer(self, request: Request, hitting: dict[str, Fault]) -> Response:
        base = request.host_url.rstrip("/")
        if request.path in ("/oauth2/token", "/oauth2/revoke"):
            return self._oauth(request)
        if request.path == "/" and request.method == "GET":
            if "Authorization" in request.headers:
                self._integration(request)
            return json_response(discovery_document(base))
        handler, arguments = URLS.bind_to_environ(request.environ).match()
        integration = self._integration(request)
        if "expired_token" in hitting:
            self.bank.access.revoke_token(_bearer(request))
            self._integration(request)
        if handler not in UNSCOPED:
            self.bank.access.check_scope(integration)
        renderer = Renderer(self.bank, base)
        call = api.Context(self.bank, request, integration, renderer, self.faults, hitting)
        status, document = handler(call, **arguments)
        never_rest(document, hitting)
        bend_next_link(document, hitting, base)
        return json_response(document, status)

    def _integration(self, request: Request) -> Integration:
        return self.bank.access.check_token(_bearer(request))

    def _oauth(self, request: Request) -> Response:
        """Answer the token and revocation endpoints, whose errors have OAuth's own shape."""
        if request.method != "POST":
            raise MethodNotAllowed(["POST"])
        given = request.authorization
        basic = given is not None and given.type == "basic"
        try:
            client_id, secret = (given.username, given.password) if basic and given else (None, None)
            integration = self.bank.access.check_client(client_id, secret)
        except AccessDenied as denied:
            return _oauth_error(denied.status, denied.code, denied.detail)
        values = {**_json_object(request), **request.args.to_dict(), **request.form.to_dict()}
        if request.path == "/oauth2/revoke":
            self.bank.access.revoke_token(values.get("token"))
            return json_response({})
        if values.get("grant_type") != "client_credentials":
            return _oauth_error(400, "unsupported_grant_type", "The grant type is not supported")
        token = self.bank.access.issue_token(integration)
        return json_response({
            "access_token": token.text,
            "expires_in": TOKEN_SECONDS,
            "scope": integration.scope,
            "token_type": "bearer",
        })  # fmt: skip

    # -- beside Ponto ----------------------------------------------------------------------------------------------

    def _local(self, request: Request) -> Response:
        """Answer pages for people and the remote control; they are no part of the recorded calls."""
        if request.path.startswith("/_sandbox/"):
            name = request.path.removeprefix("/_sandbox/")
            return json_response(self._control.answer(request.method, name, request.get_data(as_text=True)))
        if request.path == "/dashboard":
            return pages.dashboard(self.bank, request)
        _page, arguments = AUTHORIZATION_URLS.bind_to_environ(request.environ).match()
        return pages.authorization_page(self.bank, request, arguments["request_id"])


def _oauth_error(status: int, code: str, description: str) -> Response:
    return json_response({"error": code, "error_description": description}, status)


def _bearer(request: Request) -> str | None:
    kind, _, text = request.headers.get("Authorization", "").partition(" ")
    return text if kind.lower() == "bearer" else None


def _json_object(request: Request) -> dict[str, Any]:
    """Return a JSON body of the token endpoint, which the partner host accepts too."""
    if not request.is_json:
        return {}
    try:
        body = json.loads(request.get_data(as_text=True))
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _cut_after(response: Response, count: int) -> None:
    """Announce the whole body, send a part of it, and hang up."""
    body = response.get_data()

    def part() -> Iterator[bytes]:
        yield body[:count]
        raise ConnectionAbortedError("cut by a planned fault")

    response.response = part()
    response.headers["Content-Length"] = str(len(body))
