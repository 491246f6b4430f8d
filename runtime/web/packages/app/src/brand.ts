/** What differs between brands, from `/config.json`: one build serves every customer. */
import type { Colours } from "@nat/chat";
import { signal } from "@preact/signals";

export interface Plan {
  plan: string;
  title: string;
  price_cents: number;
  queries_limit: number;
  trial_days: number;
}

export interface Configuration {
  brand: {
    name: string;
    tagline: string;
    logo: string | null;
    colours: Colours;
    supportEmail: string;
    extensionName: string;
  };
  plans: Plan[];
  links: {
    extension: string | null;
    /** The extension's newest package on this site, where there is one. */
    package: string | null;
    terms: string | null;
    privacy: string | null;
  };
  issuer: string;
  loginUrl: string;
  clientId: string;
  socketPath: string;
}

/** More queries than this in a period are sold as unlimited. */
export const UNLIMITED = 999_999;

export const configuration = signal<Configuration | null>(null);

/** The configuration, once it is loaded: nothing is shown before. */
export function config(): Configuration {
  if (!configuration.value) throw new Error("the configuration is not loaded");
  return configuration.value;
}

export function brand(): Configuration["brand"] {
  return config().brand;
}

/** What the brand calls a plan. */
export const planTitle = (plan: string): string | undefined =>
  config().plans.find((each) => each.plan === plan)?.title;

export class ConfigurationMissing extends Error {}

/** Raises `ConfigurationMissing` if what is answered is not the configuration. */
export async function loadConfiguration(): Promise<void> {
  let found: Configuration;
  try {
    const answer = await fetch("/config.json", { cache: "no-cache" });
    if (!answer.ok) throw new ConfigurationMissing(`${answer.status}`);
    found = (await answer.json()) as Configuration;
  } catch (cause) {
    throw new ConfigurationMissing("config.json", { cause });
  }
  if (!found.brand?.name || !found.clientId || !found.loginUrl) throw new ConfigurationMissing("incomplete");
  configuration.value = found;
  document.title = found.brand.name;
}
