/**
 * The worker: holds the tokens, makes the calls, and owns one socket for each nation that somebody looks at.
 *
 * The browser ends it after half a minute of silence and starts it again for the next message, so it remembers
 * nothing that matters: panels say again what they want, and what they miss they read from the stored log.
 */

import {
  createApi,
  type Frame,
  Nat,
  PlatformChannel,
  realClock,
  type Send,
  selection,
  withSession,
} from "@nat/chat";
import { SignedOut } from "@nat/chat/session";
import { type FromPanel, type FromWorker, PANEL, SCRIPTS, type Standing, TOGGLE } from "./protocol.ts";
import { Sessions } from "./session.ts";
import { readSettings } from "./settings.ts";

/** Nothing that scripts in pages keep or read: tokens are in here. */
void chrome.storage.local.setAccessLevel({ accessLevel: "TRUSTED_CONTEXTS" });

const PREFIX = "nat.";
const PAGES = "https://*.nationbuilder.com/*";
/** What of an answer a panel may need. */
const PASSED = ["content-type", "content-disposition", "retry-after", "date", "x-nat-next"];

interface Line {
  readonly port: chrome.runtime.Port;
  nation: Nation | undefined;
  looking: boolean;
}

/** What panels of one nation share. */
interface Nation {
  readonly slug: string;
  readonly lines: Set<Line>;
  readonly channel: Promise<PlatformChannel>;
  readonly send: Send;
}

const lines = new Set<Line>();
const nations = new Map<string, Nation>();
let problem: Standing["problem"] = null;
const sessions = new Sessions(readSettings, () => {
  problem = null;
  for (const nation of nations.values()) void attend(nation);
  void tellAll();
});

// Panels

chrome.runtime.onConnect.addListener((port) => {
  if (port.name !== PANEL || port.sender?.id !== chrome.runtime.id) return;
  const line: Line = { port, nation: undefined, looking: false };
  lines.add(line);
  port.onMessage.addListener((message: FromPanel) => void hear(line, message));
  port.onDisconnect.addListener(() => {
    void chrome.runtime.lastError;
    lines.delete(line);
    line.nation?.lines.delete(line);
    if (line.nation) void attend(line.nation);
  });
});

async function hear(line: Line, message: FromPanel): Promise<void> {
  switch (message.kind) {
    case "hello":
      line.nation = nationOf(message.nation);
      line.nation.lines.add(line);
      await tell(line);
      break;
    case "attend":
      line.looking = message.looking;
      if (line.nation) await attend(line.nation);
      break;
    case "send":
      (await line.nation?.channel.catch(() => undefined))?.send(message.message);
      break;
    case "wake":
      if (problem === "unreachable") await tellAll();
      (await line.nation?.channel.catch(() => undefined))?.wake();
      break;
    case "distrust":
      (await line.nation?.channel.catch(() => undefined))?.distrust();
      break;
    case "sign-in":
      await signIn();
      break;
    case "sign-out":
      await sessions.signOut();
      break;
    case "styles":
      say(line, { kind: "value", id: message.id, value: await styles() });
      break;
    case "get":
      say(line, { kind: "value", id: message.id, value: await read(message.key) });
      break;
    case "set":
      await write(message.key, message.value);
      break;
    case "request":
      if (line.nation) say(line, await answer(line.nation, message));
      break;
    case "alive":
      break;
  }
}

function say(line: Line, message: FromWorker): void {
  try {
    line.port.postMessage(message);
  } catch {
    // The page is gone; its port says so next.
  }
}

async function tell(line: Line): Promise<void> {
  say(line, await standing());
  const channel = await line.nation?.channel.catch(() => undefined);
  if (channel) say(line, { kind: "channel", state: channel.state.value });
}

async function tellAll(): Promise<void> {
  const now = await standing();
  for (const line of lines) say(line, now);
}

async function standing(): Promise<Standing> {
  const userId = await sessions.userId();
  const session = userId === undefined ? null : { userId };
  try {
    const { brand } = await readSettings();
    return {
      kind: "standing",
      brand,
      app: __APP__,
      session,
      problem: problem === "unreachable" ? null : problem,
    };
  } catch {
    problem = "unreachable";
    return { kind: "standing", brand: BUILT_IN, app: __APP__, session: null, problem };
  }
}

/** What is known of the brand before its `/config.json` was read. */
const BUILT_IN = {
  name: __NAME__,
  tagline: "",
  colours: {
    primary: __PRIMARY__,
    on_primary: __ON_PRIMARY__,
    surface: "#ffffff",
    text: "#1b1f24",
    dark_surface: "#14171c",
    dark_text: "#e8eaed",
  },
};

async function signIn(): Promise<void> {
  try {
    problem = null;
    await sessions.signIn();
  } catch {
    // Closed by the person, refused, or not reached: in each case they are where they were.
    problem = "sign-in-failed";
    await tellAll();
  }
}

// Nations

function nationOf(slug: string): Nation {
  let nation = nations.get(slug);
  if (!nation) {
    const lines = new Set<Line>();
    const send = withSession({
      nation: () => slug,
      userId: () => sessions.holder,
      token: (renew) => sessions.token(renew),
    });
    nation = { slug, lines, send, channel: openChannel(slug, lines, send) };
    nations.set(slug, nation);
    // Where the brand's settings could not be read, the next panel tries again.
    nation.channel.catch(() => nations.delete(slug));
  }
  return nation;
}

async function openChannel(slug: string, lines: ReadonlySet<Line>, send: Send): Promise<PlatformChannel> {
  const settings = await readSettings();
  const nat = new Nat(createApi(settings.api, send));
  const channel = new PlatformChannel(
    {
      clock: realClock,
      address: async () => {
        const { data } = await nat.api.POST("/v1/ws-ticket");
        return `${settings.socket}?ticket=${encodeURIComponent(data?.ticket ?? "")}`;
      },
    },
    {
      url: settings.stream,
      token: (renew) => sessions.token(renew),
      selection: () => selection({ nation: () => slug, userId: () => sessions.holder }),
      clock: realClock,
    },
  );
  const tellLines = (message: FromWorker) => {
    for (const line of lines) say(line, message);
  };
  channel.listen({
    frame: (frame: Frame) => tellLines({ kind: "frame", frame }),
    opened: () => tellLines({ kind: "opened" }),
  });
  channel.state.subscribe((state) => tellLines({ kind: "channel", state }));
  return channel;
}

/** The socket is open as long as a panel of the nation is seen, by somebody who is signed in. */
async function attend(nation: Nation): Promise<void> {
  const channel = await nation.channel.catch(() => undefined);
  const may = (await sessions.userId()) !== undefined;
  channel?.attend(may && [...nation.lines].some((line) => line.looking));
}

async function answer(nation: Nation, ask: Extract<FromPanel, { kind: "request" }>): Promise<FromWorker> {
  const nothing: FromWorker = { kind: "answer", id: ask.id, status: 0, headers: {}, body: "" };
  if (!ask.path.startsWith("/v1/")) return nothing;
  try {
    const { api } = await readSettings();
    const request = new Request(new URL(ask.path, api), {
      method: ask.method,
      body: ask.body,
      headers: ask.body === null ? {} : { "content-type": "application/json" },
    });
    const answer = await nation.send(request);
    const headers = PASSED.flatMap((name) => {
      const value = answer.headers.get(name);
      return value === null ? [] : [[name, value]];
    });
    return {
      kind: "answer",
      id: ask.id,
      status: answer.status,
      headers: Object.fromEntries(headers),
      body: await answer.text(),
    };
  } catch (error) {
    if (!(error instanceof SignedOut)) return nothing;
    return {
      ...nothing,
      status: 401,
      body: '{"error":{"code":"unauthenticated","message":"","retryable":false}}',
    };
  }
}

// What panels keep

async function read(key: string): Promise<string | null> {
  const found = await chrome.storage.local.get<Record<string, unknown>>(PREFIX + key);
  const value = found[PREFIX + key];
  return typeof value === "string" ? value : null;
}

async function write(key: string, value: string | null): Promise<void> {
  try {
    if (value === null) await chrome.storage.local.remove(PREFIX + key);
    else await chrome.storage.local.set({ [PREFIX + key]: value });
  } catch {
    // Full: it is kept while the page lives.
  }
}

// The browser

chrome.action.onClicked.addListener((tab) => {
  const { id } = tab;
  // A page from before the extension has no launcher yet; the panel brings none, so the launcher goes first.
  if (id !== undefined)
    void chrome.tabs.sendMessage(id, TOGGLE).catch(() => put(id, "launcher.js", "panel.js"));
});

chrome.runtime.onMessage.addListener((message, sender) => {
  const script = SCRIPTS[String(message)];
  if (script && sender.tab?.id !== undefined) void put(sender.tab.id, script);
});

/** Put scripts into a tab. On a page that is not the control panel's the browser refuses. */
async function put(tabId: number, ...files: string[]): Promise<void> {
  await chrome.scripting.executeScript({ target: { tabId }, files }).catch(() => undefined);
}

async function styles(): Promise<string> {
  return (await fetch(chrome.runtime.getURL("panel.css"))).text();
}

chrome.runtime.onInstalled.addListener(({ reason }) => {
  if (reason !== chrome.runtime.OnInstalledReason.INSTALL) return;
  // Pages that are open already need not be loaded anew.
  void chrome.tabs.query({ url: PAGES }).then((tabs) => {
    for (const tab of tabs) {
      if (tab.id === undefined) continue;
      void chrome.scripting
        .executeScript({ target: { tabId: tab.id }, files: ["launcher.js"] })
        .catch(() => undefined);
    }
  });
});
