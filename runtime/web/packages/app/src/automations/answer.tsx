import { Markdown } from "@nat/chat";
import { brand } from "../brand.ts";
import { useMembership } from "../me.ts";

/** What a run answered. Links lead to the nation and to this app only. Loaded when there is an answer: most of it
 * is what reads Markdown. */
export default function Answer({ text }: { text: string }) {
  const slug = useMembership()?.nation_slug ?? "";
  const rule = { hosts: [`${slug}.nationbuilder.com`, location.host], returned: new Set<string>() };
  return (
    <section class="run-answer" aria-label={brand().name}>
      <Markdown text={text} streaming={false} rule={rule} />
    </section>
  );
}
