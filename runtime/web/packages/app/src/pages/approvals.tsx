/** Everything that waits for a decision in the nation, whatever surface it was asked on. */
import { ApprovalCard, type ChatStore, toldError } from "@nat/chat";
import { CircleCheckBig } from "lucide-preact";
import { useEffect, useRef } from "preact/hooks";
import lazy from "preact-iso/lazy";
import { answer, api, type Schemas } from "../api.ts";
import { brand } from "../brand.ts";
import { relative } from "../format.ts";
import { words } from "../language.ts";
import { atLeast, type Membership, useMe, useMembership, usePeople } from "../me.ts";
import { changed, usePages } from "../server.ts";
import { Talk } from "../talk/setting.tsx";
import { chatOf, useAttention } from "../talk/store.ts";
import { Button } from "../ui/button.tsx";
import { Page } from "../ui/page.tsx";
import { Answered, Empty } from "../ui/states.tsx";

const Course = lazy(() => import("../talk/course.tsx"));

const w = words({
  en: {
    title: "Approvals",
    leadOwn: "What you asked for and what waits for your yes.",
    leadAll: "What waits for a yes in the whole nation.",
    none: "Nothing waits",
    noneText: "Changes to several records, deletions and messages wait here until somebody decides.",
    asked: (when: string) => `Asked ${when}`,
    askedBy: (who: string, when: string) => `Asked by ${who}, ${when}`,
    open: "Open the conversation",
    more: "Show more",
  },
  de: {
    title: "Freigaben",
    leadOwn: "Worum du gebeten hast und was auf dein Ja wartet.",
    leadAll: "Was in der ganzen Nation auf ein Ja wartet.",
    none: "Nichts wartet",
    noneText:
      "Änderungen an mehreren Einträgen, Löschungen und Nachrichten warten hier, bis jemand entscheidet.",
    asked: (when) => `Gefragt ${when}`,
    askedBy: (who, when) => `Gefragt von ${who}, ${when}`,
    open: "Unterhaltung öffnen",
    more: "Mehr zeigen",
  },
});

/** Looked for anew so often, in milliseconds. */
const LOOK = 30_000;

export default function Approvals() {
  const membership = useMembership();
  return membership && <Inbox membership={membership} />;
}

function Inbox({ membership }: { membership: Membership }) {
  const store = chatOf(membership.nation_slug);
  useAttention(store);
  const seen = useRef(new Map<string, Schemas["Approval"]>());
  const read = usePages(
    ["approvals", "inbox"],
    (after) =>
      answer(api.GET("/v1/approvals", { params: { query: { limit: 20, ...(after ? { after } : {}) } } })),
    (page) => page.approvals,
    { every: LOOK },
  );
  return (
    <Page title={w().title} narrow lead={atLeast(membership.role, "admin") ? w().leadAll : w().leadOwn}>
      <Talk store={store} membership={membership}>
        <Answered read={read}>
          {(waiting) => {
            for (const each of waiting) seen.current.set(each.approval, each);
            // What was decided while one looks stays where it was.
            const shown = [...seen.current.values()];
            return shown.length ? (
              <ul class="inbox">
                {shown.map((each) => (
                  <Waiting key={each.approval} approval={each} store={store} />
                ))}
              </ul>
            ) : (
              <Empty icon={<CircleCheckBig />} title={w().none}>
                {w().noneText}
              </Empty>
            );
          }}
        </Answered>
        {read.more && (
          <div class="more">
            <Button onClick={read.more} busy={read.reading}>
              {w().more}
            </Button>
          </div>
        )}
      </Talk>
    </Page>
  );
}

/** One proposal. The card is the conversation's own, so a decision here shows there and the other way round. */
function Waiting({ approval, store }: { approval: Schemas["Approval"]; store: ChatStore }) {
  const me = useMe().data;
  const conversation = store.of(approval.conversation);
  useEffect(() => conversation.approvals.record(approval), [conversation, approval]);
  const shown = conversation.approvals.get(approval.approval);
  const state = shown?.value.state;
  useEffect(() => {
    if (state && state !== "pending") void changed("approvals", "count");
  }, [state]);
  const mine = approval.user_id === me?.user_id;
  return (
    <li>
      <p class="quiet">
        {mine ? (
          w().asked(relative(approval.created_at))
        ) : (
          <Asker user={approval.user_id} when={relative(approval.created_at)} />
        )}
        {mine && (
          <>
            {" · "}
            <a href={`/c/${approval.conversation}`}>{w().open}</a>
          </>
        )}
      </p>
      {conversation.refused.value && (
        <p class="problem" role="alert">
          {toldError(conversation.refused.value.refusal, brand().name)}
        </p>
      )}
      {conversation.approvals.all.value && shown && (
        <>
          <ApprovalCard approval={shown} conversation={conversation} />
          {conversation.decided.value.size > 0 && (
            <Course approval={shown.value} conversation={conversation} />
          )}
        </>
      )}
    </li>
  );
}

function Asker({ user, when }: { user: string; when: string }) {
  const members = usePeople();
  return <>{w().askedBy(members.get(user) ?? user, when)}</>;
}
