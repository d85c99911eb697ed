// n and p (or j and k) go to the next and the previous quotation, of an article or of a list; the arrows turn its pages.
"use strict";

const quotations = [...document.querySelectorAll("q[id]")];
const listed = [...document.querySelectorAll(".quotation .from > a:first-child")];
let current = quotations.findIndex((quotation) => "#" + quotation.id === location.hash);

function go(step) {
  if (quotations.length) return show(current + step);
  const place = listed.indexOf(document.activeElement) + step;
  if (place < 0 || place >= listed.length) return;
  listed[place].focus({ preventScroll: true });
  listed[place].closest(".quotation").scrollIntoView({ block: "center" });
}

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
  if (event.key === "n" || event.key === "j") go(1);
  if (event.key === "p" || event.key === "k") go(-1);
  if (document.activeElement === document.body) {
    const turned = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
    if (turned) document.querySelector(`.pages a[rel=${turned}]`)?.click();
  }
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
