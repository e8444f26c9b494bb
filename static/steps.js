// Shows a long form in short steps where JavaScript runs; without it the form is one page, and
// what is sent is the same. Keeps and asks nothing.
"use strict";

(() => {
  const form = document.querySelector("form[data-step]");
  if (!form) return;
  // A page that the browser kept alive does not know whether it was sent; the server does.
  window.addEventListener("pageshow", (event) => event.persisted && window.location.reload());
  const steps = [...form.querySelectorAll("section")];
  const words = form.dataset;
  let current = 0;

  // Who does not want to be contacted need not say how; what nobody sees is not sent, and comes
  // back with another choice. Who chose a PIN need not read what is not to be had without one.
  function hideNeedless() {
    const reach = form.querySelector("[data-reach]");
    const isNeedless = form.elements.contact_method.value === "none";
    if (!reach.contains(document.activeElement)) {
      reach.hidden = isNeedless;
      for (const field of reach.querySelectorAll("input")) field.disabled = isNeedless;
    }
    form.querySelector("[data-no-pin]").hidden = form.elements.pin.value.trim() !== "";
  }

  function show(index, focus) {
    current = index;
    hideNeedless();
    steps.forEach((step, i) => (step.hidden = i !== index));
    if (!focus) return;
    const heading = steps[index].querySelector("h2");
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
    form.scrollIntoView();
  }

  function go(index) {
    if (index !== current) window.location.hash = `step-${index + 1}`;
  }

  // What the server would ask for, said before the next step instead of after the last.
  function needs() {
    const way = form.elements.contact_method.value;
    const needed = { phone: way === "call" || way === "text", email: way === "email", pin: way === "none" };
    for (const [name, is] of Object.entries(needed)) form.elements[name].required = is;
    // The server knows all numbers; too few or too many digits are told at once.
    const phone = form.elements.phone;
    const digits = phone.value.replace(/\D/g, "").length;
    const few = phone.value.trim().startsWith("+") ? 7 : 10;
    const isWrong = needed.phone && phone.value.trim() && (digits < few || digits > 15);
    phone.setCustomValidity(isWrong ? words.phone : "");
  }

  function isRight(step) {
    needs();
    return [...step.querySelectorAll("input, textarea")].every((field) => field.reportValidity());
  }

  function button(label, className, action) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = className;
    made.textContent = label;
    made.addEventListener("click", action);
    return made;
  }

  steps.forEach((step, index) => {
    const place = document.createElement("p");
    const heading = step.querySelector("h2");
    place.className = "hint";
    place.id = `step-${index + 1}-of`;
    place.textContent = words.step.replace("%d", String(index + 1)).replace("%d", String(steps.length));
    heading.setAttribute("aria-describedby", place.id);
    heading.after(place);
    const buttons = document.createElement("p");
    if (index < steps.length - 1) {
      buttons.append(button(words.next, "", () => isRight(step) && go(index + 1)));
    }
    if (index > 0) buttons.append(" ", button(words.back, "plain", () => go(index - 1)));
    step.append(buttons);
  });
  for (const field of form.querySelectorAll("[aria-required=true]")) field.required = true;
  form.addEventListener("change", hideNeedless);
  window.addEventListener("pageshow", hideNeedless); // going back fills a form in after this script
  form.noValidate = true; // step by step instead: nobody can see what a hidden step lacks
  form.addEventListener("submit", (event) => {
    if (isRight(steps[current]) && current === steps.length - 1) return;
    event.preventDefault(); // "Enter" in a field means the next step, too
    if (current < steps.length - 1 && steps[current].querySelector(":invalid") === null) go(current + 1);
  });
  window.addEventListener("hashchange", () => {
    const asked = Number(window.location.hash.replace("#step-", "")) - 1;
    show(steps[asked] ? asked : 0, true);
  });

  // This script may come late on a slow line: nobody is thrown out of what they are typing.
  const typing = steps.findIndex((step) => step.contains(document.activeElement));
  const wrong = steps.findIndex((step) => step.querySelector(".problem"));
  // An entry that is replaced is fetched anew when it is loaded again, and not sent once more.
  if (window.location.hash) window.history.replaceState(null, "", window.location.pathname);
  show(Math.max(0, typing), false);
  if (wrong > 0) go(wrong);
})();
