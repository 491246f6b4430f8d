/**
 * Usable above the page's modal dialogs. While one is open, everything outside of it is inert, whatever its
 * place in the stack; so our part of the page moves into the topmost one, and back when that is closed.
 */

type Movable = Element & { moveBefore?: (node: Node, before: Node | null) => void };

/** Keep an element above modal dialogs from now on; what is given looks again at once. */
export function aboveDialogs(host: HTMLElement): () => void {
  const raise = () => {
    const open = [...document.querySelectorAll<HTMLDialogElement>("dialog:modal")].filter(
      (each) => !host.contains(each),
    );
    const home: Movable = open.at(-1) ?? document.documentElement;
    if (host.parentElement === home) return;
    const { activeElement } = host.shadowRoot ?? {};
    // Moved, not taken out and put in again, so that nothing in it loses its state.
    if (home.moveBefore && host.isConnected) home.moveBefore(host, null);
    else home.append(host);
    if (activeElement instanceof HTMLElement) activeElement.focus();
  };
  new MutationObserver(raise).observe(document, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: ["open"],
  });
  return raise;
}
