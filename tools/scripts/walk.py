"""A walk through the demo as ``./dev serve`` shows it, with a real browser. Started by ``./dev walk`` only.

Runs in an Odoo shell, whose cursor only looks at what the clicks did; everything is done by the browser. Prints its
progress, and the result as JSON on a line that starts with RESULT.
"""

# ruff: noqa: F821 - `env` comes from the Odoo shell

import json
import logging
import os
import re
import sys
import time

import requests

from odoo.addons.account_online_ponto.tests.walk_case import PATIENCE, Walker
from odoo.tests.common import ChromeBrowser

GIVEN = json.loads(os.environ["PONTO_WALK"])
DASHBOARD = "/odoo/action-account.open_account_journal_dashboard_kanban"
FETCH, COMPARE, RENEW = "action_ponto_synchronize", "action_ponto_find_agreement", "action_ponto_renew_authorization"
EVERYWHERE = (FETCH, COMPARE)  # pressed on every card that has it; everything else once
REST_SECONDS = 1.5  # without a call to Odoo: the page has come to rest; what is followed asks every 3 seconds
MENU_SECONDS = 1.5  # until a menu has opened
BOOKED = 3  # payments that arrive at the bank during the walk
CARD = """[...document.querySelectorAll(".o_kanban_record")].find((card) =>
    card.querySelector("a[name=open_action]")?.textContent.trim() === %s)"""
CARDS = """[...document.querySelectorAll(".o_kanban_record a.fw-bold[name=open_action]")].map((el) =>
    el.textContent.trim())"""
BUTTONS = """[...%s.querySelectorAll("[type=object][name], [type=action][name]")].filter((el) =>
    el.getClientRects().length).map((el) => [el.getAttribute("name"), el.textContent.trim()])"""
MENU = 'document.querySelector(".o-dropdown--menu")'
PRESS = """(() => {
    const el = [...(%s?.querySelectorAll("[type=object][name], [type=action][name]") || [])].find((el) =>
        el.getAttribute("name") === %s && el.textContent.trim() === %s);
    el?.click();
    return !!el;
})()"""
SHOWN = "!!document.querySelector('.o_kanban_record a[name=open_action]')"
# What stands before the user: dialogs and notifications.
SAID = """[...document.querySelectorAll(".modal .modal-body, .o_notification")].map((el) => el.innerText.trim())"""
BROKEN = """!!document.querySelector(".o_error_dialog, .o_notification .bg-danger, .o_notification.border-danger")"""
CHECKS = """[...document.querySelectorAll("[name=ponto_balance] .col-auto")].map((el) =>
    [el.closest(".o_kanban_record").querySelector("a[name=open_action]").textContent.trim(),
     el.querySelector(".text-success") ? "" : el.innerText.trim()])"""


def say(text):
    """Print a line of progress."""
    print(text)
    sys.stdout.flush()


class Stage:
    """What Odoo's browser wants to know of the test that starts it."""

    _logger = logging.getLogger("walk")
    browser_size = "1366x768"
    touch_enabled = False

    @staticmethod
    def fetch_proxy(_url):
        """Answer for the world outside of this machine: there is none."""
        return {"body": "", "responseCode": 404, "responseHeaders": []}


class Person(Walker):
    """Somebody who uses the demo."""

    def log_in(self, login):
        """Log in as people do; the password is the login."""
        self.open("/web/session/logout")
        self.open("/web/login")
        self._wait("!!document.querySelector('form.oe_login_form')", "no form to log in")
        self._evaluate(
            "for (const name of ['login', 'password']) {"
            f" document.querySelector(`form.oe_login_form [name=${{name}}]`).value = {json.dumps(login)}; }}"
        )
        self._evaluate("document.querySelector('form.oe_login_form button[type=submit]').click()")
        self._wait("!location.pathname.startsWith('/web/login')", f"{login} cannot log in")
        self.open("/odoo")
        self._wait("!!document.querySelector('.o_web_client .o_main_navbar')", f"no Odoo for {login}")

    def look(self, expression):
        """Return what an expression of JavaScript says."""
        return self._evaluate(expression)

    def rest(self):
        """Wait until the page asks Odoo for nothing anymore."""
        calls, since, end = -1, time.monotonic(), time.monotonic() + PATIENCE
        while time.monotonic() - since < REST_SECONDS:
            now = self._evaluate("performance.getEntriesByType('resource').length")
            if now != calls or self._evaluate("!!document.querySelector('.o_loading_indicator, .o_blockUI')"):
                calls, since = now, time.monotonic()
            if time.monotonic() > end:
                raise AssertionError(f"The page does not come to rest at {self.address}")
            time.sleep(0.1)

    def go_to_dashboard(self, anew=False):
        """Go to the dashboard: close what stands before it, and go back when it is another page.

        :param bool anew: load the whole page
        """
        if not anew:
            self._evaluate("document.querySelectorAll('.modal .btn-close').forEach((el) => el.click())")
            if not self._evaluate(SHOWN):
                self._evaluate("history.back()")
                self.rest()
        if anew or not self._evaluate(SHOWN):
            self.open(DASHBOARD)
        self._wait(SHOWN, "no dashboard")
        self.rest()

    def open_menu(self, journal):
        """Open the menu in the corner of a card, again when the card was drawn anew meanwhile."""
        self.close_menu()
        end = time.monotonic() + PATIENCE
        while not self._evaluate(f"!!{MENU}"):
            if time.monotonic() > end:
                raise AssertionError(f"No menu at {journal}")
            self._evaluate(f"{CARD % json.dumps(journal)}?.querySelector('.o_dropdown_kanban button')?.click()")
            time.sleep(MENU_SECONDS)

    def close_menu(self):
        """Press beside an open menu, and wait until it has gone."""
        beside = "new PointerEvent('pointerdown', {bubbles: true})"
        self._wait(
            f"(document.querySelector('.o_control_panel').dispatchEvent({beside}), !{MENU})", "a menu stays open"
        )

    def buttons(self, journal):
        """Return what can be pressed on a card: (journal, whether it is in the menu, name, words)."""
        card = CARD % json.dumps(journal)
        found = [(journal, False, *button) for button in self._evaluate(BUTTONS % card)]
        if self._evaluate(f"!!{card}.querySelector('.o_dropdown_kanban button')"):
            self.open_menu(journal)
            found += [(journal, True, *button) for button in self._evaluate(BUTTONS % MENU)]
            self.close_menu()
        return found

    def press_button(self, button):
        """Press a button of the dashboard, and confirm what is asked."""
        journal, in_menu, name, words = button
        scope = CARD % json.dumps(journal)
        if in_menu:
            self.open_menu(journal)
            scope = MENU
        self._wait(PRESS % (scope, json.dumps(name), json.dumps(words)), f"not there: {journal}: {words}")
        self.rest()


class Walk:
    """The walk, and what is wrong on its way."""

    def __init__(self, person):
        self.person = person
        self.problems = []
        self.pressed = 0

    def news(self):
        """Look at the database as it is now."""
        env.cr.rollback()
        env.invalidate_all()
        return env

    def check(self, where, fine, problem):
        """Note a problem."""
        if not fine:
            self.problems.append(f"{where}: {problem}")
            say(f"PROBLEM {where}: {problem}")

    def check_balances(self, where):
        """Compare every account with the bank's own ledger, and with what Odoo says of its balance check."""
        bank = {
            each["ponto_id"]: each
            for each in requests.get(f"{GIVEN['sandbox']}/_sandbox/ledger", timeout=PATIENCE).json()["accounts"]
        }
        for account in self.news()["ponto.account"].search([]):
            name = f"{account.reference} {account.currency_code}"
            self.check(where, account.balance_state == "equal", f"{name}: balance check {account.balance_state}")
            told = float(bank[account.ponto_id]["reported_balance"])
            self.check(where, abs(account.bank_balance - told) < 0.005, f"{name}: {account.bank_balance}, not {told}")

    def check_dashboard(self):
        """See a green check on every card that has one."""
        self.person.go_to_dashboard(anew=True)
        shown = self.person.look(CHECKS)
        accounts = self.news()["ponto.account"].search([("journal_id", "!=", False)])
        self.check("Dashboard", len(shown) == len(accounts), f"{len(shown)} checks, {len(accounts)} accounts")
        for journal, words in shown:
            self.check("Dashboard", not words, f"{journal}: balance check says {words!r}")
        return len(shown)

    def press_everything(self):
        """Press every button of the dashboard once, Fetch and Compare on every card."""
        self.person.go_to_dashboard()
        seen, plan = set(), []
        for journal in self.person.look(CARDS):
            for button in self.person.buttons(journal):
                what = button if button[2] in EVERYWHERE else button[2:]
                if what not in seen:
                    seen.add(what)
                    plan.append(button)
        plan.sort(key=lambda button: button[2] == RENEW)  # what is renewed needs other buttons no longer
        for number, button in enumerate(plan, 1):
            self.press(button, f"{number}/{len(plan)} {button[0]}: {button[3]}")

    def press(self, button, title):
        """Press one button, wait for what it starts, and look at the balances."""
        self.person.go_to_dashboard()
        last = self.last_run()
        self.person.press_button(button)
        if button[2] == FETCH:
            self.wait_for_runs()
            self.check_log(button[0], last)
        said = [" ".join(text.split())[:150] for text in self.person.look(SAID) or []]
        say(f"{title}{' -> ' + ' | '.join(said) if said else ''}")
        self.check(title, not self.person.look(BROKEN), f"an error: {said}")
        if button[2] == RENEW:
            self.renew()
        self.pressed += 1
        self.check_balances(title)

    def renew(self):
        """Authorize again at the bank, whose page stands in another tab."""
        self.person.open(self.person.see_new_tab("/authorize/"))
        self.person.press("Authorize")
        self.person.arrive("/odoo")
        self.person.rest()

    def last_run(self):
        """Return the id of the newest row of the log."""
        return self.news()["ponto.synchronization"].search([], order="id desc", limit=1).id

    def wait_for_runs(self):
        """Wait until everything that was asked for is read."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            running = self.news()["ponto.synchronization"].search_count([("state", "=", "running")])
            following = self.person.look("document.querySelector('.o_notification')?.innerText || ''")
            if not running and not re.search(r"\.\.\.|…", following):
                break
            time.sleep(0.5)
        self.person.rest()

    def check_log(self, journal, last):
        """See the accountant in the log, as the one who fetched; where Ponto had nothing new, there is no row.

        :return: how many rows there are
        """
        runs = self.news()["ponto.synchronization"].search([("id", ">", last), ("journal_id.name", "=", journal)])
        for run in runs:
            who = run.user_id.login or "nobody"
            self.check(journal, who == GIVEN["accountant"], f"the log says {who} ({run.trigger}), not who pressed")
        return len(runs)

    def check_connection(self):
        """Press Check Connection, and read what it says."""
        connection = self.news()["ponto.connection"].search([])
        self.person.open(f"/odoo/action-account_online_ponto.ponto_connection_action/{connection.id}")
        self.person.press("Check Connection")
        self.person.rest()
        said = " ".join(" ".join(self.person.look(SAID)).split())
        say(f"Check Connection -> {said[:600]}")
        self.check("Check Connection", not self.person.look(BROKEN) and said, "an error")
        self.check_balances("Check Connection")

    def book(self):
        """Let payments arrive at the bank, fetch them, and find them in the books."""
        main = requests.get(f"{GIVEN['sandbox']}/_sandbox/scenario", timeout=PATIENCE).json()["accounts"]["main"]
        account = self.news()["ponto.account"].search([("ponto_id", "=", main)])
        journal = account.journal_id.name
        before, last = self.count(account), self.last_run()
        values = {"account": main, "count": BOOKED}
        requests.post(f"{GIVEN['sandbox']}/_sandbox/transactions", json=values, timeout=PATIENCE).raise_for_status()
        self.press((journal, False, FETCH, "Fetch Transactions"), f"{journal}: {BOOKED} new payments")
        new = self.count(account) - before
        self.check(journal, new == BOOKED, f"{new} of {BOOKED} new payments are in the books")
        self.check(journal, self.check_log(journal, last), "the log has no row of it")

    def count(self, account):
        """Return how many transactions of an account are in the books."""
        domain = [("account_id", "=", account.id), ("state", "=", "imported")]
        return self.news()["ponto.transaction"].search_count(domain)

    def see_what_invoicing_sees(self):
        """Log in as somebody who only makes invoices: the checks are there, the buttons of others are not."""
        self.person.log_in(GIVEN["invoicing"])
        shown = self.check_dashboard()
        names = {button[2] for journal in self.person.look(CARDS) for button in self.person.buttons(journal)}
        for name in (FETCH, RENEW, "action_ponto_import_file", "action_ponto_fetch_accounts"):
            self.check(GIVEN["invoicing"], name not in names, f"may press {name}")
        say(f"{GIVEN['invoicing']} sees {shown} balance checks")


def walk():
    """Walk, and print what was found."""
    browser = ChromeBrowser(Stage)
    try:
        way = Walk(Person(browser, GIVEN["odoo"]))
        way.person.log_in(GIVEN["accountant"])
        way.check_dashboard()
        way.book()
        if GIVEN["everything"]:
            way.press_everything()
            way.check_connection()
            way.see_what_invoicing_sees()
            way.person.log_in(GIVEN["accountant"])
        shown = way.check_dashboard()
    finally:
        browser.stop()
    say("RESULT " + json.dumps({"pressed": way.pressed, "checks": shown, "problems": way.problems}))


walk()
