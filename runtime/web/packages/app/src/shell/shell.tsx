import { Menu, X } from "lucide-preact";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useLocation } from "preact-iso/router";
import { atLeast, type Membership, useMe } from "../me.ts";
import { IconButton } from "../ui/button.tsx";
import { Said } from "../ui/said.tsx";
import { Banners } from "./banners.tsx";
import { BrandName } from "./brand_name.tsx";
import { Navigation } from "./navigation.tsx";
import { Nps } from "./nps.tsx";
import { shellWords as w } from "./words.ts";

/** Name and navigation around every page of somebody who is signed in. On narrow screens the navigation is
 * behind a button. */
export function Shell({ membership, children }: { membership: Membership; children: ComponentChildren }) {
  const drawer = useRef<HTMLDialogElement>(null);
  const main = useRef<HTMLElement>(null);
  const { path } = useLocation();
  const visited = useRef(path);
  const asked = useMe().data?.ask_nps;
  useEffect(() => {
    drawer.current?.close();
    // Screen readers begin with the new page, as after following a link.
    if (visited.current !== path) main.current?.querySelector("h1")?.focus({ preventScroll: true });
    visited.current = path;
  }, [path]);
  return (
    <div class="shell">
      <a class="skip" href="#main">
        {w().skip}
      </a>
      <header class="topbar">
        <IconButton label={w().menu} icon={<Menu />} onClick={() => drawer.current?.showModal()} />
        <a class="topbar-brand" href="/">
          <BrandName />
        </a>
      </header>
      <aside class="side">
        <Navigation membership={membership} />
      </aside>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes it; the click is one beside it */}
      <dialog
        ref={drawer}
        class="drawer"
        aria-label={w().menu}
        onClick={(event) => {
          if (event.target === drawer.current) drawer.current?.close();
        }}
      >
        <div class="drawer-body">
          <IconButton label={w().closeMenu} icon={<X />} onClick={() => drawer.current?.close()} />
          <Navigation membership={membership} />
        </div>
      </dialog>
      <main id="main" ref={main} tabIndex={-1}>
        <Banners membership={membership} isAdmin={atLeast(membership.role, "admin")} />
        {asked && <Nps />}
        {children}
      </main>
      <Said />
    </div>
  );
}
