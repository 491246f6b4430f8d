/** One line that says what was done, for a few seconds, read out politely. */
import { signal } from "@preact/signals";

const SECONDS = 5;

const said = signal("");
let timer = 0;

export function say(text: string): void {
  said.value = text;
  clearTimeout(timer);
  timer = window.setTimeout(() => {
    said.value = "";
  }, SECONDS * 1000);
}

export function Said() {
  return (
    <div class="said" role="status">
      {said.value && <p>{said.value}</p>}
    </div>
  );
}
