// The keys that the page "Keys" lists. Everything they do is a link or a field of the page as well.
(() => {
  "use strict";
  const typing = (target) => target.closest("input, select, textarea, [contenteditable], dialog[open]");
  const follow = (selector) => document.querySelector(selector)?.click();

  async function showKeys() {
    const link = document.querySelector("a[data-key='?']");
    if (!link) return;
    let dialog = document.getElementById("keys-dialog");
    if (!dialog) {
      const answer = await fetch(link.href);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      dialog = document.createElement("dialog");
      dialog.id = "keys-dialog";
      dialog.append(page.querySelector("h1"), page.getElementById("keys"));
      dialog.setAttribute("aria-label", dialog.querySelector("h1").textContent);
      dialog.tabIndex = -1;
      document.body.append(dialog);
      dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
    }
    dialog.showModal();
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (!(event.target instanceof Element) || typing(event.target)) return;
    if (event.key === "/") {
      const search = document.getElementById("header-search");
      if (search) { event.preventDefault(); search.focus(); search.select(); }
    } else if (event.key === "?") {
      event.preventDefault();
      showKeys();
    } else if (event.key === "n" || event.key === "l") {
      follow(`a[data-key='${event.key}']`);
    }
  });

  // Whoever signed in again in another window has another token: forms that are open here send the present one.
  const token = () => document.cookie.match(/(?:^|; )(?:__Host-)?csrftoken=([^;]+)/)?.[1];
  document.addEventListener("submit", (event) => {
    const field = event.target.querySelector?.("input[name='csrfmiddlewaretoken']");
    if (field && token()) field.value = token();
  }, true);
  document.addEventListener("htmx:configRequest", (event) => {
    if (!token()) return;
    event.detail.headers["X-CSRFToken"] = token();
    if (event.detail.parameters.csrfmiddlewaretoken) event.detail.parameters.csrfmiddlewaretoken = token();
  });

  // An answer that cannot be shown in its place is said at the top.
  const failed = (event) => {
    if (event.detail.pathInfo?.requestPath?.includes("/drafts/")) return;
    const main = document.getElementById("main");
    const old = document.getElementById("failed");
    const said = document.createElement("p");
    said.id = "failed";
    said.className = "problems";
    said.setAttribute("role", "alert");
    said.textContent = document.body.dataset.failed;
    old?.remove();
    main.prepend(said);
    said.scrollIntoView({ block: "center" });
  };
  document.addEventListener("htmx:responseError", failed);
  document.addEventListener("htmx:sendError", failed);

  // What is wrong comes first: after a form was refused the summary has the focus.
  const lookAtErrors = () => (document.getElementById("errors") || document.getElementById("questions"))?.focus();
  document.addEventListener("DOMContentLoaded", lookAtErrors);
  document.addEventListener("htmx:afterSwap", (event) => { if (event.target.id === "entry") lookAtErrors(); });
})();
