/** Who belongs to the nation, in which role, and who is invited. */
import { useSignal } from "@preact/signals";
import { UserPlus } from "lucide-preact";
import { answer, api } from "../api.ts";
import { atLeast, type Membership, meChanged, useMembership } from "../me.ts";
import { navigate } from "../navigate.ts";
import { Invitations, Invite } from "../team/invitations.tsx";
import { Members, Withheld } from "../team/members.tsx";
import { Outsiders } from "../team/outsiders.tsx";
import { w } from "../team/words.ts";
import { Button } from "../ui/button.tsx";
import { Confirm } from "../ui/dialog.tsx";
import { Page, Section } from "../ui/page.tsx";

export default function Team() {
  const membership = useMembership();
  const inviting = useSignal(false);
  if (!membership) return null;
  const isAdmin = atLeast(membership.role, "admin");
  return (
    <Page
      title={w().title}
      lead={w().lead}
      actions={
        isAdmin && (
          <Button
            kind="primary"
            icon={<UserPlus aria-hidden="true" />}
            onClick={() => (inviting.value = true)}
          >
            {w().invite}
          </Button>
        )
      }
    >
      <Members membership={membership} />
      {isAdmin && <Withheld />}
      {isAdmin && <Outsiders mine={membership.role} />}
      {isAdmin && <Invitations />}
      <Leave membership={membership} />
      {inviting.value && <Invite mine={membership.role} close={() => (inviting.value = false)} />}
    </Page>
  );
}

function Leave({ membership }: { membership: Membership }) {
  const asking = useSignal(false);
  const leave = async () => {
    await answer(api.POST("/v1/members/leave"));
    await meChanged();
    navigate("/");
  };
  return (
    <Section title={w().leave} lead={membership.role === "owner" ? w().ownerStays : w().leaveText}>
      {membership.role !== "owner" && <Button onClick={() => (asking.value = true)}>{w().leave}</Button>}
      {asking.value && (
        <Confirm
          title={w().leaveTitle}
          action={w().leave}
          danger
          onConfirm={leave}
          onClose={() => (asking.value = false)}
        >
          <p>{w().leaveText}</p>
        </Confirm>
      )}
    </Section>
  );
}
