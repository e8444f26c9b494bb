// Warns before one form is sent while words in another one of the page are not: they would be lost.
// Without it nothing changes. Keeps nothing.
"use strict";

(() => {
  const forms = [...document.querySelectorAll("form[method=post]")];
  const words = document.querySelector("[data-unsaved]")?.dataset.unsaved;
  if (!words) return;

  function isUnsaved(form) {
    return [...form.querySelectorAll("textarea, input:not([type=hidden], [type=radio], [type=checkbox])")].some(
      (field) => field.value !== field.defaultValue,
    );
  }

  for (const form of forms) {
    form.addEventListener("submit", (event) => {
      const other = forms.find((each) => each !== form && isUnsaved(each));
      if (!other || window.confirm(words)) return;
      event.preventDefault();
      other.closest("details")?.setAttribute("open", "");
      other.querySelector("textarea, input:not([type=hidden])").focus();
    });
  }
})();
