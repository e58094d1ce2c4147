/** Applies the stored theme before the first paint, and lets the header's button change it. */
(() => {
  const KEY = "theme";
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const stored = () => { try { return localStorage.getItem(KEY); } catch { return null; } };
  const shown = () => root.dataset.theme ?? (dark.matches ? "dark" : "light");

  if (["light", "dark"].includes(stored())) root.dataset.theme = stored();

  addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("theme-button");
    if (!button) return;
    const label = () => { button.textContent = shown() === "dark" ? "Light" : "Dark"; };
    button.hidden = false;
    button.addEventListener("click", () => {
      root.dataset.theme = shown() === "dark" ? "light" : "dark";
      try { localStorage.setItem(KEY, root.dataset.theme); } catch { /* private mode: the choice lasts for this page */ }
      label();
    });
    dark.addEventListener("change", label);
    label();
  });
})();
