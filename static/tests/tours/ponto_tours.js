import { stepUtils } from "@web_tour/tour_utils";

import { addTour, chooseMenu } from "./ponto_tour_steps";

const MAIN = "BE68539007547034";
const OTHER = "BE71096123456769";

/** Values that the test in Python knows only when it runs: address and credentials of its sandbox. */
function given(name) {
    return JSON.parse(sessionStorage.getItem("ponto_given"))[name];
}

function goToInvoicing() {
    return stepUtils.goToAppSteps("account.menu_finance", "Open Invoicing");
}

function fill(field, name) {
    return {
        content: `Fill in ${field}`,
        trigger: `.o_form_view .o_field_widget[name=${field}] input`,
        async run(helpers) {
            await helpers.edit(given(name));
        },
    };
}

function seeNoSecret() {
    return {
        content: "The secret is not shown",
        trigger: ".o_form_view .o_field_widget[name=client_secret] input",
        run() {
            if (this.anchor.value) {
                throw new Error("The form shows the secret");
            }
        },
    };
}

function saveConnection() {
    return {
        content: "Save",
        trigger: ".o_form_button_save:enabled",
        run: "click",
    };
}

addTour("ponto_connect", () => [
    ...goToInvoicing(),
    ...chooseMenu(
        "account.menu_finance_configuration",
        "account_online_ponto.ponto_connection_menu"
    ),
    {
        content: "Create a connection",
        trigger: ".o_list_button_add",
        run: "click",
    },
    fill("client_id", "client_id"),
    fill("client_secret", "client_secret"),
    fill("api_url", "api_url"),
    {
        content: "Connect",
        trigger: "button[name=action_connect]",
        run: "click",
    },
    {
        content: "The account of the company is proposed",
        trigger: `.modal .o_data_row:contains(${MAIN}) td[name=selected] input:checked`,
    },
    {
        content: "That of another holder is not, with the reason",
        trigger: `.modal .o_data_row:contains(${OTHER}):contains("Jan Janssens") td[name=selected] input:not(:checked)`,
    },
    {
        content: "Choose the row",
        trigger: `.modal .o_data_row:contains(${OTHER}) td[name=selected]`,
        run: "click",
    },
    {
        content: "Tick it",
        trigger: `.modal .o_selected_row:contains(${OTHER}) td[name=selected] input`,
        run: "check",
    },
    {
        content: "See what to do in Ponto",
        trigger: ".modal .nav-link[name=in_ponto]",
        run: "click",
    },
    {
        trigger: `.modal details summary b:contains("Account not in the list?")`,
    },
    {
        content: "See the connection",
        trigger: ".modal .nav-link[name=connection]",
        run: "click",
    },
    {
        trigger: ".modal .o_field_widget[name=schedule]",
    },
    {
        content: "Synchronize",
        trigger: ".modal button[name=action_confirm]",
        run: "click",
    },
    {
        trigger: `.o_notification:contains("2 accounts are synchronized")`,
    },
    {
        trigger: "body:not(:has(.modal))",
    },
    {
        trigger: `.o_field_widget[name=health]:contains("Connected")`,
    },
    seeNoSecret(),
]);

addTour("ponto_bank_transactions", () => [
    ...goToInvoicing(),
    {
        content: "Open the transactions from the card of the journal",
        trigger: `.o_kanban_record:contains(${MAIN}) button[name=open_action]`,
        run: "click",
    },
    {
        trigger: `.o_last_breadcrumb_item:contains("Bank Transactions")`,
    },
    {
        trigger: `.o_searchview_facet:contains(${MAIN})`,
    },
    {
        trigger: `.o_list_view:has(.o_data_row:contains("Invoice 1")):has(.o_data_row:contains("Invoice 3"))`,
    },
    {
        content: "Search a label",
        trigger: ".o_searchview_input",
        run: "edit Invoice 2",
    },
    {
        trigger: ".o_searchview_autocomplete .o-dropdown-item:first",
    },
    {
        content: "Take the first proposal",
        trigger: ".o_searchview_input",
        run: "press Enter",
    },
    {
        trigger: `.o_list_view:has(.o_data_row:contains("Invoice 2")):not(:has(.o_data_row:contains("Invoice 1")))`,
    },
    {
        content: "Correct the label",
        trigger: `.o_data_row td[name=payment_ref]:contains("Invoice 2")`,
        run: "click",
    },
    {
        trigger: ".o_selected_row .o_field_widget[name=payment_ref] input",
        run: "edit Rent of March",
    },
    {
        content: "Save the line",
        trigger: ".o_list_button_save",
        run: "click",
    },
    {
        trigger: `.o_list_view:not(:has(.o_selected_row)) .o_data_row:contains("Rent of March")`,
    },
    {
        content: "Search no longer",
        trigger: `.o_searchview_facet:contains("Invoice 2") .o_facet_remove`,
        run: "click",
    },
    {
        content: "Select a line",
        trigger: `.o_data_row:contains("Invoice 1") .o_list_record_selector input`,
        run: "click",
    },
    {
        content: "Open the actions",
        trigger: ".o_cp_action_menus .dropdown-toggle",
        run: "click",
    },
    {
        content: "Delete it",
        trigger: `.o-dropdown--menu .o-dropdown-item:contains("Delete")`,
        run: "click",
    },
    {
        content: "Yes, delete",
        trigger: `.modal-footer button:contains("Delete")`,
        run: "click",
    },
    {
        trigger: `.o_list_view:has(.o_data_row:contains("Rent of March")):not(:has(.o_data_row:contains("Invoice 1")))`,
    },
]);

addTour("ponto_replace_secret", () => [
    ...goToInvoicing(),
    ...chooseMenu(
        "account.menu_finance_configuration",
        "account_online_ponto.ponto_connection_menu"
    ),
    {
        content: "Open the connection",
        trigger: ".o_data_row:first td[name=name]",
        run: "click",
    },
    seeNoSecret(),
    fill("client_secret", "wrong_secret"),
    saveConnection(),
    {
        content: "Ponto's refusal is one sentence",
        trigger: `.o_error_dialog main:contains("Ponto refuses this Client ID and Client Secret.")`,
    },
    {
        content: "Close it",
        trigger: ".o_error_dialog .modal-footer button",
        run: "click",
    },
    {
        trigger: "body:not(:has(.modal))",
    },
    fill("client_secret", "new_secret"),
    saveConnection(),
    {
        trigger: ".o_form_view .o_form_saved",
    },
    seeNoSecret(),
]);

addTour("ponto_invoicing", () => [
    ...goToInvoicing(),
    {
        content: "The configuration is not for this user",
        trigger: `.o_menu_sections:not(:has([data-menu-xmlid="account.menu_finance_configuration"]))`,
    },
    ...chooseMenu(
        "account_online_ponto.account_bank_menu",
        "account_online_ponto.account_bank_statement_line_menu"
    ),
    {
        content: "Nothing can be created",
        trigger: `body:not(:has(.o_list_button_add)) .o_data_row td[name=payment_ref]:contains("Invoice 1")`,
        run: "click",
    },
    {
        content: "The form shows, and cannot be edited",
        trigger: `.o_form_view .o_field_widget[name=payment_ref]:not(:has(input)):contains("Invoice 1")`,
    },
    ...chooseMenu(
        "account_online_ponto.account_bank_menu",
        "account_online_ponto.account_bank_ponto_account_menu"
    ),
    {
        content: "The state of the account",
        trigger: `.o_data_row:contains("Linked") td[name=reference]:contains(${MAIN})`,
        run: "click",
    },
    {
        content: "Nothing can be done",
        trigger: `.o_form_view:has(.o_field_widget[name=balance_message]):not(:has(button[name=action_synchronize], button[name=action_fetch_accounts]))`,
    },
]);

addTour("ponto_employee", () => [
    stepUtils.showAppsMenuItem(),
    {
        content: "The applications, and Invoicing is none of them",
        trigger: `.o-dropdown--menu:has(.o_app):not(:has(.o_app[data-menu-xmlid="account.menu_finance"]))`,
    },
]);
