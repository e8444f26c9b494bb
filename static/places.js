// Makes the place field nicer where JavaScript runs: suggestions while typing (the ARIA combobox
// pattern) and "use my location". Without it the form works as it is. Asks this server alone.
"use strict";

(() => {
  const field = document.getElementById("near");
  if (!field || !window.fetch) return;

  const words = field.dataset;
  const list = document.createElement("ul");
  const status = document.createElement("p");
  const asked = new Map(); // what was answered on this page; nothing is kept after it
  let options = [];
  let active = -1;
  let timer = 0;
  let waiting = null;

  list.id = "near-suggestions";
  list.className = "suggestions";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", words.suggestions);
  status.className = "visually-hidden";
  status.setAttribute("role", "status");
  field.after(list, status);
  field.parentElement.classList.add("combobox");
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  field.setAttribute("aria-expanded", "false");
  field.autocomplete = "off";

  function close() {
    window.clearTimeout(timer);
    if (waiting) waiting.abort();
    list.hidden = true;
    active = -1;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  }

  function mark(index) {
    active = index;
    [...list.children].forEach((item, i) => item.setAttribute("aria-selected", String(i === index)));
    if (index < 0) {
      field.removeAttribute("aria-activedescendant");
      return;
    }
    field.setAttribute("aria-activedescendant", list.children[index].id);
    list.children[index].scrollIntoView({ block: "nearest" });
  }

  // Who points at a place in a search box wants to search there: the form is sent, as a tap on Search
  // would. Chosen by keyboard or by a screen reader, the place is only filled in, with the focus left
  // in the field: nothing happens there that was not asked for, and Enter searches. The same where
  // filters are open: somebody is still at work on them.
  function choose(index, pointed) {
    field.value = options[index].label;
    forgetPoint();
    close();
    status.textContent = "";
    if (pointed && !field.form.querySelector("details.filters[open]")) {
      field.form.requestSubmit();
      return;
    }
    field.focus({ preventScroll: true });
    field.form.querySelector("button[type=submit]").scrollIntoView({ block: "nearest" });
  }

  function show(places) {
    options = places;
    list.replaceChildren(
      ...places.map((place, index) => {
        const item = document.createElement("li");
        item.id = `near-suggestion-${index}`;
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", "false");
        item.textContent = place.label;
        let pointed = false;
        item.addEventListener("pointerdown", (event) => {
          // Before the field loses its focus, so that the list is still there to be chosen from.
          event.preventDefault();
          pointed = event.isTrusted;
        });
        item.addEventListener("click", () => choose(index, pointed));
        return item;
      }),
    );
    active = -1;
    field.removeAttribute("aria-activedescendant");
    list.hidden = places.length === 0;
    field.setAttribute("aria-expanded", String(places.length > 0));
    // Nothing is said where there is none: the search itself may well find what is misspelt.
    status.textContent = places.length ? words.found.replace("%d", String(places.length)) : "";
  }

  async function suggest(text) {
    if (asked.has(text)) {
      show(asked.get(text));
      return;
    }
    waiting = new AbortController();
    try {
      const query = new URLSearchParams({ mode: "suggest", q: text });
      const answer = await fetch(`/api/v1/places?${query}`, { signal: waiting.signal });
      if (!answer.ok) return;
      const places = (await answer.json()).places;
      asked.set(text, places);
      if (field.value.trim().toLowerCase() === text && document.activeElement === field) show(places);
    } catch (error) {
      // Cut off: the form works without. What was overtaken has left the list to what came after it.
      if (error.name !== "AbortError") close();
    }
  }

  // A location that the device gave stands in the field in words; its point goes with the form until
  // something else is typed.
  function keepPoint(latitude, longitude) {
    forgetPoint();
    for (const [name, value] of [["lat", latitude], ["lon", longitude]]) {
      const input = document.createElement("input");
      Object.assign(input, { type: "hidden", name, value });
      input.dataset.point = "";
      field.after(input);
    }
  }

  function forgetPoint() {
    field.form.querySelectorAll("input[data-point]").forEach((input) => input.remove());
  }

  const given = new URLSearchParams(window.location.search);
  if (given.has("lat") && given.has("lon") && given.get("near") === field.value) {
    keepPoint(given.get("lat"), given.get("lon"));
  }

  field.addEventListener("input", () => {
    forgetPoint();
    const text = field.value.trim().toLowerCase();
    close();
    if (text.length < 2) return;
    timer = window.setTimeout(() => suggest(text), 150);
  });

  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    } else if (list.hidden) {
      return;
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      const last = options.length - 1;
      const next = active + step;
      mark(next > last ? 0 : next < 0 ? last : next);
    } else if (event.key === "Enter" && active >= 0) {
      event.preventDefault();
      choose(active, false);
    }
  });
  field.addEventListener("blur", close);

  // Asked only on a tap, and rounded to 0.01° (about 0.7 miles) before it leaves the device.
  const button = document.getElementById("my-location");
  const message = document.getElementById("my-location-message");
  if (!button || !navigator.geolocation) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    button.disabled = true;
    message.textContent = words.locating;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        field.value = words.here;
        keepPoint(coords.latitude.toFixed(2), coords.longitude.toFixed(2));
        field.form.requestSubmit();
      },
      (error) => {
        button.disabled = false;
        message.textContent = error.code === error.PERMISSION_DENIED ? words.refused : words.lost;
        field.focus();
      },
      { enableHighAccuracy: false, timeout: Number(words.timeout), maximumAge: 600000 },
    );
  });
})();
