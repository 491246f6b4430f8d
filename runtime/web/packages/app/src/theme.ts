/** The brand's colours, light, dark, or as the system has it. */
import { dress, type Theme } from "@nat/chat";
import { effect, signal } from "@preact/signals";
import { configuration } from "./brand.ts";
import { kept } from "./kept.ts";

export type { Theme };

export const theme = signal<Theme>("system");

export function chooseTheme(chosen: Theme): void {
  theme.value = chosen;
  if (chosen === "system") kept.remove("theme");
  else kept.set("theme", chosen);
}

/** Dress the page in what was chosen before, and from then on in what is chosen. */
export function beginTheme(): void {
  const chosen = kept.get("theme");
  if (chosen === "light" || chosen === "dark") theme.value = chosen;
  const root = document.documentElement;
  document.body.classList.add("nat");
  effect(() => {
    // The page's own scrollbars are the root's.
    if (theme.value === "system") delete root.dataset.theme;
    else root.dataset.theme = theme.value;
    const colours = configuration.value?.brand.colours;
    if (colours) dress(document.body, colours, theme.value);
  });
}
