/** The switch between light and dark. Without a choice the page follows the system; `early.js` applies a choice. */

const KEY = "digits.theme";
const systemIsDark = matchMedia("(prefers-color-scheme: dark)");

/** @returns {boolean} whether the page is dark now */
export function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : systemIsDark.matches;
}

/**
 * Make a button switch the theme.
 * @param {HTMLButtonElement} button
 * @param {() => void} onChange called after every change, including those of the system
 */
export function themeSwitch(button, onChange) {
  const word = button.querySelector(".word");
  const show = () => {
    // The label names what the button does.
    if (word) word.textContent = isDark() ? "Light mode" : "Dark mode";
    onChange();
  };
  button.addEventListener("click", () => {
    choose(isDark() ? "light" : "dark");
    show();
  });
  systemIsDark.addEventListener("change", show);
  show();
}

/** @param {"light" | "dark"} theme */
function choose(theme) {
  const isSystems = (theme === "dark") === systemIsDark.matches;
  if (isSystems) delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  try {
    if (isSystems) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // Forbidden storage: the choice lasts until the page is left.
  }
}
