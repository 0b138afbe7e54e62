// The keys that the page "Keys" lists. Everything they do is a link or a field of the page as well.
(() => {
  "use strict";
  const typing = (target) => target.closest("input:not([type=range]), select, textarea, [contenteditable], dialog[open]");
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
})();
