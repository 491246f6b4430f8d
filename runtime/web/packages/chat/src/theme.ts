/** A brand's colours, as the platform publishes them in `/config.json`. */
export interface Colours {
  readonly primary: string;
  readonly on_primary: string;
  readonly surface: string;
  readonly text: string;
  readonly dark_surface: string;
  readonly dark_text: string;
}

export type Theme = "light" | "dark" | "system";

/** Dress an element, and all in it, in a brand's colours. */
export function dress(element: HTMLElement, colours: Colours, theme: Theme): void {
  for (const [name, colour] of Object.entries(colours)) {
    element.style.setProperty(`--nat-brand-${name.replaceAll("_", "-")}`, colour);
  }
  if (theme === "system") delete element.dataset.theme;
  else element.dataset.theme = theme;
}
