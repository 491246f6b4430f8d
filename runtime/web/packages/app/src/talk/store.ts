/** The conversations of a nation, over this app's session. They live outside of pages: leaving one ends nothing. */
import { BrowserStorage, ChatStore, Nat, PlatformChannel, realClock, selection } from "@nat/chat";
import { useEffect } from "preact/hooks";
import { answer, api, caller, inNation } from "../api.ts";
import { config } from "../brand.ts";

const storage = new BrowserStorage();
const stores = new Map<string, ChatStore>();

export function chatOf(nation: string): ChatStore {
  let store = stores.get(nation);
  if (!store) {
    store = new ChatStore({
      nat: new Nat(api),
      channel: channelOf(nation),
      clock: realClock,
      storage,
      nation,
    });
    stores.set(nation, store);
    // What was typed or sent before the page was left is taken up once.
    void store.start();
  }
  return store;
}

function channelOf(nation: string): PlatformChannel {
  return new PlatformChannel(
    {
      clock: realClock,
      address: async () => {
        const { ticket } = await answer(api.POST("/v1/ws-ticket", inNation(nation)));
        const url = new URL(config().socketPath, location.href);
        url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
        url.searchParams.set("ticket", ticket);
        return url.href;
      },
    },
    {
      clock: realClock,
      url: "/v1/stream",
      token: caller.token,
      selection: () => selection({ ...caller, nation: () => nation }),
    },
  );
}

/** Keep a store's channel open as long as a page that shows it is seen, and look again after every sleep. */
export function useAttention(store: ChatStore): void {
  useEffect(() => {
    const look = () => store.attend(document.visibilityState === "visible");
    const wake = () => store.wake();
    look();
    document.addEventListener("visibilitychange", look);
    addEventListener("pageshow", wake);
    addEventListener("online", wake);
    return () => {
      document.removeEventListener("visibilitychange", look);
      removeEventListener("pageshow", wake);
      removeEventListener("online", wake);
      store.attend(false);
    };
  }, [store]);
}
