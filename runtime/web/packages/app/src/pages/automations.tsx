/** Questions that are asked on a schedule: one's own, to admins everybody's. */
import { CalendarClock, Plus } from "lucide-preact";
import { answer, api, type Schemas } from "../api.ts";
import { atZone, inWords } from "../automations/schedule.ts";
import { StateOf } from "../automations/state.tsx";
import { automationWords as w } from "../automations/words.ts";
import { atLeast, useMe, useMembership, usePeople } from "../me.ts";
import { useRead } from "../server.ts";
import { ButtonLink } from "../ui/button.tsx";
import { Page } from "../ui/page.tsx";
import { Answered, Empty } from "../ui/states.tsx";

export default function Automations() {
  const membership = useMembership();
  const read = useRead(["automations"], () => answer(api.GET("/v1/automations")));
  const make = (
    <ButtonLink kind="primary" href="/automations/new" icon={<Plus aria-hidden="true" />}>
      {w().new}
    </ButtonLink>
  );
  return (
    <Page
      title={w().title}
      lead={atLeast(membership?.role, "admin") ? w().leadAll : w().lead}
      actions={read.data?.automations.length ? make : null}
    >
      <Answered read={read}>
        {({ automations }) =>
          automations.length ? (
            <ul class="list">
              {automations.map((each) => (
                <Listed key={each.task_id} automation={each} />
              ))}
            </ul>
          ) : (
            <Empty icon={<CalendarClock />} title={w().none} action={make}>
              {w().noneText}
            </Empty>
          )
        }
      </Answered>
    </Page>
  );
}

function Listed({ automation }: { automation: Schemas["Automation"] }) {
  const me = useMe().data;
  const people = usePeople();
  const [next] = automation.next_runs;
  const whose =
    automation.owner_id === me?.user_id
      ? ""
      : ` · ${w().by(people.get(automation.owner_id) ?? w().somebody)}`;
  return (
    <li>
      <a class="list-main" href={`/automations/${automation.task_id}`}>
        <span class="list-title">{automation.name}</span>
        <span class="list-text">
          {inWords(automation.schedule)} ({automation.schedule.zone}){whose}
        </span>
        {next && <span class="list-quiet">{w().next(atZone(next.at, automation.schedule.zone))}</span>}
      </a>
      <StateOf automation={automation} />
    </li>
  );
}
