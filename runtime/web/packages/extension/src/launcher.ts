/**
 * What runs on every page from its beginning: the button, the shortcut, and keys that stay ours.
 *
 * It is small because every page of the control panel pays for it; the panel is loaded when it is wanted. Keys
 * that are typed into our part of the page are kept from the page by the very first listener there is. That one
 * keeps them from our own handlers as well, so they get a copy, which does not leave our part.
 */

const TYPED = [
  "keydown",
  "keypress",
  "keyup",
  "beforeinput",
  "input",
  "compositionstart",
  "compositionupdate",
  "compositionend",
  "paste",
  "copy",
  "cut",
];

const RELOAD = "↻";

/** What launcher and panel know of each other; they share one world that the page does not see. */
export interface Shared {
  readonly host: HTMLElement;
  readonly root: ShadowRoot;
  readonly button: HTMLButtonElement;
  /** Set by the panel: show or hide it. */
  toggle?: () => void;
  /** What the panel has that the script for conversations needs as well. */
  modules?: Readonly<Record<string, unknown>>;
  /** Where the script for conversations hands over what it has. */
  given?: (parts: typeof import("@nat/chat/conversation")) => void;
}

declare global {
  var natShared: Shared | undefined;
}

function begin(): void {
  const host = document.createElement("nat-panel");
  const root = host.attachShadow({ mode: "open" });
  const button = document.createElement("button");
  // The page may style every element, so what has to hold is said here and beats that.
  host.style.cssText =
    "all:initial!important;position:fixed!important;inset:auto 20px 20px auto!important;z-index:2147483647!important;display:block!important";
  button.textContent = __INITIAL__;
  button.setAttribute("aria-label", __NAME__);
  button.title = __NAME__;
  button.style.cssText = `all:initial;box-sizing:border-box;width:44px;height:44px;border-radius:50%;text-align:center;font:600 18px/44px system-ui,sans-serif;cursor:pointer;background:${__PRIMARY__};color:${__ON_PRIMARY__};box-shadow:0 2px 10px rgb(0 0 0/25%)`;
  button.onfocus = () => {
    button.style.outline = `3px solid ${__PRIMARY__}`;
    button.style.outlineOffset = "2px";
  };
  button.onblur = () => {
    button.style.outline = "none";
  };
  root.append(button);
  const shared: Shared = { host, root, button };
  globalThis.natShared = shared;

  const toggle = () => {
    if (shared.toggle) shared.toggle();
    else if (chrome.runtime?.id) void chrome.runtime.sendMessage("load");
    // After an update of the extension this script is an orphan: only a page that is loaded anew has a new one.
    else if (button.textContent === RELOAD) location.reload();
    else button.textContent = RELOAD;
  };
  button.onclick = toggle;
  chrome.runtime.onMessage.addListener((message) => {
    if (message === "toggle") toggle();
  });

  const shortcut = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.key.toLowerCase() !== "k" || event.shiftKey || event.altKey) return;
    if (!(event.metaKey || event.ctrlKey)) return;
    event.preventDefault();
    toggle();
  };
  for (const type of TYPED) {
    addEventListener(
      type,
      (event) => {
        if (event.composedPath().includes(root)) {
          event.stopImmediatePropagation();
          const target = event.composedPath()[0] as EventTarget;
          const copy = new (event.constructor as typeof Event)(type, copyOf(event));
          if (!target.dispatchEvent(copy)) event.preventDefault();
          if (event instanceof KeyboardEvent && type === "keydown") shortcut(event);
        } else if (type === "keydown") {
          // The page's own shortcut goes first: ours comes after whatever the page has.
          removeEventListener("keydown", shortcut);
          addEventListener("keydown", shortcut);
        }
      },
      true,
    );
  }
  const put = () => {
    if (!host.isConnected) document.documentElement?.append(host);
  };
  if (document.documentElement) put();
  document.addEventListener("DOMContentLoaded", put);
}

/** What an event says, for a copy that stays within our part of the page. */
function copyOf(event: Event): EventInit {
  const init: Record<string, unknown> = {};
  for (const name in event) {
    const value = (event as unknown as Record<string, unknown>)[name];
    if (typeof value !== "function") init[name] = value;
  }
  return { ...init, bubbles: true, cancelable: event.cancelable, composed: false };
}

if (window.top === window && !globalThis.natShared) begin();
