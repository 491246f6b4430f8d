/**
 * What panel and worker say to each other. The panel stands in a page of somebody else's and holds no token; the
 * worker holds the tokens and the socket, and may be killed at any time.
 */

import type { ChannelState, Colours, Frame, Message } from "@nat/chat";

export const PANEL = "panel";
/** Toolbar button or browser shortcut: show or hide the panel of a tab. */
export const TOGGLE = "toggle";
/** The launcher of a tab wants its panel; the panel wants what shows conversations, and what the platform says in
 * the language that is spoken. */
export const SCRIPTS: Readonly<Record<string, string>> = {
  load: "panel.js",
  conversation: "conversation.js",
  de: "german.js",
};

export interface Brand {
  readonly name: string;
  readonly tagline: string;
  readonly colours: Colours;
}

export interface Session {
  readonly userId: string;
}

/** Who is signed in, and what the brand is; `problem` where the platform could not be asked. */
export interface Standing {
  readonly kind: "standing";
  readonly brand: Brand;
  readonly app: string;
  readonly session: Session | null;
  readonly problem: "unreachable" | "sign-in-failed" | null;
}

export interface Ask {
  readonly kind: "request";
  readonly id: number;
  readonly method: string;
  /** Path and query; only the platform's own API is reached. */
  readonly path: string;
  readonly body: string | null;
}

export type FromPanel =
  | { readonly kind: "hello"; readonly nation: string }
  | { readonly kind: "attend"; readonly looking: boolean }
  | { readonly kind: "send"; readonly message: Message }
  | { readonly kind: "wake" }
  | { readonly kind: "distrust" }
  | { readonly kind: "sign-in" }
  | { readonly kind: "sign-out" }
  | { readonly kind: "styles"; readonly id: number }
  | { readonly kind: "get"; readonly id: number; readonly key: string }
  | { readonly kind: "set"; readonly key: string; readonly value: string | null }
  /** Keeps the worker alive as long as somebody looks. */
  | { readonly kind: "alive" }
  | Ask;

export type FromWorker =
  | Standing
  | { readonly kind: "channel"; readonly state: ChannelState }
  | { readonly kind: "opened" }
  | { readonly kind: "frame"; readonly frame: Frame }
  | { readonly kind: "value"; readonly id: number; readonly value: string | null }
  | {
      readonly kind: "answer";
      readonly id: number;
      /** 0: no answer came. */
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    };
