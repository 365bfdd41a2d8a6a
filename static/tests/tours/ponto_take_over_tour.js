import { stepUtils } from "@web_tour/tour_utils";

import { addTour } from "./ponto_tour_steps";

const MAIN = "BE68539007547034";
const CARD = `.o_kanban_record:contains("Fed by the OCA module for Ponto")`;

/** An Administrator of Invoicing takes over from the OCA module; tools/oca.py runs this where it is installed. */
addTour("ponto_take_over", () => [
    ...stepUtils.goToAppSteps("account.menu_finance", "Open Invoicing"),
    {
        content: "The card says what feeds the journal, and what can be done about it",
        trigger: `${CARD} [name=ponto_take_over] a[name=action_ponto_take_over]`,
    },
    {
        content: "Open the section of the menu",
        trigger: `.o_menu_sections [data-menu-xmlid="account.menu_finance_configuration"]`,
        run: "click",
    },
    {
        content: "Choose the menu",
        trigger: `.o-dropdown--menu [data-menu-xmlid="account_online_ponto.ponto_connection_menu"]`,
        run: "click",
    },
    {
        content: "Whoever begins a new connection is told that the credentials are there already",
        trigger: ".o_list_button_add",
        run: "click",
    },
    {
        trigger: `.o_form_view .alert-info:contains("fed by the OCA module for Ponto: 1."):contains("Go back to the list")`,
    },
    {
        content: "Back to the list",
        trigger: ".o_breadcrumb .o_back_button",
        run: "click",
    },
    {
        content: "Take over",
        trigger: ".o_list_view button[name=action_take_over]",
        run: "click",
    },
    {
        content: "It is said what happens: confirm",
        trigger: `.modal:contains("its providers are switched off") .modal-footer .btn-primary`,
        run: "click",
    },
    {
        content: "It is said what was taken over",
        trigger: `.o_notification:contains("Taken over from the OCA module"):contains("${MAIN}")`,
    },
    {
        content: "The account is linked with the journal that it had",
        trigger: `.o_list_view .o_data_row:contains("${MAIN}"):contains("Bank")`,
    },
]);

/** Afterwards: the card no longer speaks of the OCA module, and its lines are those that were there, and the new one. */
addTour("ponto_taken_over", () => [
    ...stepUtils.goToAppSteps("account.menu_finance", "Open Invoicing"),
    {
        trigger: `.o_kanban_view:has(.o_kanban_record):not(:has([name=ponto_take_over]))`,
    },
    {
        content: "The card shows the state of Ponto; open its transactions",
        trigger: `.o_kanban_record:contains("Bank"):has([name=ponto_state]:contains("Last import")) button[name=open_action]`,
        run: "click",
    },
    {
        trigger: `.o_list_view:has(.o_data_row:contains("Invoice 1")):has(.o_data_row:contains("Invoice 4")):not(:has(.o_data_row:nth-of-type(5)))`,
    },
]);
