/** The panel's beginning: loaded when it is wanted for the first time, into the page's corner that is ours. */

import { dress, type OpenPage } from "@nat/chat";
import * as errors from "@nat/chat/api/errors";
import * as clock from "@nat/chat/clock";
import * as context from "@nat/chat/view/context";
import * as words from "@nat/chat/words";
import * as chatWords from "@nat/chat/words/chat";
import * as signals from "@preact/signals";
import * as preact from "preact";
import * as hooks from "preact/hooks";
import * as jsx from "preact/jsx-runtime";
import { aboveDialogs } from "./above.ts";
import type { Shared } from "./launcher.ts";
import { extractNationSlugFromUrl, pageOf } from "./nation.ts";
import { Panel } from "./Panel.tsx";
import { Place } from "./place.ts";
import { WorkerLine } from "./port.ts";

/** How often the address is looked at where the browser does not tell of navigation within a page. */
const LOOKING = 1_000;

const { computed, effect, signal } = signals;

function begin(shared: Shared, nation: string): void {
  shared.modules = { preact, hooks, jsx, signals, context, words, chatWords, errors, clock };
  const frame = document.createElement("div");
  frame.className = "nat";
  shared.root.append(frame);

  const line = new WorkerLine(nation);
  const place = new Place(line, nation);
  const { page, remove } = followPage();
  effect(() => {
    const brand = line.standing.value?.brand;
    if (brand) dress(frame, brand.colours, "system");
  });
  let before: Element | null = null;
  const show = (open: boolean) => {
    place.open.value = open;
    frame.hidden = !open;
    shared.button.hidden = open;
    shared.button.style.display = open ? "none" : "";
    place.keep();
    if (open) {
      before = document.activeElement;
      raise();
      frame.querySelector("textarea")?.focus();
    } else if (before instanceof HTMLElement) {
      before.focus();
    }
  };
  const raise = aboveDialogs(shared.host);
  shared.toggle = () => {
    if (!place.open.peek()) show(true);
    else if (place.size.peek() === "small") place.resize("normal");
    else show(false);
  };
  const sheet = new CSSStyleSheet();
  shared.root.adoptedStyleSheets = [sheet];
  void Promise.all([line.styles(), place.load()]).then(([styles]) => {
    sheet.replaceSync(styles);
    preact.render(
      <Panel
        line={line}
        nation={nation}
        place={place}
        page={page}
        removePage={remove}
        onClose={() => show(false)}
      />,
      frame,
    );
    show(true);
  });
}

/** The page that is open, followed when it changes without being loaded, until somebody takes it out. */
function followPage() {
  const address = signal(location.href);
  const title = signal(document.title);
  const removed = signal<string | undefined>(undefined);
  const look = () => {
    address.value = location.href;
    title.value = document.title;
  };
  if ("navigation" in window) (window.navigation as EventTarget).addEventListener("navigatesuccess", look);
  else setInterval(look, LOOKING);
  addEventListener("popstate", look);
  // The title often follows the address.
  const head = document.querySelector("head");
  if (head) new MutationObserver(look).observe(head, { childList: true, subtree: true, characterData: true });
  const page = computed<OpenPage | undefined>(() => {
    const open = pageOf(address.value, title.value);
    return open?.url === removed.value ? undefined : open;
  });
  return {
    page,
    remove: () => {
      removed.value = page.peek()?.url;
    },
  };
}

const shared = globalThis.natShared;
const nation = extractNationSlugFromUrl(location.href);
if (shared?.toggle) shared.toggle();
else if (shared && nation) begin(shared, nation);
