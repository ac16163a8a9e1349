/* What becomes easier with a script? Everything here works without it. */
(function () {
  "use strict";

  // The style sheet folds the menu away only where a script can open it again.
  document.documentElement.classList.add("esc-js");

  /* A part of a form that matters only for some answers: data-shown-when="status=reported_complete" or, for any of
     several, data-shown-when="outlook=at_risk|off_track". Without a script it is always there. */
  function keepShownWhen(part) {
    const [name, answers] = part.dataset.shownWhen.split("=");
    const wanted = answers.split("|");
    const form = part.closest("form");
    const show = function () {
      part.hidden = !chosen(form, name).some((answer) => wanted.includes(answer));
    };
    form.addEventListener("change", function (event) {
      if (event.target.name === name) show();
    });
    show();
  }

  /* The answers chosen under a name, without reading a whole form of fifty rows. */
  function chosen(form, name) {
    const fields = form.querySelectorAll(`[name="${CSS.escape(name)}"]`);
    return [...fields].filter((field) => field.type !== "radio" || field.checked).map((field) => field.value);
  }

  /* Fields that open when "update" is chosen under a name: <details data-opens-with="4.3-choice">. Writing in them
     chooses it. Without a script a person opens them and chooses. */
  function opensWith(fields) {
    const form = fields.closest("form");
    const name = fields.dataset.opensWith;
    const update = form.querySelector(`[name="${CSS.escape(name)}"][value="update"]`);
    if (!update) return;
    form.addEventListener("change", function (event) {
      if (event.target.name === name) fields.open = update.checked;
    });
    fields.addEventListener("input", function () {
      if (update.checked) return;
      update.checked = true;
      update.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }

  /* How many rows of a check-in are done, and how many answers would be handed in, those to questions included. */
  function countAnswers(form) {
    const rows = [...form.querySelectorAll(".esc-checkin__row")];
    const count = form.querySelector("[data-count] strong");
    const submit = form.querySelector("[data-submit]");
    const asked = [...form.querySelectorAll("[name$='-answer']")];
    const choices = rows.map((row) => row.querySelectorAll("[name$='-choice']"));
    const isAnswered = (radios) => [...radios].some((radio) => radio.checked && radio.value !== "leave");
    const show = function () {
      const answers = choices.filter(isAnswered).length + asked.filter((field) => field.value.trim()).length;
      const done = rows.filter((row, place) => "answered" in row.dataset || isAnswered(choices[place])).length;
      const total = count.textContent.split(" ").pop();
      count.textContent = `${done} of ${total}`;
      submit.textContent = answers === 1 ? "Submit 1 answer" : answers ? `Submit ${answers} answers` : "Submit the answers";
    };
    form.addEventListener("change", function (event) {
      if (event.target.name.endsWith("-choice")) show();
    });
    asked.forEach((field) => field.addEventListener("input", show));
    show();
  }

  /* A panel that stands open on a desk and would push the page away on a phone: <details open data-folds-on-phones>. */
  function foldOnPhones(panel) {
    panel.open = !window.matchMedia("(max-width: 39.99em)").matches;
  }

  document.addEventListener("DOMContentLoaded", function () {
    document.querySelectorAll("details[data-folds-on-phones]").forEach(foldOnPhones);
    document.querySelectorAll("form [data-shown-when]").forEach(keepShownWhen);
    document.querySelectorAll("form [data-opens-with]").forEach(opensWith);
    document.querySelectorAll("form[data-check-in]").forEach(countAnswers);
  });
})();
