import type { ReadonlySignal } from "@preact/signals";
import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import type { Role } from "../api/schema.ts";
import type { ChatStore } from "../store/chat.ts";
import type { Page } from "../transport/channel.ts";

/** What the person has open beside the chat, and what it is called. Its name and address stay here. */
export interface OpenPage extends Page {
  readonly url: string;
  readonly name?: string;
}

/** What the chat is told by the client that it runs in. */
export interface ChatSetting {
  readonly store: ChatStore;
  readonly brand: string;
  readonly me: string;
  readonly role: Role;
  /** Who somebody is, where the client knows. */
  readonly person?: (userId: string) => string | undefined;
  /** Hosts that answers may lead to: the nation's and the app's. */
  readonly hosts: readonly string[];
  readonly page?: ReadonlySignal<OpenPage | undefined>;
  readonly removePage?: () => void;
  /** Questions that fit what is open. */
  readonly suggestions: readonly string[];
}

const Setting = createContext<ChatSetting | undefined>(undefined);

export const ChatProvider = Setting.Provider;

export function useChat(): ChatSetting {
  const setting = useContext(Setting);
  if (!setting) throw new Error("The chat stands in a ChatProvider.");
  return setting;
}

/** The time on this device, looked at every so often as long as `every` is not zero. */
export function useNow(every: number): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    if (every === 0) return undefined;
    const timer = setInterval(() => setNow(Date.now()), every);
    return () => clearInterval(timer);
  }, [every]);
  return now;
}

const RANKS: Readonly<Record<Role, number>> = { viewer: 0, member: 1, admin: 2, owner: 3 };

export function mayDecide(role: Role, needed: Role): boolean {
  return RANKS[role] >= RANKS[needed];
}
