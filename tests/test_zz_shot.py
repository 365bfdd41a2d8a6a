from datetime import date, timedelta
import os
from decimal import Decimal
from odoo.tests import tagged
from .agreement_histories import History
from .rpc_case import RpcCase
from .test_agreement_live import TestAgreementLive
from .agreement_case import AgreementCase


@tagged("post_install", "-at_install")
class TestShot(RpcCase, AgreementCase):
    def test_shot(self):
        history = next(
            h
            for h in (History(s, date.today(), days=90, most_per_day=3) for s in range(600, 900))
            if {"missing_days", "doubled", "wrong_day"} <= set(h.kinds) and h.beginning == "before"
        )
        account = TestAgreementLive.play(self, history)
        bank = self.env["res.partner.bank"].create(
            {"acc_number": "BE68539007547034", "partner_id": self.company.partner_id.id}
        )
        self.journal.bank_account_id = bank
        shown = self.open_shown(account)
        print(shown.summary)
        account.write({"linked": True, "journal_id": self.journal.id, "import_from": date.today()})
        self.journal.bank_statements_source = "ponto"
        self.env.flush_all()
        which = os.environ.get("SHOT", "form")
        base = "document.querySelector('.o_form_view')"
        wait = lambda js: f"setTimeout(()=>{{ {js} }}, 6000); setTimeout(()=>console.error('shot'), 12000);"
        urls = {
            "form": (
                f"/odoo/action-account_online_ponto.ponto_account_action/{account.id}",
                "document.querySelector('button[name=action_find_agreement]').click()",
            ),
            "days": (
                f"/odoo/action-account_online_ponto.ponto_account_action/{account.id}",
                "document.querySelector('button[name=action_find_agreement]').click(); setTimeout(()=>document.querySelector('.nav-link[name=days]').click(), 3000)",
            ),
            "card": (
                "/odoo/accounting",
                "document.querySelectorAll('.o_kanban_record .o_dropdown_kanban button, .o_kanban_record .o-dropdown--kanban-record-menu, .o_kanban_manage_toggle_button').forEach(e=>e.click())",
            ),
            "fetch": (
                f"/odoo/action-account_online_ponto.ponto_account_action/{account.id}",
                "document.querySelector('button[name=action_fetch_accounts]').click()",
            ),
        }
        if which == "fetch":
            account.write({"linked": False, "journal_id": False, "import_from": False})
            self.env.flush_all()
        url, js = urls[which]
        self.browser_js(url, wait(js), login=self.accountant.login, timeout=60)
