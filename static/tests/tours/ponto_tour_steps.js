/** Choose a menu item of Invoicing, both named by their XML ids. */
export function chooseMenu(section, item) {
    return [
        {
            content: "Open the section of the menu",
            trigger: `.o_menu_sections [data-menu-xmlid="${section}"]`,
            run: "click",
        },
        {
            content: "Choose the menu",
            trigger: `.o-dropdown--menu [data-menu-xmlid="${item}"]`,
            run: "click",
        },
    ];
}
