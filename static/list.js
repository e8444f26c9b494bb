// Keeps "my list" on this device where JavaScript runs: the numbers of programs, under one key of
// the local storage. Without it, or where storage is blocked, the links lead to /list as they are.
// Nothing is sent anywhere; opening the list puts its numbers into the address.
"use strict";

(() => {
  const KEY = "my-list";
  const MOST = 12; // as many as finder/facilities/listings/comparison.py reads
  const link = document.getElementById("my-list");

  const read = () => {
    const kept = JSON.parse(localStorage.getItem(KEY) || "[]");
    const ids = Array.isArray(kept) ? kept.filter((id) => Number.isInteger(id) && id > 0) : [];
    return [...new Set(ids)].slice(0, MOST);
  };
  const stored = () => {
    try {
      return read();
    } catch (error) {
      return error instanceof SyntaxError ? [] : null; // null: storage is blocked
    }
  };
  const store = (ids) => {
    try {
      if (ids.length) localStorage.setItem(KEY, JSON.stringify(ids));
      else localStorage.removeItem(KEY);
      return true;
    } catch {
      return false;
    }
  };
  const address = (path, ids) => path + (ids.length ? `?${ids.map((id) => `id=${id}`).join("&")}` : "");

  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }

  if (stored() === null) return;
  const path = link ? link.getAttribute("href") : "/list";
  const name = link ? link.textContent : "";
  const keep = document.querySelector("[data-keep]");
  const shown = keep ? keep.dataset.keep.split(" ").map(Number) : [];

  // A link that saves instead of leading somewhere is a button.
  const buttons = link ? [...document.querySelectorAll("a[data-save]:not(#my-list)")].map((plain) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "save";
    button.dataset.save = plain.dataset.save;
    const words = document.createElement("span");
    button.append(words, ...plain.querySelectorAll("span"));
    plain.replaceWith(button);
    button.addEventListener("click", () => {
      const id = Number(button.dataset.save);
      const ids = stored() || [];
      const changed = ids.includes(id) ? ids.filter((each) => each !== id) : [...ids, id];
      if (changed.length > MOST || !store(changed)) location.assign(address(path, changed));
      show();
    });
    return button;
  }) : [];

  const show = () => {
    const ids = stored() || [];
    if (link) {
      link.textContent = ids.length ? `${name} (${ids.length})` : name;
      link.setAttribute("href", address(path, ids));
    }
    for (const button of buttons) {
      const saved = ids.includes(Number(button.dataset.save));
      const full = ids.length >= MOST && !saved;
      button.disabled = full;
      button.firstChild.textContent = full ? link.dataset.full : saved ? link.dataset.saved : link.dataset.save;
    }
    if (keep) keep.hidden = shown.join() === ids.join();
  };

  if (keep) keep.addEventListener("click", () => { store(shown); show(); });
  for (const remove of document.querySelectorAll("[data-remove]")) {
    remove.addEventListener("click", () => {
      store((stored() || []).filter((id) => id !== Number(remove.dataset.remove)));
    });
  }
  for (const forget of document.querySelectorAll("[data-forget]")) {
    forget.addEventListener("submit", () => store([]));
  }

  window.addEventListener("storage", show);
  window.addEventListener("pageshow", show);
  show();
  if (link && location.pathname === path && !location.search && (stored() || []).length) {
    location.replace(address(path, stored()));
  }
})();
