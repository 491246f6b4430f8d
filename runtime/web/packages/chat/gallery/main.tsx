/** Shows one state of the chat: `?state=approval&theme=dark&lang=de&font=own`, and others after it by
 * `showState`. For pictures, checks and measurements. */

import "../src/german.ts";
import "../src/styles.css";
import "./gallery.css";
import ownFont from "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2?url";
import { signal } from "@preact/signals";
import { render } from "preact";
import { Markdown } from "../src/markdown/Markdown.tsx";
import { PAGE } from "../src/store/conversation.ts";
import { dress } from "../src/theme.ts";
import { Chat } from "../src/view/Chat.tsx";
import { ChatProvider, type ChatSetting, type OpenPage } from "../src/view/context.ts";
import { History } from "../src/view/History.tsx";
import { loadParts } from "../src/view/parts.ts";
import { type Language, speak } from "../src/words.ts";
import { longAnswer } from "./answers.ts";
import { newStage, records, STATES } from "./states.ts";

const wanted = new URLSearchParams(location.search);
const root = document.getElementById("gallery") as HTMLElement;
const theme = wanted.get("theme") === "dark" ? "dark" : "light";
speak((wanted.get("lang") as Language | null) ?? "en");
document.documentElement.lang = wanted.get("lang") ?? "en";
dress(
  root,
  {
    primary: "#0b5cad",
    on_primary: "#ffffff",
    surface: "#ffffff",
    text: "#1b1f24",
    dark_surface: "#14171c",
    dark_text: "#e8eaed",
  },
  theme,
);

let stage = newStage();

/** What the chat of a state is set in. */
function settingOf(state: string): ChatSetting {
  const page = signal<OpenPage | undefined>(
    state === "empty"
      ? {
          url: "https://demo.nationbuilder.com/admin/signups/4",
          kind: "person",
          record_id: "4",
          name: "Dilek Demir",
        }
      : undefined,
  );
  return {
    store: stage.store,
    brand: "Nat",
    me: "u1",
    role: "admin",
    person: (id) => (id === "u2" ? "Anna Ahrens" : undefined),
    hosts: ["demo.nationbuilder.com", "app.example"],
    page,
    removePage: () => {
      page.value = undefined;
    },
    suggestions: [
      "Summarise this person",
      "What did they donate this year?",
      "Which events have they been to?",
    ],
  };
}

/** What the API answers in a state. */
function answerIn(state: string): void {
  Object.assign(stage.platform.nat, {
    change: async () => ({
      change: "t#1#c",
      conversation: "",
      approval: "a1",
      tool: "bulk_add_tag",
      summary: "",
      created_at: "2026-11-28T09:00:00Z",
      operations: 23,
      undoable: state === "done" ? 23 : 0,
      undo_until: state === "done" ? "2026-12-28T09:00:00Z" : null,
      results: records().map((each) =>
        state === "done" ? { ...each, state: "done", undo_until: "2026-12-28T09:00:00Z" } : each,
      ),
      next: null,
    }),
    feedback: async () => ({}),
    takeFeedbackBack: async () => {},
    conversations: async () => stage.store.history.peek() ?? { conversations: [], next: null },
  });
}

declare global {
  interface Window {
    /** Show another state in place of this one, as if it were the first. */
    showState: (state: string) => Promise<void>;
    /** Show the long answer as far as it is after one of so many pieces, layout included. */
    streamPiece: (piece: number, pieces: number) => void;
    /** Show a conversation of so many turns, layout included. */
    openConversation: (turns: number) => Promise<void>;
  }
}

const ANSWER = longAnswer();
const RULE = { hosts: ["demo.nationbuilder.com"], returned: new Set<string>() };

window.streamPiece = (piece, pieces) => {
  const text = ANSWER.slice(0, Math.ceil((ANSWER.length * piece) / pieces));
  render(<Markdown text={text} streaming={piece < pieces} rule={RULE} />, root);
  root.getBoundingClientRect();
};

window.openConversation = async (turns) => {
  const { Turn } = await import("../src/store/turn.ts");
  const conversation = stage.store.open.peek();
  // Older ones are shown when somebody scrolls up.
  const exchanges = Array.from({ length: Math.min(turns, PAGE) }, (_, place) =>
    Turn.ofExchange(conversation.id, {
      turn: `t${place}`,
      question: `Question ${place}`,
      outcome: "finished",
      answer: `There are **${place}** people.\n\n- one\n- two\n\n| a | b |\n|---|--:|\n| x | 1 |\n| y | 2 |`,
      links: [],
      asked_at: new Date(place * 60_000).toISOString(),
      ended_at: new Date(place * 60_000).toISOString(),
      proposals: [],
      feedback: null,
    }),
  );
  conversation.loading.value = "ready";
  conversation.turns.value = exchanges;
  await new Promise((done) => requestAnimationFrame(done));
  root.getBoundingClientRect();
};

/** A font that is the same on every machine. From its bytes, because the headers let no font be loaded. */
async function dressInOwnFont(): Promise<void> {
  const bytes = await (await fetch(ownFont)).arrayBuffer();
  document.fonts.add(await new FontFace("Own", bytes, { weight: "100 900" }).load());
  for (const name of ["--nat-font", "--nat-mono"]) root.style.setProperty(name, "Own");
}

window.showState = async (state) => {
  render(null, root);
  stage = newStage();
  answerIn(state);
  await STATES[state]?.(stage);
  render(
    <ChatProvider value={settingOf(state)}>
      {state === "history" ? (
        <div class="gallery-history">
          <History onOpen={() => {}} />
        </div>
      ) : (
        <Chat />
      )}
    </ChatProvider>,
    root,
  );
  await settled();
};

/** After the first picture, what observers of sizes and of scrolling make of it, and the effects that follow: until
 * three pictures in a row change nothing. */
async function settled(): Promise<void> {
  let still = 0;
  const changes = new MutationObserver(() => {
    still = 0;
  });
  changes.observe(root, { subtree: true, childList: true, attributes: true, characterData: true });
  while (still++ < 3) await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  changes.disconnect();
}

if (wanted.get("font") === "own") await dressInOwnFont();
// What shows conversations is loaded on its own: a state is looked at with it.
loadParts();
await import("../src/conversation.ts");
await window.showState(wanted.get("state") ?? "empty");
root.dataset.ready = "";
