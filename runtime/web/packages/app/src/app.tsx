import { useSignal } from "@preact/signals";
import type { ComponentChildren, FunctionComponent } from "preact";
import { useEffect } from "preact/hooks";
import lazy, { ErrorBoundary } from "preact-iso/lazy";
import { LocationProvider, Route, Router, useLocation } from "preact-iso/router";
import { configuration, loadConfiguration } from "./brand.ts";
import { selected, useMe } from "./me.ts";
import { nation, selectNation } from "./nation.ts";
import { BadDay, NothingHere, StartFailed } from "./pages/bad_day.tsx";
import { sessions } from "./session/sign_in.ts";
import { Shell } from "./shell/shell.tsx";
import { Failure, Loading } from "./ui/states.tsx";

// biome-ignore lint/suspicious/noExplicitAny: pages take what their route gives, each its own
type AnyPage = FunctionComponent<any>;

/** A page of its own file, or the one that says that it could not be loaded. */
function page(load: () => Promise<{ default: AnyPage }>): AnyPage {
  return lazy(() => load().catch(() => ({ default: BadDay as AnyPage })));
}

const Welcome = page(() => import("./pages/welcome.tsx"));

/** Pages that anybody may read. */
const OPEN: Record<string, AnyPage> = {
  "/callback": page(() => import("./pages/callback.tsx")),
  "/terms": page(() => import("./pages/terms.tsx")),
  "/privacy": page(() => import("./pages/privacy.tsx")),
  "/join": page(() => import("./setup/join.tsx")),
};

/** For who is signed in; others sign in and come back. */
function signedIn(Page: AnyPage): AnyPage {
  return (props: object) => {
    const { url } = useLocation();
    return sessions.current.value ? <Page {...props} /> : <Welcome back={url} />;
  };
}

const Beginning = page(() => import("./setup/address.tsx"));

/** The way in, without navigation around it. */
const SETUP: Record<string, AnyPage> = {
  "/setup": signedIn(Beginning),
  "/setup/plans": signedIn(page(() => import("./setup/plans.tsx"))),
  "/setup/billing": signedIn(page(() => import("./setup/paid.tsx"))),
  "/setup/connect": signedIn(page(() => import("./setup/connect.tsx"))),
  "/setup/success": signedIn(page(() => import("./setup/success.tsx"))),
  "/setup/extension": page(() => import("./setup/extension.tsx")),
};

/** For who runs the service: nobody's nation. The server says who that is. */
const OPERATOR: Record<string, AnyPage> = {
  "/operator": signedIn(page(() => import("./operator/overview.tsx"))),
  "/operator/nations": signedIn(page(() => import("./operator/nations.tsx"))),
  "/operator/jobs": signedIn(page(() => import("./operator/jobs.tsx"))),
};

const ALONE = { ...OPEN, ...SETUP, ...OPERATOR };

const ChatPage = page(() => import("./pages/chat.tsx"));

const PAGES: Record<string, AnyPage> = {
  "/": ChatPage,
  "/c/:conversation": ChatPage,
  "/approvals": page(() => import("./pages/approvals.tsx")),
  "/automations": page(() => import("./pages/automations.tsx")),
  "/automations/new": page(() => import("./pages/automation_new.tsx")),
  "/automations/:task": page(() => import("./pages/automation.tsx")),
  "/conversations": page(() => import("./pages/conversations.tsx")),
  "/usage": page(() => import("./pages/usage.tsx")),
  "/team": page(() => import("./pages/team.tsx")),
  "/settings": page(() => import("./pages/settings.tsx")),
  "/settings/billing": page(() => import("./pages/billing.tsx")),
  "/settings/connections": page(() => import("./pages/connections.tsx")),
  "/settings/audit": page(() => import("./pages/audit.tsx")),
  "/profile": page(() => import("./pages/profile.tsx")),
  "/files/:conversation/:file": page(() => import("./pages/file.tsx")),
};

const routes = (pages: Record<string, AnyPage>) =>
  Object.entries(pages).map(([path, component]) => <Route key={path} path={path} component={component} />);

/** The whole app: first its settings, then whoever is there. */
export function App() {
  const failed = useSignal(false);
  const start = () => {
    failed.value = false;
    loadConfiguration().catch(() => {
      failed.value = true;
    });
  };
  useEffect(start, []);
  if (failed.value) return <StartFailed again={start} />;
  if (!configuration.value) return <div class="starting" aria-busy="true" />;
  return (
    <LocationProvider>
      <Everybody />
    </LocationProvider>
  );
}

/** Pages that stand alone, for whoever comes; all others are inside. */
function Everybody() {
  const { path } = useLocation();
  if (!(path in ALONE)) {
    return (
      <Caught key="inside">
        <Inside />
      </Caught>
    );
  }
  return (
    <Caught key={path}>
      <Router>{routes(ALONE)}</Router>
    </Caught>
  );
}

/** Everything around which the navigation stands: for members of a nation. */
function Inside() {
  const me = useMe();
  const { url } = useLocation();
  if (!sessions.current.value) return <Welcome back={url} />;
  if (!me.data) {
    return (
      <main class="page page-narrow">
        {me.error ? <Failure error={me.error} again={me.again} /> : <Loading />}
      </main>
    );
  }
  const membership = selected(me.data);
  if (!membership) return <Beginning />;
  if (nation.peek() !== membership.nation_slug) selectNation(membership.nation_slug);
  return (
    <Shell membership={membership}>
      <Caught key={membership.nation_slug}>
        <Router>
          {routes(PAGES)}
          <Route default component={NothingHere} />
        </Router>
      </Caught>
    </Shell>
  );
}

/** What breaks while it is drawn becomes a page that says so; what stands around it stays. */
function Caught({ children }: { children: ComponentChildren }) {
  const broken = useSignal(false);
  if (broken.value) return <BadDay />;
  return (
    <ErrorBoundary
      onError={() => {
        broken.value = true;
      }}
    >
      {children}
    </ErrorBoundary>
  );
}
