/** A tab that was open over a deploy asks for parts that its page no longer fits: one reload brings the new
 * page. Were the part missing there too, a second reload would help nobody. */
const RELOADED = "nat.reloaded";
/** So long a reload is not repeated, in milliseconds. */
const PAUSE = 30_000;

export function mayReload(last: string | null, now: number): boolean {
  return last === null || now - Number(last) > PAUSE;
}

export function reloadOnStaleChunk(): void {
  addEventListener("vite:preloadError", (event) => {
    try {
      if (!mayReload(sessionStorage.getItem(RELOADED), Date.now())) return;
      sessionStorage.setItem(RELOADED, String(Date.now()));
    } catch {
      // Without a place to remember it, a reload might go on for ever.
      return;
    }
    event.preventDefault();
    location.reload();
  });
}
