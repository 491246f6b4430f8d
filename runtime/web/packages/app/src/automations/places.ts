/** Where an answer may go: members by email, oneself in Slack, channels that the app is in. */
import { answer, api, type Schemas } from "../api.ts";
import { useMe, usePeople } from "../me.ts";
import { useRead } from "../server.ts";
import { automationWords as w } from "./words.ts";

export type Delivery = Schemas["AutomationWanted"]["delivery"][number];

export interface Place {
  readonly place: Delivery;
  readonly label: string;
}

export const keyOf = (place: Delivery): string => `${place.type} ${place.to}`;

/** What can be chosen, by its key. What was `chosen` and is not known here stays, until it is taken away. */
export function usePlaces(chosen: readonly Delivery[]): ReadonlyMap<string, Place> {
  const me = useMe().data;
  const people = new Map(usePeople());
  const slack = useRead(["slack"], () => answer(api.GET("/v1/slack"))).data;
  const channels = useRead(["slack", "channels"], () => answer(api.GET("/v1/slack/channels"))).data?.channels;
  const known = new Map<string, Place>();
  const add = (place: Delivery, label: string) => known.set(keyOf(place), { place, label });
  if (me) people.set(me.user_id, w().toYou(me.email ?? ""));
  for (const [to, label] of people) add({ type: "email", to }, label);
  const linked = slack?.workspaces.filter((each) => each.linked) ?? [];
  if (me && linked.some((each) => each.you)) add({ type: "slack", to: me.user_id }, w().toYouInSlack);
  for (const each of channels ?? []) {
    const workspace = linked.length > 1 ? linked.find((one) => one.workspace === each.workspace)?.name : null;
    add(
      { type: "slack", to: `${each.workspace}/${each.channel}` },
      w().toSlack(`#${each.name}${workspace ? ` (${workspace})` : ""}`),
    );
  }
  for (const place of chosen) {
    if (!known.has(keyOf(place))) add(place, unknown(place, people));
  }
  return known;
}

function unknown(place: Delivery, people: ReadonlyMap<string, string>): string {
  if (place.type === "email") return w().somebody;
  return w().toSlack(people.get(place.to) ?? place.to);
}
