from datetime import datetime, timedelta, timezone

from lxml import etree

from odoo.tests import Form, tagged

from .common import IBAN, OTHER_IBAN
from .test_down import DownCase

BETA = "Beta bank: contact Ponto when something is missing; using it helps Ponto, which gets real feedback."
READ_ONLY = "Ponto shows what it has and gets nothing new meanwhile; what is missing arrives afterwards by itself."
NO_ACCESS = "Ponto has no access meanwhile; what is missing arrives afterwards by itself."
HOUR = timedelta(hours=1)


@tagged("post_install", "-at_install")
class TestMarks(DownCase):
    """Banks in beta, replaced or under maintenance: one sentence each, the same on every screen.

    It is 06:00 UTC on Tuesday 3 March 2026: 07:00 in Belgium.
    """

    def prepare(self):
        super().prepare()
        self.bank_account = self.open_account()
        self.connection, _books = self.start(self.bank_account)
        self.account = self.connection.account_ids
        self.bank_record = self.connection.institution_ids
        self.accountant.tz = "Europe/Brussels"

    def look(self):
        self.connection.next_sync_at = datetime.now()
        self.run_cron()
        self.env.invalidate_all()

    def plan(self, kind, begin=None, end=None):
        """Announce a maintenance at the bank, by hours from now on."""
        self.institution.maintenance_type = kind
        for name, hours in (("maintenance_from", begin), ("maintenance_to", end)):
            moment = None if hours is None else datetime.now(timezone.utc) + hours * HOUR
            setattr(self.institution, name, moment)
        self.look()

    def kinds(self, record):
        return [notice.kind for notice in record._get_notices()]

    def shown(self, user=None):
        """Return what each screen says: institution, account, Fetch Accounts and card."""
        user = user or self.accountant
        self.env.invalidate_all()
        wizard = self.env["ponto.account.fetch"].create({"connection_id": self.connection.id}).with_user(user)
        journal = self.account.journal_id.with_user(user)
        return {
            "institution": self.plain(self.bank_record.with_user(user).notice),
            "account": self.plain(self.account.with_user(user).notice),
            "fetch": self.plain(wizard.line_ids.note),
            "card": self.plain(journal._prepare_ponto_card_vals(journal.ponto_account_id)["notice"]),
        }

    def plain(self, text):
        return (text or "").replace("\u202f", " ").replace("\xa0", " ")

    def assertShown(self, sentence, *screens):
        """Assert which screens say a sentence; the others must not."""
        said = {screen for screen, text in self.shown().items() if sentence in text}
        self.assertEqual(said, set(screens), self.shown())

    EVERYWHERE = ("institution", "account", "fetch", "card")
    NOT_ON_THE_CARD = ("institution", "account", "fetch")

    # ------------------------------------------------------------------ beta, experimental, deprecated

    def test_a_usual_bank_has_no_remark(self):
        self.assertEqual(set(self.shown().values()) - {"Its history is still being read."}, {"", "Balance 1,000.00 €."})

    def test_beta_is_said_everywhere_but_on_the_card_and_stays_selectable(self):
        self.institution.status = "beta"
        self.look()
        self.assertShown(BETA, *self.NOT_ON_THE_CARD)
        new = self.open_account(reference=OTHER_IBAN)
        self.look()
        wizard = self.env["ponto.account.fetch"].browse(self.connection.action_fetch_accounts()["res_id"])
        line = wizard.line_ids.filtered(lambda line: line.account_id.ponto_id == new.id)
        self.assertTrue(line.selected)
        wizard.action_confirm()
        self.assertTrue(line.account_id.linked)

    def test_experimental_is_said_in_its_own_words(self):
        self.institution.status = "experimental"
        self.look()
        self.assertShown("Experimental bank, which Ponto is still trying out", *self.NOT_ON_THE_CARD)
        self.assertShown("Beta bank")

    def test_a_replaced_bank_is_said_everywhere(self):
        self.institution.deprecated = True
        self.look()
        self.assertShown("authorize the accounts of the new one in Ponto", *self.EVERYWHERE)

    def test_a_replaced_account_is_said_where_accounts_are(self):
        self.bank_account.deprecated = True
        self.look()
        self.assertShown("Ponto replaced this account by another record.", "account", "fetch")
        card = self.account.journal_id._prepare_ponto_card_vals(self.account)
        self.assertEqual(card["authorization"], "Ponto replaced this account by another record.")

    # ------------------------------------------------------------------ maintenance

    def test_a_running_maintenance_says_until_when_and_what_ponto_can_do(self):
        self.plan("internal", begin=-1, end=11)
        self.assertShown(f"Maintenance at Bank van Brabant until 6:00 PM: {NO_ACCESS}", *self.EVERYWHERE)
        self.plan("financialInstitution", begin=-1, end=11)
        self.assertShown(f"Maintenance at Bank van Brabant until 6:00 PM: {READ_ONLY}", *self.EVERYWHERE)
        self.assertShown("as Ponto says")

    def test_an_end_on_another_day_has_its_date(self):
        self.plan("internal", begin=-1, end=35)
        self.assertShown("until 3/4/26, 6:00 PM: Ponto", *self.EVERYWHERE)

    def test_times_are_those_of_the_reader(self):
        self.plan("internal", begin=-1, end=11)
        self.accountant.tz = "America/New_York"  # still 2 March there: 01:00 is of the same night
        self.assertIn("until 12:00 PM: Ponto", self.shown()["account"])
        self.env["res.lang"]._activate_lang("nl_BE")
        self.accountant.write({"lang": "nl_BE", "tz": "Europe/Brussels"})
        account = self.account.with_user(self.accountant).with_context(lang="nl_BE")
        self.assertIn("18:00:", account.notice)
        self.invoicing.tz = False
        self.assertIn("until 6:00 PM:", self.shown(self.accountant.with_context(lang="en_US"))["card"])
        account = self.account.with_user(self.invoicing).with_context(tz=False)
        sentence = "until 6:00 PM (Europe/Brussels):"
        self.assertIn(sentence, self.plain(account.notice), "the connection's, when the reader has none")

    def test_no_two_screens_give_one_moment_two_hours(self):
        self.plan("internal", begin=-1, end=11)
        for zone, hour in (
            ("Europe/Brussels", "6:00 PM"),
            ("America/New_York", "12:00 PM"),
            (False, "6:00 PM (Europe"),
        ):
            self.accountant.tz = zone
            self.env.invalidate_all()
            check = self.env[(action := self.connection.with_user(self.accountant).action_check())["res_model"]]
            lines = check.with_user(self.accountant).browse(action["res_id"]).line_ids
            self.assertIn(hour, self.plain(" ".join(lines.mapped("sentence"))))
            for screen, text in self.shown().items():
                self.assertIn(f"until {hour}", text, screen)
            self.assertIn(f"until {hour}", self.plain(self.bank_record.with_user(self.accountant).maintenance_message))

    def test_runs_have_the_hour_of_the_reader_too(self):
        self.connection.next_sync_at = self.account.last_import_at = datetime(2026, 3, 3, 5, 30)
        run = self.env["ponto.synchronization"].search([("account_id", "=", self.account.id)], limit=1)
        run.started_at = datetime(2026, 3, 3, 5, 30)
        for zone, hour in (
            ("Europe/Brussels", "6:30 AM"),
            ("America/New_York", "12:30 AM"),
            (False, "6:30 AM (Europe"),
        ):
            self.accountant.tz = zone
            self.env.invalidate_all()
            user = self.accountant
            journal, account = self.account.journal_id.with_user(user), self.account.with_user(user)
            texts = (
                journal._prepare_ponto_card_vals(account)["last_import"],
                run.with_user(user).display_name,
                self.connection.with_user(user)._describe_missed_schedule(),
            )
            for text in texts:
                self.assertIn(hour, self.plain(text))

    def test_a_maintenance_far_ahead_is_said_on_the_form_of_the_bank_only(self):
        self.plan("internal", begin=100, end=110)
        self.assertShown("Maintenance")
        message = self.plain(self.bank_record.with_user(self.accountant).maintenance_message)
        self.assertIn("from 3/7/26, 11:00 AM until 3/7/26, 9:00 PM:", message)
        self.plan(None)
        self.assertFalse(self.bank_record.maintenance_message)

    def test_without_an_end_none_is_said(self):
        for kind, sentence in (("internal", NO_ACCESS), ("financialInstitution", READ_ONLY)):
            self.plan(kind)
            self.assertShown(f"Maintenance at Bank van Brabant: {sentence}", *self.EVERYWHERE)

    def test_a_maintenance_that_is_over_is_not_said_although_nobody_looked_since(self):
        for kind in ("internal", "financialInstitution"):
            self.plan(kind, begin=-1, end=2)
            self.assertFalse(self.account.available)
            self.frozen.tick(3 * HOUR)
            self.assertShown("Maintenance")
            self.look()
            self.assertShown("Maintenance")

    def test_a_maintenance_that_takes_longer_than_planned_is_said_as_ponto_says_it(self):
        self.plan("internal", begin=-1, end=2)
        self.frozen.tick(3 * HOUR)
        self.look()
        self.account.available = False  # of this look, after the end
        self.assertShown("as Ponto says: it shows what it has", "account", "fetch", "card")

    def test_a_planned_maintenance_is_announced_two_days_ahead_and_not_on_the_card(self):
        self.plan("financialInstitution", begin=12, end=24)
        self.assertShown(
            "Maintenance at Bank van Brabant from 7:00 PM until 3/4/26, 7:00 AM: what is missing meanwhile arrives",
            *self.NOT_ON_THE_CARD,
        )
        self.plan("financialInstitution", begin=12)
        self.assertShown("Maintenance at Bank van Brabant from 7:00 PM: what", *self.NOT_ON_THE_CARD)
        for hours, said in ((48, True), (48.1, False)):
            self.plan("internal", begin=hours, end=60)
            self.assertEqual(self.kinds(self.bank_record), ["planned"] if said else [], hours)

    def test_maintenance_comes_first_and_is_said_once(self):
        self.institution.status, self.institution.deprecated = "beta", True
        self.plan("financialInstitution", begin=-1, end=5)
        self.assertEqual(self.kinds(self.account), ["maintenance", "deprecated", "beta"])
        self.assertEqual(self.account.notice.count("\n"), 2)

    # ------------------------------------------------------------------ screens

    def test_invoicing_sees_the_same(self):
        self.plan("internal", begin=-1, end=11)
        self.invoicing.tz = "Europe/Brussels"
        for name, record in (("institution", self.bank_record), ("account", self.account)):
            self.assertEqual(self.plain(record.with_user(self.invoicing).notice), self.shown()[name])

    def test_the_forms_and_the_list_show_it(self):
        self.institution.status = "beta"
        self.look()
        for record in (self.bank_record, self.account):
            form = Form(record.with_user(self.accountant), f"account_online_ponto.{record._table}_view_form")
            self.assertEqual(form.notice, BETA)
        arch = self.env["ponto.institution"].get_view(view_type="list")["arch"]
        self.assertIn('name="notice"', arch)

    def test_an_account_without_a_bank_has_no_mark(self):
        self.account.institution_id = False
        self.assertEqual((self.account._get_notices(), self.account.silence_message), ([], False))

    def test_the_help_for_an_account_that_is_missing_is_there_once_and_on_every_page(self):
        view = self.env.ref("account_online_ponto.ponto_account_fetch_view_form")
        arch = self.env["ponto.account.fetch"].with_user(self.accountant).get_view(view.id, "form")["arch"]
        form = etree.fromstring(arch)
        panels = form.xpath("//*[@name='not_listed']")
        self.assertEqual(len(panels), 1)
        self.assertFalse(form.xpath("//notebook//*[@name='not_listed']"), "outside of the pages")
        self.assertEqual(
            {button.get("name") for button in panels[0].iter("button")}, {"action_open_ponto", "action_refresh"}
        )
        self.assertEqual(len(panels[0].findall(".//dt")), len(panels[0].findall(".//dd")))
        text = " ".join(panels[0].itertext())
        for words in (
            "not authorized",
            "not switched on",
            "180 days",
            "beta",
            "another organization",
            "does not offer",
        ):
            self.assertIn(words, text)
        self.assertEqual(arch.count("Account not in the list?"), 1)
        self.assertEqual(self.account.reference, IBAN)
