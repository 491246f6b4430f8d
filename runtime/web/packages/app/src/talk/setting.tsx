/** What the chat is told by the app: the nation's conversations, who is who, where answers may lead. */
import { ChatProvider, type ChatSetting, type ChatStore } from "@nat/chat";
import type { ComponentChildren } from "preact";
import { brand } from "../brand.ts";
import { type Membership, useMe, usePeople } from "../me.ts";
import { suggestions } from "./questions.ts";

interface TalkProps {
  store: ChatStore;
  membership: Membership;
  children: ComponentChildren;
}

export function Talk({ store, membership, children }: TalkProps) {
  const me = useMe().data;
  const people = usePeople();
  const setting: ChatSetting = {
    store,
    brand: brand().name,
    me: me?.user_id ?? "",
    role: membership.role,
    person: (id) => people.get(id),
    hosts: [`${membership.nation_slug}.nationbuilder.com`, location.host],
    suggestions: suggestions(),
  };
  return <ChatProvider value={setting}>{children}</ChatProvider>;
}
