"""Pages are followed to the end, on known hosts only, and never in a circle."""

from odoo.tests import BaseCase, tagged

from ..ponto_client import CallsSpent, EndlessPages, ForeignLink, FormatError, Trail
from ..ponto_client.address import BaseAddress, next_query
from .http_stub import ClientCase, Reply

PATH = "/accounts/a/transactions"
FOREIGN_LINKS = (
    "https://evil.example{path}?page[after]=t1",
    "https://api.myponto.com.evil.example{path}?page[after]=t1",
    "https://evil-api.myponto.com{path}?page[after]=t1",
    "https://api.myponto.com@evil.example{path}?page[after]=t1",
    "https://api.myponto.com:secret@evil.example{path}?page[after]=t1",
    "https://user@api.myponto.com{path}?page[after]=t1",
    "https://api.myponto.com:8443{path}?page[after]=t1",
    "https://api.myponto.com:x{path}?page[after]=t1",
    "http://api.myponto.com{path}?page[after]=t1",
    "ftp://api.myponto.com{path}?page[after]=t1",
    "https://api.myponto.com\\@evil.example{path}?page[after]=t1",
    "https://api.myponto.com%2eevil.example{path}?page[after]=t1",
    "https://api.mypontо.com{path}?page[after]=t1",  # a Cyrillic letter
    "https://api.myponto.com.{path}?page[after]=t1",
    "//evil.example{path}?page[after]=t1",
    "https:evil.example{path}?page[after]=t1",
    "https://[::1{path}?page[after]=t1",
    "\thttps://api.myponto.com{path}?page[after]=t1",
    "javascript:alert(1)",
)


def item(identifier):
    """Return a transaction with nothing but an id."""
    return {"type": "transaction", "id": identifier, "attributes": {}}


def page(*identifiers, **links):
    """Return a page of transactions."""
    return Reply({"data": [item(identifier) for identifier in identifiers], "links": links})


@tagged("post_install", "-at_install")
class TestClientPaging(ClientCase):
    def ids(self, **options):
        """Return the ids of all transactions, page by page, and the cursors."""
        pages = list(self.client.transaction_pages("a", **options))
        return [[entry.id for entry in one.items] for one in pages], [one.next_cursor for one in pages]

    def queries(self):
        return [call.args.to_dict() for call in self.stub.calls(PATH)]

    def test_first_page_asks_for_the_limit_and_the_cursor(self):
        self.stub.reply(PATH, page())
        self.ids()
        self.ids(after="t 7&x", limit=3)
        self.assertEqual(self.queries(), [{"page[limit]": "100"}, {"page[limit]": "3", "page[after]": "t 7&x"}])
        for limit in (0, 101, -1):
            with self.assertRaises(ValueError):
                self.ids(limit=limit)

    def test_pages_of_the_same_host(self):
        self.stub.reply(
            PATH,
            page("t1", "t2", next=f"{self.stub.url}{PATH}?page[after]=t2&page[limit]=2"),
            page("t3", next=f"{self.stub.url}{PATH}?after=t3&limit=2"),
            page("t4", next=None),
        )
        self.assertEqual(self.ids(limit=2), ([["t1", "t2"], ["t3"], ["t4"]], ["t2", "t3", None]))
        self.assertEqual(self.queries()[1:], [{"page[after]": "t2", "page[limit]": "2"}, {"after": "t3", "limit": "2"}])

    def test_sister_hosts_are_asked_at_the_base_address(self):
        self.stub.reply(
            PATH,
            page("t1", next=f"https://api.ibanity.com/ponto-connect{PATH}?page[after]=t1&page[limit]=1"),
            page("t2", next=f"https://api.myponto.com{PATH}?page[after]=t2"),
            page("t3", next=f"https://api.myponto.com:443/ponto-connect{PATH}?page[after]=t3"),
            page("t4", next=f"HTTPS://API.IBANITY.COM{PATH}?page[after]=t4"),
            page("t5"),
        )
        self.assertEqual(self.ids()[0], [["t1"], ["t2"], ["t3"], ["t4"], ["t5"]])
        self.assertEqual(len(self.stub.calls(PATH)), 5)

    def test_relative_links(self):
        self.stub.reply(
            PATH, page("t1", next=f"{PATH}?page[after]=t1"), page("t2", next="?page[after]=t2"), page("t3", next="")
        )
        self.assertEqual(self.ids()[0], [["t1"], ["t2"], ["t3"]])

    def test_link_written_as_an_object(self):
        self.stub.reply(PATH, page("t1", next={"href": f"{PATH}?page[after]=t1"}), page("t2", next={"href": None}))
        self.assertEqual(self.ids()[0], [["t1"], ["t2"]])

    def test_base_address_with_a_prefix(self):
        client = self.make_client(f"{self.stub.url}/ponto-connect/")
        self.stub.reply("/ponto-connect/oauth2/token", *self.stub._replies["/oauth2/token"])
        self.stub.reply(
            f"/ponto-connect{PATH}",
            page("t1", next=f"{self.stub.url}/ponto-connect{PATH}?page[after]=t1"),
            page("t2", next=f"https://api.myponto.com{PATH}?page[after]=t2"),
            page("t3"),
        )
        self.assertEqual(len(list(client.transaction_pages("a"))), 3)

    def test_foreign_hosts_get_no_request(self):
        foreign = self.start_stub()
        foreign.reply(PATH, page("stolen"))
        port = foreign.url.rpartition(":")[2]
        links = [
            f"{foreign.url}{PATH}?page[after]=t1",
            f"{self.stub.url}@127.0.0.1:{port}{PATH}?page[after]=t1",
            f"http://localhost:{port}{PATH}?page[after]=t1",
            f"//127.0.0.1:{port}{PATH}?page[after]=t1",
            f"{self.stub.url.replace('http:', 'ftp:')}{PATH}?page[after]=t1",
            *(link.format(path=PATH) for link in FOREIGN_LINKS),
        ]
        for link in links:
            with self.subTest(link=link):
                self.stub.requests.clear()
                self.stub.reply(PATH, page("t1", next=link))
                with self.assertRaises(ForeignLink) as caught:
                    self.ids()
                self.assertEqual(caught.exception.code, "foreignLink")
                self.assertNotIn("evil", str(caught.exception))
                self.assertEqual(len(self.stub.calls(PATH)), 1)
        self.assertEqual(foreign.requests, [])

    def test_real_hosts_only_over_tls(self):
        base = BaseAddress.parse("https://api.myponto.com/")
        self.assertEqual(base.url, "https://api.myponto.com")
        for start in ("https://api.myponto.com", "https://api.ibanity.com:443/ponto-connect", ""):
            self.assertEqual(next_query(f"{start}{PATH}?page[after]=t1", base, PATH), "page[after]=t1")
        for start in ("http://api.myponto.com", "http://api.myponto.com:443", "https://api.myponto.com:80"):
            with self.assertRaises(ForeignLink):
                next_query(f"{start}{PATH}?page[after]=t1", base, PATH)

    def test_base_address_is_written_as_it_is_called(self):
        for given, written in (
            (" HTTPS://API.myponto.com:443/ ", "https://api.myponto.com"),
            ("http://[::1]:8069", "http://[::1]:8069"),
            ("https://api.ibanity.com/ponto-connect", "https://api.ibanity.com/ponto-connect"),
        ):
            self.assertEqual(BaseAddress.parse(given).url, written)

    def test_link_to_another_list_is_refused(self):
        for link in (
            f"{self.stub.url}/accounts/b/transactions?page[after]=t1",
            f"{self.stub.url}/oauth2/revoke",
            f"{self.stub.url}/accounts/a/../b/transactions?page[after]=t1",
            "https://api.ibanity.com/xs2a/accounts/a/transactions?page[after]=t1",
            7,
            ["x"],
        ):
            with self.subTest(link=link):
                self.stub.reply(PATH, page("t1", next=link))
                with self.assertRaises(FormatError):
                    self.ids()

    def test_empty_page_with_a_next_link_is_followed(self):
        self.stub.reply(
            PATH,
            page("t1", next=f"{PATH}?page[after]=t1"),
            page(next=f"{PATH}?page[after]=t9"),
            page("t2"),
        )
        self.assertEqual(self.ids(), ([["t1"], [], ["t2"]], ["t1", "t9", None]))

    def test_link_without_a_cursor_continues_after_the_last_item(self):
        self.stub.reply(PATH, page("t1", "t2", next=f"{PATH}?page=2"), page(next=f"{PATH}?page=3"), page("t3"))
        self.assertEqual(self.ids(), ([["t1", "t2"], [], ["t3"]], ["t2", "page=3", None]))

    def test_an_item_without_a_usable_id_at_the_end_of_a_page_breaks_no_paging(self):
        self.stub.reply(
            PATH,
            page("t1", None, next=f"{PATH}?page[after]=t2"),
            page("t3", None, next=f"{PATH}?page=3"),
            page(None, next=f"{PATH}?page=4"),
            page("t6"),
        )
        self.assertEqual(self.ids(), ([["t1", None], ["t3", None], [None], ["t6"]], ["t2", "t3", "page=4", None]))

    def test_circles_end_in_an_error(self):
        for replies in (
            [page("t1", next=f"{PATH}?page[after]=t1")],
            [page("t1", next=f"{PATH}?page[after]=t1"), page("t2", next=f"{PATH}?page[limit]=9&page[after]=t1")],
            [page(next=f"{PATH}?page=1")],
        ):
            self.stub.requests.clear()
            self.stub.reply(PATH, *replies)
            with self.assertRaises(EndlessPages) as caught:
                self.ids()
            self.assertEqual(caught.exception.code, "endlessPages")
            self.assertEqual(len(self.stub.calls(PATH)), 2)
        self.stub.reply(PATH, page("t5", next=f"{PATH}?page[after]=t5"))
        with self.assertRaises(EndlessPages):
            self.ids(after="t5")

    def test_a_longer_circle_ends_in_an_error(self):
        self.stub.reply(
            PATH,
            page("t1", next=f"{PATH}?page[after]=a"),
            page("t2", next=f"{PATH}?page[after]=b"),
            page("t3", next=f"{PATH}?page[after]=a"),
        )
        with self.assertRaises(EndlessPages):
            self.ids()
        self.assertEqual(len(self.stub.calls(PATH)), 3)

    def test_a_page_that_came_before_is_not_given_again(self):
        self.stub.reply(
            PATH,
            page("t1", "t2", next=f"{PATH}?page[after]=a"),
            page("t3", next=f"{PATH}?page[after]=b"),
            page("t1", "t2", next=f"{PATH}?page[after]=c"),
            page("t4"),
        )
        given = []
        with self.assertRaises(EndlessPages):
            given.extend(self.client.transaction_pages("a"))
        self.assertEqual([one.next_cursor for one in given], ["a", "b"])

    def test_pages_that_share_some_items_are_no_repetition(self):
        self.stub.reply(
            PATH,
            page("t1", "t2", next=f"{PATH}?page[after]=a"),
            page("t2", "t1", next=f"{PATH}?page[after]=b"),
            page("t2", next=f"{PATH}?page[after]=c"),
            page("t2"),
        )
        self.assertEqual(self.ids()[0], [["t1", "t2"], ["t2", "t1"], ["t2"], ["t2"]])

    def test_pages_without_end_are_stopped(self):
        self.stub.reply("/accounts", *(page(f"t{n}", next=f"/accounts?page[after]=t{n}") for n in range(6)))
        limit = self.patch_limit(4)
        with self.assertRaises(EndlessPages):
            list(self.client.accounts())
        self.assertEqual(len(self.stub.calls("/accounts")), limit)

    def test_calls_end_at_their_limit(self):
        self.stub.reply(PATH, *(page(f"t{n}", next=f"{PATH}?page[after]=t{n}") for n in range(9)))
        self.client.call_limit = 4  # the token is one of them
        given = []
        with self.assertRaises(CallsSpent) as caught:
            given.extend(self.client.transaction_pages("a"))
        self.assertEqual((len(given), self.client.api_calls, len(self.stub.requests)), (3, 4, 4))
        self.assertEqual((caught.exception.code, caught.exception.status), ("callsSpent", None))
        self.client.call_limit = 5
        self.assertEqual(next(self.client.transaction_pages("a")).next_cursor, "t3")
        self.client.call_limit = None
        self.assertEqual(next(self.client.transaction_pages("a")).next_cursor, "t4")

    def patch_limit(self, pages):
        """Lower the constant for the test: 100,000 real pages would take minutes."""
        from ..ponto_client import client

        before = client.PAGES_LIMIT
        client.PAGES_LIMIT = pages
        self.addCleanup(setattr, client, "PAGES_LIMIT", before)
        return pages

    def test_page_before_a_failure_is_given(self):
        self.stub.reply(PATH, page("t1", next=f"{PATH}?page[after]=t1"), Reply("<html>", 200))
        pages = self.client.transaction_pages("a")
        self.assertEqual(next(pages).next_cursor, "t1")
        with self.assertRaises(FormatError):
            next(pages)

    def test_pages_are_asked_for_only_when_used(self):
        self.stub.reply(PATH, page("t1", next=f"{PATH}?page[after]=t1"), page("t2"))
        pages = self.client.transaction_pages("a")
        self.assertEqual(self.stub.requests, [])
        next(pages)
        self.assertEqual(len(self.stub.calls(PATH)), 1)

    def test_every_list_follows_its_pages(self):
        for path, method, arguments in (
            ("/accounts", self.client.accounts, ()),
            ("/financial-institutions", self.client.institutions, ()),
            ("/accounts/a/pending-transactions", self.client.pending_transactions, ("a",)),
            ("/synchronizations/s/updated-transactions", self.client.updated_transactions, ("s",)),
            ("/synchronizations/s/updated-pending-transactions", self.client.updated_pending_transactions, ("s",)),
        ):
            self.stub.reply(path, page("x1", "x2", next=f"{path}?page[after]=x2"), page("x3"))
            self.assertEqual([entry.id for entry in method(*arguments)], ["x1", "x2", "x3"])

    def test_links_that_are_no_object(self):
        for links in (None, [], "x"):
            self.stub.reply(PATH, Reply({"data": [item("t1")], "links": links}))
            self.assertEqual(self.ids(), ([["t1"]], [None]))


@tagged("post_install", "-at_install")
class TestTrail(BaseCase):
    """A reading that is interrupted after every page keeps a short text only, and notices a circle all the same."""

    def walk(self, cursors, trail=""):
        """Read pages whose ids are their cursors; return the number of pages until a circle is noticed."""
        for number, cursor in enumerate(cursors, 1):
            try:
                trail = str(Trail.parse(trail).step(cursor, [f"id of {cursor}"]))
            except EndlessPages:
                return number
            self.assertLess(len(trail), 120)
        return None

    def test_a_straight_way_is_no_circle(self):
        self.assertIsNone(self.walk(str(number) for number in range(5000)))

    def test_every_circle_is_noticed_soon(self):
        for way in range(12):
            for around in range(1, 12):
                straight = [f"w{number}" for number in range(way)]
                circle = [f"c{number}" for number in range(around)]
                noticed = self.walk([*straight, *circle * 50])
                self.assertIsNotNone(noticed, (way, around))
                self.assertLessEqual(noticed, 3 * (way + around) + 1, (way, around))

    def test_a_page_that_comes_again_at_once_is_noticed_at_once(self):
        for way in range(1, 20):
            trail = Trail()
            for number in range(way):
                trail = Trail.parse(str(trail.step(f"c{number}", [f"t{number}", f"u{number}"])))
            with self.assertRaises(EndlessPages):
                trail.step("new", [f"t{way - 1}", f"u{way - 1}"])
            self.assertEqual(trail.step("new", [f"t{way - 1}"]).length, way + 1)

    def test_empty_pages_and_items_without_ids_prove_nothing(self):
        trail = Trail()
        for number in range(20):
            trail = trail.step(f"c{number}", [None] * (number % 2))
        self.assertEqual(Trail.parse(str(trail)), trail)
        self.assertEqual(Trail.parse(None), Trail())
