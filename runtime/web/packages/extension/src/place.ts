/** Where the panel stands in the page: moved, resized, made large or small, and remembered for each nation. */

import type { Storage } from "@nat/chat";
import { type Signal, signal } from "@preact/signals";

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export type Size = "normal" | "large" | "small";

interface Kept {
  readonly box: Box;
  readonly size: Size;
  readonly open: boolean;
}

const WIDTH = 420;
const HEIGHT = 640;
const NARROWEST = 300;
const LOWEST = 320;
const MARGIN = 12;
/** Height of the bar that a small panel is. */
export const BAR = 44;

export class Place {
  readonly box: Signal<Box>;
  readonly size: Signal<Size> = signal("normal");
  readonly open = signal(true);
  readonly #storage: Storage;
  readonly #key: string;

  constructor(storage: Storage, nation: string) {
    this.#storage = storage;
    this.#key = `nat.place.${nation}`;
    this.box = signal(
      within({ left: innerWidth - WIDTH - 20, top: innerHeight - HEIGHT - 20, width: WIDTH, height: HEIGHT }),
    );
    addEventListener("resize", () => {
      this.box.value = within(this.box.peek());
    });
  }

  /** Take up the place from before. */
  async load(): Promise<void> {
    const kept = read(await this.#storage.get(this.#key));
    if (!kept) return;
    this.box.value = within(kept.box);
    this.size.value = kept.size;
  }

  move(box: Box): void {
    this.box.value = within(box);
  }

  resize(size: Size): void {
    this.size.value = size;
    this.keep();
  }

  keep(): void {
    const kept: Kept = { box: this.box.peek(), size: this.size.peek(), open: this.open.peek() };
    void this.#storage.set(this.#key, JSON.stringify(kept));
  }
}

/** The box, as much of it as fits into the window. */
export function within(box: Box, wide = innerWidth, high = innerHeight): Box {
  const width = Math.max(Math.min(NARROWEST, wide), Math.min(box.width, wide - 2 * MARGIN));
  const height = Math.max(Math.min(LOWEST, high), Math.min(box.height, high - 2 * MARGIN));
  return {
    width,
    height,
    left: Math.max(0, Math.min(box.left, wide - width)),
    top: Math.max(0, Math.min(box.top, high - height)),
  };
}

function read(text: string | undefined): Kept | undefined {
  if (text === undefined) return undefined;
  try {
    const kept = JSON.parse(text) as Kept;
    const numbers = [kept.box.left, kept.box.top, kept.box.width, kept.box.height];
    const sizes: readonly string[] = ["normal", "large", "small"];
    return numbers.every(Number.isFinite) && sizes.includes(kept.size) ? kept : undefined;
  } catch {
    return undefined;
  }
}
