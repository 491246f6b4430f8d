/** Clipboard and files of the device. */

import { asHtml, asTsv, type Grid } from "../table/cells.ts";

/** Put a table on the clipboard: as a table for programs that take one, as text for the rest. */
export async function copyTable(grid: Grid): Promise<void> {
  const text = asTsv(grid);
  if (typeof ClipboardItem === "undefined" || !navigator.clipboard?.write) {
    await copyText(text);
    return;
  }
  await navigator.clipboard.write([
    new ClipboardItem({
      "text/html": new Blob([asHtml(grid)], { type: "text/html" }),
      "text/plain": new Blob([text], { type: "text/plain" }),
    }),
  ]);
}

export async function copyText(text: string): Promise<void> {
  await navigator.clipboard.writeText(text);
}

/** Let the person save a file. */
export function save(name: string, type: string, content: string | Blob): void {
  const address = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The download has begun by then; at once would be too early in some browsers.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** Whether a finger is what points here: then a keyboard would cover half of the screen. */
export function isTouch(): boolean {
  return matchMedia("(pointer: coarse)").matches;
}
