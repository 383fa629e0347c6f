// Folds the admin's menu away and keeps it so. Runs before the first drawing: nothing moves.
"use strict";

const KEPT = "knownfix.admin.menu";

function showMenu(isOpen) {
  document.documentElement.classList.toggle("menu-folded", !isOpen);
  document.getElementById("menu-toggle")?.setAttribute("aria-expanded", isOpen);
}

const isMenuOpen = () => localStorage.getItem(KEPT) !== "folded";

showMenu(isMenuOpen());
document.addEventListener("DOMContentLoaded", () => {
  showMenu(isMenuOpen());
  document.getElementById("menu-toggle")?.addEventListener("click", () => {
    localStorage.setItem(KEPT, isMenuOpen() ? "folded" : "open");
    showMenu(isMenuOpen());
  });
});
