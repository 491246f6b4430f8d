/**
 * In the panel's script this takes the place of what shows conversations, which is a script of its own.
 *
 * `import()` waits for a module that has a `then`, so whoever imports it gets what that script gives.
 */

import { language } from "@nat/chat/words";

export function then(done: (parts: typeof import("@nat/chat/conversation")) => void): void {
  const shared = globalThis.natShared;
  if (!shared) return;
  shared.given = done;
  void chrome.runtime.sendMessage("conversation");
  void chrome.runtime.sendMessage(language.value);
}
