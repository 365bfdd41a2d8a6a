import { addTour } from "./ponto_tour_steps";

/** Somebody with Basic books what has no document, and what a document leaves. */

const REVIEW = ".o_list_view:has(.o_ponto_review)";
const LINES = ".modal .o_ponto_match_lines";

function row(label) {
    return `${REVIEW} .o_data_row:contains("${label}")`;
}

function gone(label) {
    return { trigger: `body:not(:has(.modal)) ${REVIEW}:not(:has(.o_data_row:contains("${label}")))` };
}

function open(label) {
    return [
        { content: `Open ${label}`, trigger: `${row(label)} td[name=payment_ref]`, run: "click" },
        { trigger: `.modal .o_ponto_match:contains("${label}")` },
    ];
}

function choose(field, text, inside = `${LINES} .o_selected_row`) {
    return [
        { content: `Look for ${text}`, trigger: `${inside} [name=${field}] input`, run: `edit ${text}` },
        {
            content: `Choose ${text}`,
            trigger: `.o-autocomplete--dropdown-item:not(:contains("Search more")):contains("${text}")`,
            run: "click",
        },
    ];
}

function addLine(account) {
    return [
        { content: "Add a line", trigger: `${LINES} .o_field_x2many_list_row_add a`, run: "click" },
        ...choose("account_id", account),
    ];
}

function attach(name) {
    return [
        {
            content: "Attach the document",
            trigger: ".modal .o_attach",
            run() {
                const input = document.querySelector(".modal .o_input_file");
                const files = new DataTransfer();
                files.items.add(new File(["a receipt"], name, { type: "text/plain" }));
                input.files = files.files;
                input.dispatchEvent(new Event("change", { bubbles: true }));
            },
        },
        { trigger: `.modal .o_attachment:contains("${name}")` },
    ];
}

function click(content, name, label) {
    return { content, trigger: `.modal button[name=${name}]:contains("${label}")`, run: "click" };
}

addTour("ponto_book", () => [
    ...open("Restaurant Sarah"),
    ...addLine("Restaurants"),
    {
        content: "The whole amount, and what is posted",
        trigger: `.modal:has([name=outcome]:contains("Everything is settled")) .o_ponto_preview:contains("48.50")`,
    },
    click("Book it", "action_match", "Book"),
    gone("Restaurant Sarah"),
    ...open("Taxi to the customer"),
    ...addLine("Restaurants"),
    ...choose("tax_ids", "21 % half"),
    { content: "Base and taxes", trigger: `.modal .o_ponto_preview:contains("100.00"):contains("10.50")` },
    click("Book it", "action_match", "Book"),
    { content: "It asks for the document", trigger: `.modal [name=question]:contains("no right to deduct")` },
    ...attach("taxi.txt"),
    click("Book it", "action_match", "Book"),
    gone("Taxi to the customer"),
    ...open("Paid short"),
    {
        content: "The invoice",
        trigger: `.modal [name=document_ids] .o_data_row:contains("105.00") td[name=ticked]`,
        run: "click",
    },
    {
        content: "Tick it",
        trigger: `.modal [name=document_ids] .o_selected_row td[name=ticked] input`,
        run: "check",
    },
    {
        content: "What is left is bank charges",
        trigger: ".modal [name=difference] input",
        run: "click",
    },
    {
        trigger: `.o_select_menu_item:contains("Bank charges")`,
        run: "click",
    },
    {
        content: "The screen has followed",
        trigger: `.modal [name=outcome]:contains("Everything is settled")`,
    },
    ...choose("difference_account_id", "Insurance", ".modal"),
    click("Match", "action_match", "Match"),
    { content: "It is much", trigger: `.modal [name=question]:contains("more than what is booked")` },
    click("All the same", "action_match", "Match"),
    gone("Paid short"),
    ...open("Advance to the printer"),
    click("It waits for the bill", "action_on_account", "On account"),
    gone("Advance to the printer"),
    ...open("Cinema"),
    click("It is private", "action_private", "Private"),
    gone("Cinema"),
]);

addTour("ponto_book_undo", () => [
    {
        content: "Take it back",
        trigger: `.o_data_row:contains("Restaurant Sarah") button[name=action_undo_match]`,
        run: "click",
    },
    { content: "It is meant", trigger: ".modal .btn-primary", run: "click" },
    {
        content: "It is open again",
        trigger: `body:not(:has(.modal)) .o_list_view:not(:has(.o_data_row:contains("Restaurant Sarah") button[name=action_undo_match])) .o_data_row:contains("Restaurant Sarah")`,
    },
]);

function tickRow(label) {
    return { content: `Tick ${label}`, trigger: `${row(label)} .o_list_record_selector input`, run: "click" };
}

addTour("ponto_book_several", () => [
    tickRow("Restaurant Sarah"),
    tickRow("Taxi to the customer"),
    tickRow("Cinema"),
    {
        content: "Book them together",
        trigger: ".o_control_panel button[name=action_ponto_book]",
        run: "click",
    },
    {
        content: "All three, and their sum",
        trigger: `.modal [name=summary]:contains("transactions: 3"):contains("183.50")`,
    },
    {
        content: "Not the cinema",
        trigger: `.modal [name=row_ids] .o_data_row:contains("Cinema") td[name=ticked]`,
        run: "click",
    },
    {
        trigger: `.modal [name=row_ids] .o_selected_row:contains("Cinema") td[name=ticked] input`,
        run: "uncheck",
    },
    { trigger: `.modal [name=summary]:contains("transactions: 2"):contains("169.50")` },
    ...choose("account_id", "Restaurants", ".modal"),
    click("Book them", "action_book", "Book"),
    { trigger: `.o_notification:contains("Bank transactions booked: 2.")` },
    gone("Taxi to the customer"),
    { content: "The cinema waits", trigger: row("Cinema") },
]);

addTour("ponto_book_narrow", () => [
    ...open("Restaurant Sarah"),
    { content: "Add a line", trigger: `${LINES} .o-kanban-button-new`, run: "click" },
    { content: "A phone searches in a screen of its own", trigger: ".modal [name=account_id] input", run: "click" },
    { content: "The next page", trigger: `.modal:contains("Search: Account") .o_pager_next`, run: "click" },
    { trigger: `.modal .o_kanban_record:contains("Restaurants"):contains("Expenses")`, run: "click" },
    {
        content: "Keep the line",
        trigger: `.modal:not(:has(.o_kanban_renderer .o_kanban_record:contains("Expenses"))) .o_form_button_save`,
        run: "click",
    },
    {
        content: "What is posted",
        trigger: `.modal:has(.o_ponto_preview:contains("48.50")) .o_ponto_match_lines .o_kanban_record:contains("Restaurants")`,
    },
    {
        content: "Nothing is cut off",
        trigger: ".modal button[name=action_match]:contains(Book)",
        run() {
            const body = document.querySelector(".modal .modal-body");
            if (body.scrollWidth > body.clientWidth + 1) {
                throw new Error(`The dialog is ${body.scrollWidth} wide on ${body.clientWidth}`);
            }
        },
    },
    click("Book it", "action_match", "Book"),
    gone("Restaurant Sarah"),
    {
        content: "Accept a candidate",
        trigger: `${row("Thank you")} button[name=action_ponto_accept]`,
        run: "click",
    },
    gone("Thank you"),
]);

addTour("ponto_book_seen_only", () => [
    { content: "Invoicing sees what waits", trigger: row("Restaurant Sarah") },
    {
        content: "And is offered nothing that books",
        trigger: `${REVIEW}:not(:has(button[name=action_ponto_open_match])):not(:has(button[name=action_ponto_accept]))`,
    },
    { content: "Open it", trigger: `${row("Restaurant Sarah")} td[name=payment_ref]`, run: "click" },
    { trigger: ".o_form_view:not(:has(button[name=action_ponto_open_match]))" },
]);
