// Passkeys: the browser makes or finds the key, and the form takes along what it says. Needs allauth's webauthn-json.js.
for (const form of document.querySelectorAll("form[data-passkey]")) {
  const failed = form.querySelector("[data-passkey-failed]");
  form.querySelector("[data-passkey-button]").addEventListener("click", async (event) => {
    event.preventDefault();
    failed.hidden = true;
    try {
      form.elements.credential.value = JSON.stringify(await credential(form));
      form.submit();
    } catch {
      failed.hidden = false;
    }
  });
}

async function credential(form) {
  if (form.dataset.passkey === "get") return window.webauthnJSON.get((await options(form)).request_options);
  const wanted = (await options(form)).creation_options;
  const alone = form.elements.passwordless.checked;
  const selection = wanted.publicKey.authenticatorSelection;
  selection.residentKey = alone ? "required" : "discouraged";
  selection.requireResidentKey = alone;
  if (alone) selection.userVerification = "required";
  return window.webauthnJSON.create(wanted);
}

// On the page, or asked for: before the sign-in nobody knows yet whose key it will be.
async function options(form) {
  const given = document.getElementById("passkey-options");
  if (given) return JSON.parse(given.textContent);
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(answer.status);
  return answer.json();
}
