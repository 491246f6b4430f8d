import { ChevronsUpDown } from "lucide-preact";
import { answer, api } from "../api.ts";
import { type Membership, meChanged, useMe } from "../me.ts";
import { selectNation } from "../nation.ts";
import { navigate } from "../navigate.ts";
import { shellWords as w } from "./words.ts";

const ADD = "+";

/** The nation that the person works in, and the way to another one. */
export function NationSwitcher({ membership }: { membership: Membership }) {
  const nations = useMe().data?.memberships ?? [membership];
  const choose = (slug: string) => {
    if (slug === ADD) return navigate("/setup?add=1");
    selectNation(slug);
    navigate("/");
    // Beside the way: it is only what is selected at the next sign-in.
    void answer(api.PUT("/v1/me/nation", { body: { nation_slug: slug } })).then(meChanged, () => undefined);
  };
  return (
    <label class="switcher">
      <span class="unseen">{w().nation}</span>
      <select onChange={(event) => choose(event.currentTarget.value)}>
        {nations.map((each) => (
          <option
            key={each.nation_slug}
            value={each.nation_slug}
            selected={each.nation_slug === membership.nation_slug}
          >
            {each.nation_slug}
          </option>
        ))}
        <option value={ADD}>{w().addNation}</option>
      </select>
      <span class="switcher-role" aria-hidden="true">
        {w().roles[membership.role]}
      </span>
      <ChevronsUpDown aria-hidden="true" />
    </label>
  );
}
