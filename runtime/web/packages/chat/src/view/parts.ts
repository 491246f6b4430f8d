import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";

type Parts = typeof import("../conversation.ts");

const AGAIN = 2_000;
const loaded = signal<Parts | undefined>(undefined);
let loading = false;

/** Load what shows conversations, if that has not been done. It is tried until it succeeds. */
export function loadParts(): void {
  if (loading || loaded.peek()) return;
  loading = true;
  import("../conversation.ts").then(
    (parts) => {
      loaded.value = parts;
    },
    () => {
      loading = false;
      setTimeout(loadParts, AGAIN);
    },
  );
}

/** What shows conversations, once it is here; with `wanted` it is loaded now. */
export function useParts(wanted: boolean): Parts | undefined {
  useEffect(() => {
    if (wanted) loadParts();
  }, [wanted]);
  return loaded.value;
}
