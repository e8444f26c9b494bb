// Makes passkeys, and signs in with them, where the browser knows how. The server says what is to
// be signed; the answer goes back as a form. Without JavaScript the codes work as they are.
"use strict";

(() => {
  const able = Boolean(window.PublicKeyCredential && navigator.credentials);
  for (const part of document.querySelectorAll("[data-passkeys], form[data-passkey]")) part.hidden = !able;
  for (const part of document.querySelectorAll("[data-no-passkeys]")) part.hidden = able;
  if (!able) return;

  const toBytes = (text) => {
    const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(plain, (char) => char.charCodeAt(0));
  };
  const toText = (buffer) => {
    const plain = String.fromCharCode(...new Uint8Array(buffer));
    return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  };
  const listed = (credentials) => (credentials || []).map((each) => ({ ...each, id: toBytes(each.id) }));

  async function made(options) {
    const publicKey = {
      ...options,
      challenge: toBytes(options.challenge),
      user: { ...options.user, id: toBytes(options.user.id) },
      excludeCredentials: listed(options.excludeCredentials),
    };
    const { id, type, rawId, response } = await navigator.credentials.create({ publicKey });
    return {
      id,
      type,
      rawId: toText(rawId),
      response: {
        clientDataJSON: toText(response.clientDataJSON),
        attestationObject: toText(response.attestationObject),
        transports: response.getTransports ? response.getTransports() : [],
      },
    };
  }

  async function signed(options) {
    const publicKey = {
      ...options,
      challenge: toBytes(options.challenge),
      allowCredentials: listed(options.allowCredentials),
    };
    const { id, type, rawId, response } = await navigator.credentials.get({ publicKey });
    return {
      id,
      type,
      rawId: toText(rawId),
      response: {
        clientDataJSON: toText(response.clientDataJSON),
        authenticatorData: toText(response.authenticatorData),
        signature: toText(response.signature),
      },
    };
  }

  const REASONS = {
    AbortError: "cancelled",
    InvalidStateError: "known",
    NotAllowedError: "cancelled",
    SecurityError: "address",
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const button = form.querySelector("button");
    const words = form.dataset;
    const say = (problem, status) => {
      form.querySelector("[data-problem]").textContent = problem;
      form.querySelector("[data-status]").textContent = status;
      button.disabled = Boolean(status);
    };

    const challenge = async () => {
      const response = await fetch(words.challenge, { method: "POST", body: new FormData(form) });
      if (response.redirected) window.location.assign(response.url); // the session is over
      return response.json();
    };

    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      say("", words.waiting);
      const { options, problem } = await challenge().catch(() => ({ problem: words.failed }));
      if (problem) {
        say(problem, "");
        return;
      }
      try {
        const answer = await (words.passkey === "create" ? made(options) : signed(options));
        form.elements.answer.value = JSON.stringify(answer);
      } catch (error) {
        say(words[REASONS[error.name] || "unable"], "");
        return;
      }
      // The challenge was given for the password: it need not be sent again.
      if (form.elements.password) form.elements.password.disabled = true;
      form.submit();
    });
    window.addEventListener("pageshow", (event) => event.persisted && say("", "")); // went back
  }
})();
