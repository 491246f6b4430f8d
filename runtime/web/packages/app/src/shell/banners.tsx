import { signal } from "@preact/signals";
import { CircleAlert, CloudOff, PlugZap } from "lucide-preact";
import type { ComponentChildren } from "preact";
import { useLocation } from "preact-iso/router";
import { brand } from "../brand.ts";
import { kept } from "../kept.ts";
import type { Membership } from "../me.ts";
import { ButtonLink } from "../ui/button.tsx";
import { shellWords as w } from "./words.ts";

const online = signal(navigator.onLine);
addEventListener("online", () => {
  online.value = true;
});
addEventListener("offline", () => {
  online.value = false;
});

/** What the person has to know on every page: the network, the connection, the subscription. One at a time,
 * the one that stops most. */
export function Banners({ membership, isAdmin }: { membership: Membership; isAdmin: boolean }) {
  const { path } = useLocation();
  const state = membership.subscription;
  if (!online.value) return <Banner icon={<CloudOff />} text={w().offline} />;
  if (!state?.active && path !== "/settings/billing") {
    return (
      <Banner icon={<CircleAlert />} text={w().inactive} otherwise={w().askOwner}>
        {membership.role === "owner" && <ButtonLink href="/setup/plans">{w().subscribe}</ButtonLink>}
      </Banner>
    );
  }
  if (state?.nb_needs_reauth && path !== "/settings/connections") {
    return (
      <Banner icon={<PlugZap />} text={w().reconnect(brand().name)} otherwise={w().askAdmin}>
        {isAdmin && <ButtonLink href="/settings/connections">{w().reconnectAction}</ButtonLink>}
      </Banner>
    );
  }
  if (state && !state.nb_connected && path !== "/settings/connections") {
    return (
      <Banner icon={<PlugZap />} text={w().notConnected} otherwise={w().askConnect}>
        {isAdmin && <ButtonLink href="/setup/connect">{w().connect}</ButtonLink>}
      </Banner>
    );
  }
  if (state?.limit_reached && path !== "/settings/billing") {
    return (
      <Banner icon={<CircleAlert />} text={w().limit}>
        <ButtonLink href="/settings/billing">{w().upgrade}</ButtonLink>
      </Banner>
    );
  }
  if (!kept.lasting) return <Banner icon={<CircleAlert />} text={w().forgetful} />;
  return null;
}

interface BannerProps {
  icon: ComponentChildren;
  text: string;
  /** Said where the person cannot do it themselves. */
  otherwise?: string;
  children?: ComponentChildren;
}

function Banner({ icon, text, otherwise, children }: BannerProps) {
  return (
    <div class="banner" role="status">
      <span aria-hidden="true">{icon}</span>
      <p>
        {text} {!children && otherwise}
      </p>
      {children}
    </div>
  );
}
