import { stepUtils } from "@web_tour/tour_utils";

import { addTour, chooseMenu } from "./ponto_tour_steps";

/** An Administrator of Invoicing matches what did not match by itself, and takes a match back. */

const ASKED = `.modal:contains("an invoice or a bill, will be open again")`;
const REVIEW = ".o_list_view:has(.o_ponto_review)";

function row(label) {
    return `${REVIEW} .o_data_row:contains("${label}")`;
}

function gone(label) {
    return { trigger: `.o_list_view:has(.o_ponto_review):not(:has(.o_data_row:contains("${label}")))` };
}

function openReview() {
    return [
        ...stepUtils.goToAppSteps("account.menu_finance", "Open Invoicing"),
        {
            content: "The card says how much waits",
            trigger: ".o_kanban_record:contains(BE68539007547034) [name=ponto_review] a[name=action_ponto_review]",
            run: "click",
        },
        { trigger: `.o_last_breadcrumb_item:contains("Review")` },
    ];
}

addTour("ponto_review", () => [
    ...openReview(),
    { content: "Look for exact matches", trigger: ".o_ponto_look_again", run: "click" },
    {
        content: "They are counted, and nothing is matched yet",
        trigger: `${REVIEW}:has(.o_ponto_review_sentence:contains("2 exact matches")) .o_data_row:contains("Document number")`,
    },
    {
        content: "The evidence of the best candidate is said in words",
        trigger: `${row("Thank you")}:contains("amount equal, account known; not by itself: the text names nothing that is open")`,
    },
    {
        content: "Accept it",
        trigger: `${row("Thank you")} button[name=action_ponto_accept]`,
        run: "click",
    },
    gone("Thank you"),
    { content: "Apply all exact matches", trigger: ".o_ponto_apply_all", run: "click" },
    { trigger: `.o_notification:contains("Bank transactions matched: 2.")` },
    {
        trigger: `${REVIEW}:has(.o_ponto_review_sentence:contains("No exact match")):not(:has(.o_ponto_apply_all))`,
    },
    {
        content: "A reconciliation model applies",
        trigger: `${row("Account fees")}:contains("Reconciliation model") button[name=action_ponto_accept]`,
        run: "click",
    },
    gone("Account fees"),
    {
        content: "Open a transaction that was booked before",
        trigger: `${row("Policy of this month")} td[name=payment_ref]`,
        run: "click",
    },
    {
        content: "It is said what the last time was",
        trigger: `.modal [name=last_time]:contains("Insurance"):contains("same creditor and mandate")`,
    },
    {
        content: "The same again",
        trigger: ".modal button[name=action_book_like_last_time]",
        run: "click",
    },
    gone("Policy of this month"),
    {
        content: "Open a payment of a part",
        trigger: `${row("A first part")} button[name=action_ponto_open_match]`,
        run: "click",
    },
    {
        content: "Choose the open document",
        trigger: `.modal [name=document_ids] .o_data_row:contains("500.00") td[name=ticked]`,
        run: "click",
    },
    {
        content: "Tick it",
        trigger: `.modal [name=document_ids] .o_selected_row td[name=ticked] input`,
        run: "check",
    },
    {
        content: "The remaining amount is shown",
        trigger: `.modal .o_field_widget[name=outcome]:contains("300.00"):contains("of the ticked documents stays open")`,
    },
    { content: "Match", trigger: ".modal button[name=action_match]", run: "click" },
    gone("A first part"),
]);

addTour("ponto_undo_match", () => [
    ...stepUtils.goToAppSteps("account.menu_finance", "Open Invoicing"),
    ...chooseMenu(
        "account_online_ponto.account_bank_menu",
        "account_online_ponto.account_bank_statement_line_menu"
    ),
    {
        content: "Undo a match in the list",
        trigger: `.o_data_row:contains("Thank you") button[name=action_undo_match]`,
        run: "click",
    },
    { content: "It asks first: think again", trigger: ASKED },
    { content: "Think again", trigger: ".modal .btn-secondary", run: "click" },
    {
        content: "Nothing happened; undo it now",
        trigger: `body:not(:has(.modal)) .o_data_row:contains("Thank you") button[name=action_undo_match]`,
        run: "click",
    },
    { content: "It is meant", trigger: ".modal .btn-primary", run: "click" },
    {
        content: "It is open again",
        trigger: `.o_list_view:not(:has(.o_data_row:contains("Thank you") button[name=action_undo_match])) .o_data_row:contains("Thank you") td[name=partner_id]`,
    },
    {
        content: "Open another one",
        trigger: `.o_data_row:contains("A first part") .o_list_record_open_form_view button`,
        run: "click",
    },
    {
        content: "Undo it in the form",
        trigger: ".o_form_view button[name=action_undo_match]",
        run: "click",
    },
    { content: "It asks here too", trigger: ASKED },
    { content: "It is meant", trigger: ".modal .btn-primary", run: "click" },
    {
        content: "It can be matched anew",
        trigger: ".o_form_view button[name=action_ponto_open_match]",
    },
    ...chooseMenu("account_online_ponto.account_bank_menu", "account_online_ponto.account_bank_ponto_match_menu"),
    {
        content: "The log knows both",
        trigger: `.o_list_view:has(.o_data_row:contains("Undone"):contains("Chosen by a user")) .o_data_row:contains("Undone"):contains("Suggestion, accepted")`,
    },
]);
