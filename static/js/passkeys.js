/* How does a page ask the browser for a passkey? Loaded only where a form is marked data-passkey:
   "create" makes one, "get" and "sign-in" use one. The form is hidden where no script or no passkey works. */
(function () {
  "use strict";

  const NOT_USED = "No passkey was used. Try again, or go on in another way.";
  const webauthn = window.webauthnJSON;

  /* What the server asks of the browser: beside the form, or asked for when one signs in. */
  async function optionsOf(form) {
    const written = document.getElementById("passkey-options");
    if (written) return JSON.parse(written.textContent);
    const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`The site answered ${answer.status}.`);
    return answer.json();
  }

  async function ask(form) {
    const options = await optionsOf(form);
    return form.dataset.passkey === "create"
      ? webauthn.create(options.creation_options)
      : webauthn.get(options.request_options);
  }

  function prepare(form) {
    const problem = form.querySelector("[data-passkey-problem]");
    const button = form.querySelector("[type=submit]");
    form.hidden = false;
    form.addEventListener("submit", async function (event) {
      event.preventDefault();
      problem.hidden = true;
      button.disabled = true;
      try {
        form.elements.credential.value = JSON.stringify(await ask(form));
        form.submit();
      } catch {
        problem.textContent = NOT_USED;
        problem.hidden = false;
        button.disabled = false;
      }
    });
  }

  document.addEventListener("DOMContentLoaded", function () {
    if (webauthn && webauthn.supported()) document.querySelectorAll("form[data-passkey]").forEach(prepare);
  });
})();
