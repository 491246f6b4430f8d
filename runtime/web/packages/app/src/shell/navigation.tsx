import {
  CalendarClock,
  ChartColumn,
  CircleCheckBig,
  Gauge,
  LogOut,
  MessagesSquare,
  Settings,
  SquarePen,
  UserRound,
  UsersRound,
} from "lucide-preact";
import type { ComponentChildren } from "preact";
import { useLocation } from "preact-iso/router";
import { answer, api } from "../api.ts";
import { count } from "../format.ts";
import { type Membership, useMe } from "../me.ts";
import { useRead } from "../server.ts";
import { signOut } from "../session/sign_in.ts";
import { BrandName } from "./brand_name.tsx";
import { NationSwitcher } from "./nations.tsx";
import { shellWords as w } from "./words.ts";

const RECENT = 8;
/** Approvals are looked for so often while a page is open, in milliseconds. */
const LOOK = 60_000;

export function Navigation({ membership }: { membership: Membership }) {
  const active = membership.subscription?.active === true;
  const me = useMe().data;
  return (
    <div class="side-body">
      <a class="brand" href="/">
        <BrandName />
      </a>
      <NationSwitcher membership={membership} />
      <a class="button button-primary side-new" href="/">
        <SquarePen aria-hidden="true" />
        {w().newQuestion}
      </a>
      <nav aria-label={w().main}>
        <ul class="nav">
          <Item href="/approvals" icon={<CircleCheckBig />}>
            {w().approvals}
            {active && <Waiting />}
          </Item>
          <Item href="/automations" icon={<CalendarClock />}>
            {w().automations}
          </Item>
          <Item href="/conversations" icon={<MessagesSquare />}>
            {w().conversations}
          </Item>
          <Item href="/usage" icon={<ChartColumn />}>
            {w().usage}
          </Item>
          <Item href="/team" icon={<UsersRound />}>
            {w().team}
          </Item>
          <Item href="/settings" icon={<Settings />}>
            {w().settings}
          </Item>
        </ul>
      </nav>
      {active && <Recent />}
      <div class="side-foot">
        <Item href="/profile" icon={<UserRound />} plain>
          <span class="cut">{me?.email ?? w().profile}</span>
        </Item>
        {me?.operator && (
          <Item href="/operator" icon={<Gauge />} plain>
            {w().operator}
          </Item>
        )}
        <button type="button" class="nav-link" onClick={() => void signOut()}>
          <LogOut aria-hidden="true" />
          {w().signOut}
        </button>
      </div>
    </div>
  );
}

interface ItemProps {
  href: string;
  icon: ComponentChildren;
  children: ComponentChildren;
  plain?: boolean;
}

function Item({ href, icon, children, plain = false }: ItemProps) {
  const { path } = useLocation();
  const here = path === href || path.startsWith(`${href}/`);
  const link = (
    <a class="nav-link" href={href} aria-current={here ? "page" : undefined}>
      {icon}
      {children}
    </a>
  );
  return plain ? link : <li>{link}</li>;
}

/** How many proposals wait. */
function Waiting() {
  const read = useRead(
    ["approvals", "count"],
    () => answer(api.GET("/v1/approvals", { params: { query: { limit: 20 } } })),
    {
      every: LOOK,
    },
  );
  const waiting = read.data?.approvals.length ?? 0;
  if (!waiting) return null;
  const shown = read.data?.next ? `${count(waiting)}+` : count(waiting);
  return (
    <span class="nav-count">
      <span aria-hidden="true">{shown}</span>
      <span class="unseen">{w().waiting(shown)}</span>
    </span>
  );
}

function Recent() {
  const read = useRead(["conversations", "recent"], () =>
    answer(api.GET("/v1/conversations", { params: { query: { limit: RECENT } } })),
  );
  const { path } = useLocation();
  const found = read.data?.conversations ?? [];
  if (!found.length) return null;
  return (
    <nav class="recent" aria-label={w().recent}>
      <h2>{w().recent}</h2>
      <ul class="nav">
        {found.map((each) => {
          const href = `/c/${each.conversation}`;
          return (
            <li key={each.conversation}>
              <a class="nav-link nav-talk" href={href} aria-current={path === href ? "page" : undefined}>
                <span class="cut">{each.title}</span>
              </a>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
