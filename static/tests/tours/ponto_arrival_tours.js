import { stepUtils } from "@web_tour/tour_utils";

import { addTour, chooseMenu } from "./ponto_tour_steps";

/** An Administrator of Invoicing comes to Ponto with books that were kept by hand, and with an empty journal. */

const JOURNAL = "Old Bank";

function fill(field) {
    return {
        content: `Fill in ${field}`,
        trigger: `.o_form_view .o_field_widget[name=${field}] input`,
        async run(helpers) {
            await helpers.edit(JSON.parse(sessionStorage.getItem("ponto_given"))[field]);
        },
    };
}

/** Connects, and chooses the journal in Fetch Accounts. */
function connect() {
    return [
        ...stepUtils.goToAppSteps("account.menu_finance", "Open Invoicing"),
        ...chooseMenu("account.menu_finance_configuration", "account_online_ponto.ponto_connection_menu"),
        { content: "Create a connection", trigger: ".o_list_button_add", run: "click" },
        ...["client_id", "client_secret", "api_url"].map(fill),
        { content: "Connect", trigger: "button[name=action_connect]", run: "click" },
        {
            content: "Choose the journal of the account",
            trigger: ".modal .o_data_row:contains(BE68539007547034) td[name=journal_id]",
            run: "click",
        },
        {
            trigger: ".modal .o_selected_row td[name=journal_id] input",
            run: `edit ${JOURNAL}`,
        },
        {
            trigger: `.o-autocomplete--dropdown-item:not(.o_m2o_dropdown_option):contains(${JOURNAL})`,
            run: "click",
        },
    ];
}

function synchronize() {
    return [
        { content: "Synchronize", trigger: ".modal button[name=action_confirm]", run: "click" },
        { trigger: `.o_notification:contains("accounts are synchronized")` },
        { trigger: "body:not(:has(.modal))" },
    ];
}

/** Opens the account from Invoicing > Bank. */
function openAccount() {
    return [
        ...chooseMenu("account_online_ponto.account_bank_menu", "account_online_ponto.account_bank_ponto_account_menu"),
        { content: "Open the account", trigger: ".o_data_row td[name=reference]", run: "click" },
    ];
}

addTour("ponto_arrival_typed", () => [
    ...connect(),
    {
        content: "It is said since when the books do not agree, and what would be created",
        trigger: `.modal .o_data_row:contains("Bank and books agreed on"):contains("Would create 3 lines"):contains("5 are in the books already")`,
    },
    {
        content: "Compare before anything is linked",
        trigger: ".modal button[name=action_find_agreement]",
        run: "click",
    },
    {
        content: "What was forgotten is named",
        trigger: `.o_form_view:has(.o_ponto_strip .bg-success + .bg-danger) .o_data_row:contains("Missing in the books"):contains("Invoice 2")`,
    },
    {
        content: "Start on the day after both last agreed",
        trigger: "button[name=action_start_here]",
        run: "click",
    },
    { trigger: `.modal .o_data_row:contains("Would create 3 lines")` },
    ...synchronize(),
]);

addTour("ponto_arrival_typed_report", () => [
    ...stepUtils.goToAppSteps("account.menu_finance", "Open Invoicing"),
    ...chooseMenu("account_online_ponto.account_bank_menu", "account_online_ponto.account_bank_ponto_link_menu"),
    {
        content: "Each link is listed with its evidence",
        trigger: `.o_list_view:has(.o_data_row:contains("Invoice 3"):contains("The same day and amount")):has(.o_data_row:contains("Printer, a day late"):contains("a day apart"))`,
    },
    {
        content: "Group by evidence",
        trigger: ".o_searchview_dropdown_toggler",
        run: "click",
    },
    {
        trigger: `.o_group_by_menu .o_menu_item:contains("Evidence")`,
        run: "click",
    },
    {
        content: "Open the group of the globalized day",
        trigger: `.o_group_header:contains("The same total of the day")`,
        run: "click",
    },
    {
        content: "Open the link",
        trigger: `.o_data_row:contains("Costs of the day") td[name=line_text]`,
        run: "click",
    },
    {
        content: "Both sides are shown",
        trigger: `.o_form_view:has([name=transaction_ids] .o_data_row:nth-child(3)):has(button[name=action_undo]) [name=line_ids] .o_data_row:contains("Costs of the day")`,
    },
    ...openAccount(),
    {
        content: "The account counts the links",
        trigger: `button[name=action_view_links]:contains("3")`,
    },
    {
        content: "How do the books open?",
        trigger: "button[name=action_create_opening_entry]",
        run: "click",
    },
    {
        content: "Bank and ledger agree already",
        trigger: ".modal:not(:has(button[name=action_confirm])) .o_field_widget[name=bank_balance]:contains(1,001.50)",
    },
    {
        content: "The first day gets its statement",
        trigger: ".modal button[name=action_already_in_books]",
        run: "click",
    },
    {
        trigger: `body:not(:has(.modal)) .o_field_widget[name=balance_message]:contains("Bank and books agree on")`,
    },
    ...stepUtils.goToAppSteps("account.menu_finance", "Back to the dashboard"),
    {
        content: "The card leads to the report, too",
        trigger: `.o_kanban_record:contains(${JOURNAL})`,
        run: `hover && click .o_kanban_record:contains(${JOURNAL}) .o_dropdown_kanban .dropdown-toggle`,
    },
    {
        trigger: "a[name=action_ponto_view_links]",
        run: "click",
    },
    { trigger: `.o_list_view .o_data_row:contains("Invoice 3")` },
]);

addTour("ponto_undo_link", () => [
    ...stepUtils.goToAppSteps("account.menu_finance", "Open Invoicing"),
    ...chooseMenu("account_online_ponto.account_bank_menu", "account_online_ponto.account_bank_ponto_link_menu"),
    {
        content: "Open a link",
        trigger: `.o_data_row:contains("Printer, a day late") td[name=line_text]`,
        run: "click",
    },
    {
        content: "It is not the same",
        trigger: ".o_form_view button[name=action_undo]",
        run: "click",
    },
    {
        content: "It is said what that does",
        trigger: `.modal:contains("imported as well") .modal-footer .btn-primary`,
        run: "click",
    },
    {
        content: "The report follows, without it",
        trigger: `.o_list_view:has(.o_data_row:contains("Costs of the day")):not(:has(.o_data_row:contains("Printer, a day late")))`,
    },
]);

addTour("ponto_arrival_empty", () => [
    ...connect(),
    {
        content: "Everything would be created",
        trigger: `.modal .o_data_row:contains("Would create 3 lines"):not(:contains("in the books already"))`,
    },
    ...synchronize(),
]);

addTour("ponto_arrival_opening", () => [
    ...stepUtils.goToAppSteps("account.menu_finance", "Open Invoicing"),
    ...openAccount(),
    {
        content: "The books do not know what was there before",
        trigger: `.o_field_widget[name=balance_message]:not(:contains("Bank and books agree"))`,
    },
    {
        content: "Create the opening entry",
        trigger: "button[name=action_create_opening_entry]",
        run: "click",
    },
    {
        content: "Bank and ledger are side by side",
        trigger: `.modal:has(.o_field_widget[name=bank_balance]:contains(1,000.00)) .o_field_widget[name=book_balance]:contains(0.00)`,
    },
    {
        trigger: ".modal button[name=action_confirm]",
        run: "click",
    },
    {
        content: "Bank and books agree",
        trigger: `body:not(:has(.modal)) .o_field_widget[name=balance_message]:contains("Bank and books agree on")`,
    },
    ...stepUtils.goToAppSteps("account.menu_finance", "Back to the dashboard"),
    {
        content: "The card says it, too",
        trigger: `.o_kanban_record:contains(${JOURNAL}) div[name=ponto_balance] .text-success`,
    },
]);
