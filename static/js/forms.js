// What forms do beyond what HTML gives. Without this script every form works as well.
(() => {
  "use strict";
  // An address holds what was asked for: a field that was left empty asks for nothing.
  document.addEventListener("formdata", (event) => {
    if (event.target.method !== "get") return;
    for (const name of new Set(event.formData.keys())) {
      const given = event.formData.getAll(name).filter(Boolean);
      event.formData.delete(name);
      for (const value of given) event.formData.append(name, value);
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
