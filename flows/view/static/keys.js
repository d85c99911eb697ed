// On an article's page: n and p (or j and k) go to the next and the previous quotation.
"use strict";

const quotations = [...document.querySelectorAll("q[id]")];
let current = quotations.findIndex((quotation) => "#" + quotation.id === location.hash);

function show(place) {
  if (place < 0 || place >= quotations.length) return;
  current = place;
  document.querySelectorAll(".current").forEach((marked) => marked.classList.remove("current"));
  const number = quotations[place].dataset.q;
  document.querySelectorAll(`q[data-q="${number}"]`).forEach((piece) => piece.classList.add("current"));
  document.getElementById(quotations[place].id.replace("q", "n"))?.classList.add("current");
  quotations[place].focus({ preventScroll: true });
  quotations[place].scrollIntoView({ block: "center" });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
  if (event.key === "n" || event.key === "j") show(current + 1);
  if (event.key === "p" || event.key === "k") show(current - 1);
  if (event.key === "/") {
    event.preventDefault();
    (document.getElementById("q") ?? document.getElementById("find")).focus();
  }
});

// On a narrow screen the facets start closed, so that the quotations come first.
if (matchMedia("(max-width: 860px)").matches) document.querySelector(".facets details")?.removeAttribute("open");

// Going from page to page, an empty field is no part of the address.
document.querySelectorAll("form").forEach((form) =>
  form.addEventListener("submit", () =>
    form.querySelectorAll("input, select").forEach((field) => {
      if (!field.value) field.disabled = true;
    }),
  ),
);
addEventListener("pageshow", () =>
  document.querySelectorAll("form :disabled").forEach((field) => { field.disabled = false; }),
);
