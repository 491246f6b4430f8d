import { useEffect, useRef } from "preact/hooks";
import { useLocation } from "preact-iso/router";

interface TabsProps {
  label: string;
  /** Addresses with their names. */
  tabs: readonly (readonly [string, string])[];
}

/** Links to neighbouring pages. Where not all have room, they scroll, and the open page's is in sight. */
export function Tabs({ label, tabs }: TabsProps) {
  const { path } = useLocation();
  const nav = useRef<HTMLElement>(null);
  const spoken = tabs.map(([, name]) => name).join(" ");
  useEffect(() => {
    nav.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [path, spoken]);
  return (
    <nav ref={nav} class="tabs" aria-label={label}>
      {tabs.map(([href, name]) => (
        <a key={href} href={href} aria-current={href === path ? "page" : undefined}>
          {name}
        </a>
      ))}
    </nav>
  );
}
