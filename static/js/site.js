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
      const said = new FormData(form).getAll(name);
      part.hidden = !said.some((answer) => wanted.includes(answer));
    };
    form.addEventListener("change", show);
    show();
  }

  /* A panel that stands open on a desk and would push the page away on a phone: <details open data-folds-on-phones>. */
  function foldOnPhones(panel) {
    panel.open = !window.matchMedia("(max-width: 39.99em)").matches;
  }

  document.addEventListener("DOMContentLoaded", function () {
    document.querySelectorAll("details[data-folds-on-phones]").forEach(foldOnPhones);
    document.querySelectorAll("form [data-shown-when]").forEach(keepShownWhen);
  });
})();
