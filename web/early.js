/** Sets the chosen theme before anything is painted. The only script that blocks; the switch itself is `theme.js`. */
try {
  const chosen = localStorage.getItem("digits.theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
} catch {
  // Storage can be forbidden; then the page looks as the system does.
}
