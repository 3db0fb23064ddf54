// Browsers leave what has the keyboard's focus half out of sight where the menu or a table slides sideways.
document.addEventListener("focusin", ({ target }) => {
  if (target.matches(":focus-visible") && target.closest(".desk-menu, .tabs, .table-frame"))
    target.scrollIntoView({ block: "nearest", inline: "nearest" });
});
