/* When does the session end, and what does a person do about it?

   The server told how many seconds are left. Two minutes before the end it is asked again, since another tab may have been
   used; then the dialog opens. Nothing is kept in the browser. */
(function () {
  "use strict";

  const WARNING = 120;
  const dialog = document.getElementById("session-end");
  const heading = document.getElementById("session-end-heading");
  const words = document.getElementById("session-end-words");
  const stay = dialog.querySelector("[data-stay]");
  const close = dialog.querySelector("[data-close]");
  let left = Number(dialog.dataset.left);
  let inAll = Number(dialog.dataset.inAll);
  let since = performance.now();
  let timer = 0;
  let typed = false;

  const seconds = () => left - (performance.now() - since) / 1000;
  const isFinal = () => inAll - left < 1;

  document.addEventListener("input", function (event) {
    if (event.target.form && event.target.form.method === "post") typed = true;
  });

  /* Look again when there is something to say. */
  function wait(after) {
    clearTimeout(timer);
    timer = setTimeout(look, Math.max(after, 0) * 1000);
  }

  function take(told) {
    left = told.left;
    inAll = told.inAll;
    since = performance.now();
  }

  async function look() {
    if (!dialog.open) {
      const answer = await fetch(dialog.dataset.ask, { redirect: "error" }).catch(() => null);
      if (answer && answer.ok) take(await answer.json());
      if (seconds() > WARNING + 1) return wait(seconds() - WARNING);
      dialog.showModal();
    }
    if (seconds() <= 0) return over();
    const minutes = Math.ceil(seconds() / 60);
    const when = minutes > 1 ? `${minutes} minutes` : "a minute";
    stay.hidden = isFinal();
    close.hidden = !isFinal();
    const why = isFinal() ? "A session does not last longer, however much it is used." : "You have not used this site for a while.";
    const said = `${why} You will be signed out in ${when}. What you have typed is kept when you send it later.`;
    if (words.textContent !== said) words.textContent = said;
    wait(Math.min(seconds() % 60 || 60, seconds()) + 0.2);
  }

  function over() {
    clearTimeout(timer);
    if (!typed) {
      const here = location.pathname + location.search;
      location.assign(`${dialog.dataset.signIn}?next=${encodeURIComponent(here)}`);
      return;
    }
    heading.textContent = "You are signed out";
    words.textContent = "Send the form as usual: you are asked to sign in first, and nothing you typed is lost.";
    stay.hidden = true;
    close.hidden = false;
    close.focus();
  }

  async function extend() {
    const token = document.querySelector("input[name=csrfmiddlewaretoken]").value; // that of the sign-out button
    const how = { method: "POST", headers: { "X-CSRFToken": token }, redirect: "error" };
    const answer = await fetch(dialog.dataset.stay, how).catch(() => null);
    if (!answer || !answer.ok) return over();
    take(await answer.json());
    dialog.close();
    wait(seconds() - WARNING);
  }

  stay.addEventListener("click", extend);
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("cancel", function (event) {
    if (isFinal() || seconds() <= 0) return;
    event.preventDefault();
    extend();
  });

  wait(left - WARNING);
})();
