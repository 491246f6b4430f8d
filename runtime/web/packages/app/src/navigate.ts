/** Going to another page of the app from code. Links do it by themselves. */
export function navigate(url: string, { replace = false } = {}): void {
  history[replace ? "replaceState" : "pushState"](null, "", url);
  // The router listens to this event, and reads the address anew.
  dispatchEvent(new PopStateEvent("popstate"));
  if (!replace) scrollTo(0, 0);
}

/** Leave for another site: a vendor's page, or the sign-in. */
export function leaveFor(url: string): void {
  location.assign(url);
}
