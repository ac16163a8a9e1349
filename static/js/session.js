/* When does the session end, and what does a person do about it?

   The server told how many seconds are left. Two minutes before the end it is asked again, since another tab may have been
   used; then the dialog opens. While it is open the server is asked now and then, so that use of another tab closes it.
   Nothing is kept in the browser. */
(function () {
  "use strict";

  const WARNING = 120;
  const ASK_EVERY = 15;
  const dialog = document.getElementById("session-end");
  const heading = document.getElementById("session-end-heading");
  const words = document.getElementById("session-end-words");
  const stay = dialog.querySelector("[data-stay]");
  const close = dialog.querySelector("[data-close]");
  let left = Number(dialog.dataset.left);
  let inAll = Number(dialog.dataset.inAll);
  let since = Date.now(); /* goes on while a computer sleeps, as performance.now() does not */
  let timer = 0;
  let typed = false;
  let isOver = false;
  let isSeen = false;

  const seconds = () => left - (Date.now() - since) / 1000;
  const isFinal = () => inAll - left < 1;

  document.addEventListener("input", function (event) {
    if (event.target.form && event.target.form.method === "post") typed = true;
  });

  /* Look again when there is something to say. */
  function wait(after) {
    clearTimeout(timer);
    timer = setTimeout(look, Math.max(after, 0) * 1000);
  }

  /* Ask the server and believe it; without an answer our own clock goes on. Returns whether the session stands. */
  async function ask(address, how) {
    const answer = await fetch(address, { redirect: "manual", cache: "no-store", ...how }).catch(() => null);
    if (answer && answer.ok) {
      ({ left, inAll } = await answer.json());
      since = Date.now();
    }
    return answer && answer.type === "opaqueredirect" ? false : seconds() > 0;
  }

  async function look() {
    clearTimeout(timer);
    if (isOver) return;
    if (!(await ask(dialog.dataset.ask))) return over();
    if (seconds() > WARNING + 1) {
      if (dialog.open) dialog.close();
      isSeen = false;
      return wait(seconds() - WARNING);
    }
    say();
    if (!dialog.open && !isSeen) dialog.showModal();
    wait(Math.min(ASK_EVERY, seconds() + 0.2));
  }

  function say() {
    const minutes = Math.ceil((seconds() - 1) / 60);
    const when = minutes > 1 ? `${minutes} minutes` : "a minute";
    stay.hidden = isFinal();
    close.hidden = !isFinal();
    const why = isFinal() ? "A session does not last longer, however much it is used." : "You have not used this site for a while.";
    const said = `${why} You will be signed out in ${when}. What you have typed is kept when you send it later.`;
    if (words.textContent !== said) words.textContent = said;
  }

  function over() {
    clearTimeout(timer);
    isOver = true;
    if (!typed) {
      const here = location.pathname + location.search;
      location.replace(`${dialog.dataset.signIn}?next=${encodeURIComponent(here)}`);
      return;
    }
    heading.textContent = "You are signed out";
    words.textContent = "Send the form as usual: you are asked to sign in first, and nothing you typed is lost.";
    stay.hidden = true;
    close.hidden = false;
    if (!dialog.open) dialog.showModal();
    close.focus();
  }

  async function extend() {
    const token = document.querySelector("input[name=csrfmiddlewaretoken]").value; // that of the sign-out button
    if (!(await ask(dialog.dataset.stay, { method: "POST", headers: { "X-CSRFToken": token } }))) return over();
    dialog.close();
    wait(seconds() - WARNING);
  }

  stay.addEventListener("click", extend);
  close.addEventListener("click", function () {
    isSeen = true;
    dialog.close();
  });
  dialog.addEventListener("cancel", function (event) {
    isSeen = true;
    if (isFinal() || isOver) return;
    event.preventDefault();
    extend();
  });

  /* A tab that was out of sight, or comes back from the browser's own store, may show what nobody may see any more. */
  document.addEventListener("visibilitychange", function () {
    if (!document.hidden && seconds() < WARNING) look();
  });
  window.addEventListener("pagehide", function (event) {
    if (event.persisted) document.body.hidden = true;
  });
  window.addEventListener("pageshow", async function (event) {
    if (!event.persisted) return;
    typed = false;
    if (await ask(dialog.dataset.ask)) document.body.hidden = false;
    else over();
  });

  wait(left - WARNING);
})();
