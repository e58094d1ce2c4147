/** Applies the stored theme before the first paint, and lets the header's button change it. */
(() => {
  const KEY = "theme";
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const system = () => (dark.matches ? "dark" : "light");
  const opposite = (theme) => (theme === "dark" ? "light" : "dark");

  function stored() {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null;
    }
  }

  /** The administration reads the same key and calls the system's theme "auto". */
  function store(theme) {
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      return; // Without storage the choice lasts for this page.
    }
  }

  function apply(theme) {
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    else delete root.dataset.theme;
  }

  /** Round the three: away from the system's theme first, so that every press but the last shows. */
  function following() {
    const chosen = root.dataset.theme;
    if (!chosen) return opposite(system());
    return chosen === system() ? "auto" : system();
  }

  function label(button) {
    const name = following() === "auto" ? "System" : following() === "dark" ? "Dark" : "Light";
    const rest = document.createElement("span");
    rest.className = "visually-hidden";
    rest.textContent = " theme";
    button.replaceChildren(name, rest);
  }

  apply(stored());
  addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("theme-button");
    if (!button) return;
    button.hidden = false;
    button.addEventListener("click", () => {
      const theme = following();
      apply(theme);
      store(theme);
      label(button);
    });
    dark.addEventListener("change", () => label(button));
    label(button);
  });
})();
