"""Two small pages for people: the bank's authorization page and a Ponto dashboard."""

from __future__ import annotations

from html import escape

from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from .bank import Bank
from .records import Account, Integration
from .web import not_found

STYLE = """body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:3rem auto;padding:0 1rem;color:#222}
table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #ccc;padding:.4rem;text-align:left}
button{font:inherit;padding:.3rem .8rem;margin-right:.5rem}form{display:inline}"""


def _page(title: str, body: str, status: int = 200) -> Response:
    html = (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style></head><body><h1>{escape(title)}</h1>{body}</body></html>"
    )
    return Response(html, status=status, content_type="text/html; charset=utf-8")


def authorization_page(bank: Bank, request: Request, request_id: str) -> Response:
    """Show, or take the decision of, the page on which the owner authorizes an account again.

    :param request_id: id of the reauthorization request
    :return: the page, or the way back to the integration's redirect URI
    :raise Refusal: 404 for an unknown request
    """
    asked = bank.reauthorizations.get(request_id)
    if asked is None:
        raise not_found("reauthorizationRequest")
    account = asked.account
    if asked.used:
        return _page("This request was used", "<p>Ask for a new one in your accounting software.</p>", 410)
    if request.method == "POST":
        asked.used = True
        if request.form.get("decision") == "authorize":
            bank.renew(account)
        return redirect(asked.redirect_uri, 303)
    body = (
        f"<p>{escape(asked.integration.name)} asks to read the account <b>{escape(account.reference)}</b> "
        f"({escape(account.currency)}) for {account.institution.authorization_lifetime or 180} days.</p>"
        '<form method="post"><button name="decision" value="authorize">Authorize</button>'
        '<button name="decision" value="cancel">Cancel</button></form>'
    )
    return _page(f"{account.institution.name}: authorize again", body)


def dashboard(bank: Bank, request: Request) -> Response:
    """Show the dashboard of this fake Ponto: renew accounts, toggle them in the integrations.

    :raise Refusal: 404 for an unknown account or integration
    """
    if request.method == "POST":
        account = bank.accounts.get(request.form.get("account", ""))
        if account is None:
            raise not_found("account")
        if request.form.get("action") == "renew":
            bank.renew(account)
        else:
            _toggle(bank, account, request.form.get("integration", ""))
        return redirect("/dashboard", 303)
    header = "".join(f"<th>{escape(each.name)}</th>" for each in bank.integrations)
    rows = "".join(_row(bank, account) for account in bank.accounts.values())
    table = f"<tr><th>Bank</th><th>Account</th><th>Authorized until</th><th></th>{header}</tr>{rows}"
    return _page("Ponto (sandbox)", f"<p>It is {bank.clock.now():%Y-%m-%d %H:%M} UTC.</p><table>{table}</table>")


def _toggle(bank: Bank, account: Account, integration_id: str) -> None:
    for integration in bank.integrations:
        if integration.id == integration_id:
            shared = account.id in integration.account_ids
            (integration.unshare if shared else integration.share)(account)
            return
    raise not_found("integration")


def _form(account: Account, action: str, label: str, integration: Integration | None = None) -> str:
    hidden = f'<input type="hidden" name="account" value="{account.id}">'
    if integration is not None:
        hidden += f'<input type="hidden" name="integration" value="{integration.id}">'
    return f'<form method="post">{hidden}<button name="action" value="{action}">{label}</button></form>'


def _row(bank: Bank, account: Account) -> str:
    toggles = "".join(
        f"<td>{_form(account, 'toggle', 'On' if account.id in each.account_ids else 'Off', each)}</td>"
        for each in bank.integrations
    )
    state = f"{account.expires_at:%Y-%m-%d}" if account.authorized(bank.clock.now()) else "expired"
    return (
        f"<tr><td>{escape(account.institution.name)}</td><td>{escape(account.reference)} {escape(account.currency)}"
        f"</td><td>{state}</td><td>{_form(account, 'renew', 'Authorize again')}</td>{toggles}</tr>"
    )
