/** A conversation: a new one at `/`, one of the past at `/c/…`. */
import { Chat } from "@nat/chat";
import { useEffect } from "preact/hooks";
import { useRoute } from "preact-iso/router";
import { words } from "../language.ts";
import { type Membership, meChanged, useMembership } from "../me.ts";
import { navigate } from "../navigate.ts";
import { changed } from "../server.ts";
import { chosen } from "../talk/questions.ts";
import { Talk } from "../talk/setting.tsx";
import { chatOf, useAttention } from "../talk/store.ts";
import { useTitle } from "../ui/page.tsx";

const w = words({ en: { title: "Ask" }, de: { title: "Fragen" } });

export default function ChatPage() {
  const membership = useMembership();
  return membership && <Open membership={membership} />;
}

function Open({ membership }: { membership: Membership }) {
  const store = chatOf(membership.nation_slug);
  const wanted = useRoute().params.conversation;
  const conversation = store.open.value;
  const asked = conversation.turns.value.length;
  const answered = conversation.turns.value.filter((turn) => turn.ended).length;
  useTitle(conversation.title.value || w().title);
  useAttention(store);
  useEffect(() => {
    if (wanted) {
      if (store.open.peek().id !== wanted) store.show(wanted);
      return;
    }
    const begun = store.begin();
    const question = chosen.peek();
    if (question === null) return;
    chosen.value = null;
    begun.draft.type(question);
    begun.ask();
  }, [store, wanted]);
  useEffect(() => {
    // From its first question on a conversation has an address, which a reload leads back to.
    if (!wanted && asked > 0) navigate(`/c/${conversation.id}`, { replace: true });
  }, [conversation.id, wanted, asked]);
  useEffect(() => {
    if (answered > 0)
      void Promise.all([changed("conversations"), changed("usage"), changed("approvals"), meChanged()]);
  }, [conversation.id, answered]);
  return (
    <div class="talk">
      <h1 class="unseen" tabIndex={-1}>
        {conversation.title.value || w().title}
      </h1>
      <Talk store={store} membership={membership}>
        <Chat />
      </Talk>
    </div>
  );
}
