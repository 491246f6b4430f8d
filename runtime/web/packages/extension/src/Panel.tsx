/** The panel: its frame, which can be moved, and in it the chat or what has to be done before. */

import {
  Banner,
  Chat,
  ChatProvider,
  ChatStore,
  createApi,
  History,
  IconButton,
  Nat,
  NatError,
  type Nation,
  type OpenPage,
  type Role,
  realClock,
} from "@nat/chat";
import type { ReadonlySignal } from "@preact/signals";
import { ChevronLeft, Clock, Maximize2, Minimize2, Minus, Plus, X } from "lucide-preact";
import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import type { Box, Place } from "./place.ts";
import { BAR } from "./place.ts";
import type { WorkerLine } from "./port.ts";
import type { Standing } from "./protocol.ts";
import { words } from "./words.ts";

interface PanelProps {
  readonly line: WorkerLine;
  readonly nation: string;
  readonly place: Place;
  readonly page: ReadonlySignal<OpenPage | undefined>;
  readonly removePage: () => void;
  readonly onClose: () => void;
}

export function Panel({ line, nation, place, page, removePage, onClose }: PanelProps) {
  const t = words.value;
  const standing = line.standing.value;
  const [listing, setListing] = useState(false);
  const store = useMemo(() => {
    const nat = new Nat(createApi("https://worker.invalid", line.call));
    return new ChatStore({ nat, channel: line, clock: realClock, storage: line, nation });
  }, [line, nation]);
  const signedIn = standing?.session != null;
  const { state, again } = useNation(store.nat, nation, signedIn, store.notice.value?.kind);
  const ready =
    signedIn &&
    state.kind === "known" &&
    state.nation.active &&
    state.nation.role !== null &&
    state.nation.nb_connected;
  const brand = standing?.brand.name ?? __NAME__;
  useAttending(store, ready && place.open.value && place.size.value !== "small");
  const buttons = ready && place.size.value !== "small" && (
    <>
      <IconButton
        icon={listing ? ChevronLeft : Clock}
        label={listing ? t.back : t.history}
        onClick={() => setListing(!listing)}
      />
      <IconButton
        icon={Plus}
        label={t.newConversation}
        onClick={() => {
          store.begin();
          setListing(false);
        }}
      />
    </>
  );
  return (
    <Frame place={place} brand={brand} nation={nation} buttons={buttons} onClose={onClose}>
      {line.outdated.value ? (
        <Gate text={t.updated(brand)}>
          <button type="button" class="nat-button" onClick={() => location.reload()}>
            {t.reload}
          </button>
        </Gate>
      ) : !standing ? (
        <Gate text={t.loading} />
      ) : !ready ? (
        <Before line={line} standing={standing} nation={nation} state={state} again={again} />
      ) : (
        <ChatProvider
          value={{
            store,
            brand,
            me: standing.session?.userId ?? "",
            role: state.nation.role as Role,
            hosts: [`${nation}.nationbuilder.com`, new URL(standing.app).host],
            page,
            removePage,
            suggestions: t.suggestions[page.value?.kind ?? "other"],
          }}
        >
          {state.nation.nb_needs_reauth && !store.notice.value && (
            <div class="panel-notice">
              <Banner
                tone="warn"
                action={<Way to={`${standing.app}/connections?nation=${nation}`} label={t.reconnect} small />}
              >
                {t.lostAccess(brand)}
              </Banner>
            </div>
          )}
          {listing ? (
            <>
              <History
                onOpen={(conversation) => {
                  store.show(conversation);
                  setListing(false);
                }}
              />
              <div class="panel-foot">
                <button type="button" class="nat-link-button" onClick={() => line.post({ kind: "sign-out" })}>
                  {t.signOut}
                </button>
              </div>
            </>
          ) : (
            <Chat />
          )}
        </ChatProvider>
      )}
    </Frame>
  );
}

type NationState =
  | { readonly kind: "asking" }
  | { readonly kind: "known"; readonly nation: Nation }
  | { readonly kind: "stranger" }
  | { readonly kind: "failed" };

const SETTLING = 15_000;

/** The nation as the platform sees it; looked at again while something of it is to be done elsewhere. */
function useNation(
  nat: Nat,
  slug: string,
  signedIn: boolean,
  epoch: string | undefined,
): { state: NationState; again: () => void } {
  const [state, setState] = useState<NationState>({ kind: "asking" });
  const [asked, setAsked] = useState(0);
  useEffect(() => {
    if (!signedIn) return undefined;
    let left = false;
    nat.api
      .GET("/v1/nation")
      .then(({ data }) => !left && setState({ kind: "known", nation: data as Nation }))
      .catch((error: unknown) => {
        if (!(error instanceof NatError)) throw error;
        if (!left) setState({ kind: error.status === 403 ? "stranger" : "failed" });
      });
    return () => {
      left = true;
    };
  }, [nat, slug, signedIn, asked, epoch]);
  const unsettled =
    signedIn &&
    (state.kind !== "known" ||
      !state.nation.active ||
      !state.nation.nb_connected ||
      state.nation.nb_needs_reauth);
  useEffect(() => {
    if (!unsettled) return undefined;
    const look = () => document.visibilityState === "visible" && setAsked((times) => times + 1);
    const timer = setInterval(look, SETTLING);
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, [unsettled]);
  return { state, again: () => setAsked((times) => times + 1) };
}

/** The socket is open only while somebody sees the panel. */
function useAttending(store: ChatStore, shown: boolean): void {
  useEffect(() => {
    void store.start();
  }, [store]);
  useEffect(() => {
    const look = () => store.attend(shown && document.visibilityState === "visible");
    const wake = () => shown && store.wake();
    look();
    document.addEventListener("visibilitychange", look);
    addEventListener("online", wake);
    addEventListener("pageshow", wake);
    return () => {
      document.removeEventListener("visibilitychange", look);
      removeEventListener("online", wake);
      removeEventListener("pageshow", wake);
      store.attend(false);
    };
  }, [store, shown]);
}

interface BeforeProps {
  readonly line: WorkerLine;
  readonly standing: Standing;
  readonly nation: string;
  readonly state: NationState;
  readonly again: () => void;
}

/** What has to be done before anything can be asked. */
function Before({ line, standing, nation, state, again }: BeforeProps) {
  const t = words.value;
  const [signingIn, setSigningIn] = useState(false);
  const brand = standing.brand.name;
  const app = standing.app;
  useEffect(() => setSigningIn(false), [standing]);
  if (!standing.session) {
    if (standing.problem === "unreachable") {
      return (
        <Gate text={t.unreachable(brand)}>
          <button type="button" class="nat-button" onClick={() => line.post({ kind: "wake" })}>
            {t.tryAgain}
          </button>
        </Gate>
      );
    }
    return (
      <Gate title={standing.brand.tagline} text={signingIn ? t.signingIn : t.signInText(nation)} mark={brand}>
        {standing.problem === "sign-in-failed" && (
          <p class="nat-bad" role="alert">
            {t.signInFailed}
          </p>
        )}
        <button
          type="button"
          class="nat-button"
          onClick={() => {
            setSigningIn(true);
            line.post({ kind: "sign-in" });
          }}
        >
          {t.signIn}
        </button>
      </Gate>
    );
  }
  if (state.kind === "asking") return <Gate text={t.loading} />;
  if (state.kind === "failed") {
    return (
      <Gate text={t.unreachable(brand)}>
        <button type="button" class="nat-button" onClick={again}>
          {t.tryAgain}
        </button>
      </Gate>
    );
  }
  if (state.kind === "stranger") {
    return (
      <Gate title={t.notMemberTitle} text={t.notMemberText(nation)}>
        <Way to={`${app}/welcome?nation=${nation}`} label={t.join} />
      </Gate>
    );
  }
  if (!state.nation.active) {
    return (
      <Gate
        title={t.subscribeTitle}
        text={state.nation.role === null ? t.strangerText(nation, brand) : t.subscribeText(nation, brand)}
      >
        <Way to={`${app}/welcome?nation=${nation}`} label={t.subscribe} />
        {state.nation.role === null && <Way to={`${app}/welcome?nation=${nation}`} label={t.join} />}
      </Gate>
    );
  }
  if (state.nation.role === null) {
    return (
      <Gate title={t.notMemberTitle} text={t.notMemberText(nation)}>
        <Way to={`${app}/welcome?nation=${nation}`} label={t.join} />
      </Gate>
    );
  }
  return (
    <Gate title={t.connectTitle} text={t.connectText(nation)}>
      <Way to={`${app}/connections?nation=${nation}`} label={t.connect} />
    </Gate>
  );
}

function Way({ to, label, small }: { to: string; label: string; small?: boolean }) {
  return (
    <a
      class={`nat-button ${small ? "nat-button-small" : ""}`}
      href={to}
      target="_blank"
      rel="noopener noreferrer"
    >
      {label}
    </a>
  );
}

interface GateProps {
  readonly title?: string;
  readonly text: string;
  readonly mark?: string;
  readonly children?: ComponentChildren;
}

function Gate({ title, text, mark, children }: GateProps) {
  return (
    <div class="panel-gate">
      {mark && (
        <span class="panel-mark" aria-hidden="true">
          {mark.charAt(0)}
        </span>
      )}
      {title && <h2>{title}</h2>}
      <p>{text}</p>
      {children}
    </div>
  );
}

interface FrameProps {
  readonly place: Place;
  readonly brand: string;
  readonly nation: string;
  readonly buttons: ComponentChildren;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

const EDGES = ["left", "right", "top", "bottom", "corner"] as const;
type Edge = (typeof EDGES)[number];
const STEP = 24;

function Frame({ place, brand, nation, buttons, onClose, children }: FrameProps) {
  const t = words.value;
  const size = place.size.value;
  const box = place.box.value;
  const style =
    size === "large"
      ? { inset: "0 0 0 auto", width: "min(760px, 100%)", height: "100%" }
      : {
          left: `${box.left}px`,
          top: `${size === "small" ? box.top + box.height - BAR : box.top}px`,
          width: `${box.width}px`,
          height: `${size === "small" ? BAR : box.height}px`,
        };
  const drag = (edge: Edge | "move") => (down: PointerEvent) => {
    if (down.button !== 0 || size === "large") return;
    if (edge === "move" && (down.target as Element).closest(".nat-icon-button")) return;
    const from = place.box.peek();
    const handle = down.currentTarget as Element;
    handle.setPointerCapture(down.pointerId);
    const move = (event: Event) => {
      const { clientX, clientY } = event as PointerEvent;
      place.move(moved(from, edge, clientX - down.clientX, clientY - down.clientY));
    };
    handle.addEventListener("pointermove", move);
    handle.addEventListener(
      "lostpointercapture",
      () => {
        handle.removeEventListener("pointermove", move);
        place.keep();
      },
      { once: true },
    );
  };
  const press = (event: KeyboardEvent) => {
    const [x, y] = {
      ArrowLeft: [-STEP, 0],
      ArrowRight: [STEP, 0],
      ArrowUp: [0, -STEP],
      ArrowDown: [0, STEP],
    }[event.key] ?? [0, 0];
    if ((x === 0 && y === 0) || size === "large") return;
    event.preventDefault();
    place.move(moved(place.box.peek(), event.shiftKey ? "corner" : "move", x ?? 0, y ?? 0));
    place.keep();
  };
  return (
    <section class={`panel panel-${size}`} style={style} aria-label={brand}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the button in it does the same by keyboard */}
      <header
        class="panel-bar"
        onPointerDown={drag("move")}
        onDblClick={() => place.resize(size === "small" ? "normal" : "small")}
      >
        <button type="button" class="panel-title" onKeyDown={press}>
          <strong>{brand}</strong> <span>{nation}</span>
          <span class="nat-sr"> {t.move}</span>
        </button>
        {buttons}
        {size !== "small" && (
          <IconButton icon={Minus} label={t.minimise} onClick={() => place.resize("small")} />
        )}
        <IconButton
          icon={size === "normal" ? Maximize2 : Minimize2}
          label={size === "normal" ? t.maximise : t.restore}
          onClick={() => place.resize(size === "normal" ? "large" : "normal")}
        />
        <IconButton icon={X} label={t.close} onClick={onClose} />
      </header>
      {size !== "small" && <div class="panel-body">{children}</div>}
      {size === "normal" &&
        EDGES.map((edge) => (
          <div key={edge} class={`panel-edge panel-edge-${edge}`} onPointerDown={drag(edge)} />
        ))}
    </section>
  );
}

function moved(box: Box, edge: Edge | "move", x: number, y: number): Box {
  switch (edge) {
    case "move":
      return { ...box, left: box.left + x, top: box.top + y };
    case "left":
      return { ...box, left: box.left + x, width: box.width - x };
    case "right":
      return { ...box, width: box.width + x };
    case "top":
      return { ...box, top: box.top + y, height: box.height - y };
    case "bottom":
      return { ...box, height: box.height + y };
    case "corner":
      return { ...box, width: box.width + x, height: box.height + y };
  }
}
