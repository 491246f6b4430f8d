/** All conversations: found, opened, renamed, exported, deleted. */
import { History } from "@nat/chat";
import { useEffect } from "preact/hooks";
import { words } from "../language.ts";
import { type Membership, useMembership } from "../me.ts";
import { navigate } from "../navigate.ts";
import { changed } from "../server.ts";
import { Talk } from "../talk/setting.tsx";
import { chatOf } from "../talk/store.ts";
import { Page } from "../ui/page.tsx";

const w = words({
  en: { title: "Conversations", lead: "What you asked, for you alone." },
  de: { title: "Unterhaltungen", lead: "Was du gefragt hast, nur für dich." },
});

export default function Conversations() {
  const membership = useMembership();
  return membership && <All membership={membership} />;
}

function All({ membership }: { membership: Membership }) {
  const store = chatOf(membership.nation_slug);
  const listed = store.history.value;
  useEffect(() => {
    // What was renamed or deleted here is listed beside the page too.
    void changed("conversations");
  }, [listed]);
  return (
    <Page title={w().title} lead={w().lead} narrow>
      <Talk store={store} membership={membership}>
        <History onOpen={(id) => navigate(`/c/${id}`)} />
      </Talk>
    </Page>
  );
}
