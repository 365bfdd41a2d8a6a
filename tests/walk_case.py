"""A person who walks with a real browser through Odoo, the pages of a bank and back; no script of Odoo leads the way."""

import json
import re
import time
from contextlib import ExitStack, contextmanager

import requests

from odoo.tests.common import ChromeBrowser, ChromeBrowserException

from .rpc_case import RpcCase

PATIENCE = 120  # seconds, on a busy machine
# What a browser says of a page that goes while it is asked.
LEAVING = re.compile(r"navigated or closed|context was destroyed|Cannot find context")
# What a person presses: the innermost visible link or button with these words.
FIND = """((scope, words) => {
    const seen = [...document.querySelectorAll(scope)].flatMap((el) => [...el.querySelectorAll("a, button")]);
    return seen.find((el) => el.textContent.includes(words) && el.getClientRects().length);
})"""


class Walker:
    """Somebody with a browser.

    :param browser: `ChromeBrowser` of Odoo's test runner
    :param str root: address of Odoo
    """

    def __init__(self, browser, root):
        self._browser = browser
        self._root = root

    def open(self, address):
        """Go to an address, of Odoo or complete; a page that stays empty is loaded again, as everybody does."""
        for _attempt in range(3):
            self._browser.navigate_to(address if "://" in address else self._root + address, wait_stop=True)
            end = time.monotonic() + PATIENCE / 3
            while time.monotonic() < end:
                if self._evaluate("!!document.body?.innerText.trim()"):
                    return
                time.sleep(0.2)
        raise AssertionError(f"Nothing but an empty page at {address}")

    def press(self, words, within="body"):
        """Press the link or button with these words, as soon as it is there.

        :param str words: some of its text
        :param str within: selector of what it is in
        """
        element = f"{FIND}({json.dumps(within)}, {json.dumps(words)})"
        self._wait(f"!!{element}", f"nothing to press: {words}")
        self._evaluate(f"{element}.click()")

    def see(self, *texts, within="body"):
        """Wait until all these texts are on the page."""
        for text in texts:
            elements = f"[...document.querySelectorAll({json.dumps(within)})]"
            self._wait(f"{elements}.some((el) => el.innerText.includes({json.dumps(text)}))", f"not seen: {text}")

    def sees_now(self, text):
        return self._evaluate(f"document.body.innerText.includes({json.dumps(text)})")

    @property
    def address(self):
        return self._evaluate("location.href")

    def arrive(self, part):
        """Wait until the address holds a text."""
        self._wait(f"location.href.includes({json.dumps(part)})", f"never came to {part}")

    def see_new_tab(self, part):
        """Wait for another tab whose address holds a text, and return that address."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            tabs = requests.get(f"http://127.0.0.1:{self._browser.devtools_port}/json", timeout=PATIENCE).json()
            for tab in tabs:
                if part in tab["url"]:
                    return tab["url"]
            time.sleep(0.2)
        raise AssertionError(f"No tab came to {part}")

    def _wait(self, condition, problem):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if self._evaluate(condition):
                return
            time.sleep(0.2)
        raise AssertionError(f"{problem}, at {self.address}:\n{self._evaluate('document.body.innerText')[:2000]}")

    def _evaluate(self, expression):
        parameters = {"expression": expression, "returnByValue": True, "userGesture": True}
        try:
            answer = self._browser._websocket_request("Runtime.evaluate", params=parameters, timeout=PATIENCE)
        except ChromeBrowserException as leaving:
            # A page may be leaving at this moment: then there is no answer, and the next one is asked.
            if not LEAVING.search(str(leaving)):
                raise
            return None
        return answer["result"].get("value")


class WalkCase(RpcCase):
    """People before their screens; the scheduled action works between their steps, when the test says so."""

    @contextmanager
    def walk(self, user=None):
        """Give a browser to a user who is logged in, or to somebody who is not.

        :param user: `res.users` record
        """
        browser = ChromeBrowser(self)
        with ExitStack() as leave:
            leave.enter_context(self.allow_requests(browser=browser))
            leave.callback(self._wait_remaining_requests)
            leave.callback(browser.stop)
            if user:
                self.authenticate(user.login, user.login, browser=browser)
            self.env.flush_all()
            self.env.cr.clear()
            yield Walker(browser, self.base_url())
        self.env.invalidate_all()

    def work(self):
        """Run the scheduled action while somebody walks: pages that are being loaded wait for it."""
        with self.registry.cursor() as cr:
            self.env(cr=cr).ref("account_online_ponto.cron_synchronize").method_direct_trigger()
