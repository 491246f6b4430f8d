/** Who belongs to the nation, in which role, and who is invited. */
import { type Signal, useSignal } from "@preact/signals";
import { Copy, UserPlus } from "lucide-preact";
import type { ComponentChildren } from "preact";
import { answer, api, type Schemas } from "../api.ts";
import { count, date, relative } from "../format.ts";
import { words } from "../language.ts";
import { atLeast, type Membership, meChanged, type Role, useMe, useMembership } from "../me.ts";
import { navigate } from "../navigate.ts";
import { changed, useDoing, useRead } from "../server.ts";
import { areaName } from "../shell/areas.ts";
import { shellWords } from "../shell/words.ts";
import { Button } from "../ui/button.tsx";
import { Confirm, Dialog } from "../ui/dialog.tsx";
import { Pick, SelectField, TextField } from "../ui/field.tsx";
import { Badge, Page, Section } from "../ui/page.tsx";
import { say } from "../ui/said.tsx";
import { Answered, Empty, Problem } from "../ui/states.tsx";
import { Table } from "../ui/table.tsx";

const w = words({
  en: {
    title: "Team",
    lead: "Everybody here can ask. What else they may do depends on their role.",
    invite: "Invite",
    members: "Members",
    person: "Person",
    you: "You",
    refused: { bounce: "Emails come back", complaint: "Called our emails spam" },
    allowMail: "Send emails again",
    mailAllowed: "Emails go to this address again.",
    unnamed: (id: string) => `Member ${id}`,
    role: "Role",
    joined: "Joined",
    active: "Last active",
    never: "Not yet",
    actions: "Actions",
    remove: "Remove",
    transfer: "Make owner",
    leave: "Leave this nation",
    roleOf: (who: string) => `Role of ${who}`,
    roleChanged: "The role is changed.",
    provisional:
      "The owner subscribed first and has not shown yet that the nation is theirs. Whoever connects NationBuilder settles it.",
    removeTitle: (who: string) => `Remove ${who}?`,
    removeText:
      "They lose access at once. Their conversations stay theirs, and they come back only if an admin invites them.",
    removed: "Removed.",
    transferTitle: (who: string) => `Make ${who} the owner?`,
    transferText:
      "The owner pays, can delete the nation, and is the only one who can hand it on. You stay as an admin.",
    transferred: "The nation has a new owner.",
    leaveTitle: "Leave this nation?",
    leaveText: "You lose access at once, and come back only by an invitation.",
    ownerStays: "As the owner you can leave after you have made somebody else the owner.",
    invitations: "Open invitations",
    noInvitations: "Nobody is invited at the moment",
    noInvitationsText: "Invite by email, or make a link for several people.",
    to: "For",
    byLink: (used: string, most: string) => `By link, ${used} of ${most} used`,
    expires: "Until",
    withdraw: "Withdraw",
    withdrawn: "The invitation is withdrawn.",
    inviteTitle: "Invite people",
    how: "How",
    hows: { email: "One person, by email", link: "Several people, by a link" },
    email: "Email address",
    uses: "How many people",
    roleHints: {
      viewer: "Asks, and changes nothing.",
      member: "Also changes single records; messages wait for a yes.",
      admin: "Also approves bulk changes and deletions, connects NationBuilder, manages the team.",
      owner: "",
    },
    send: "Send invitation",
    make: "Make link",
    sent: (email: string) => `An invitation is on its way to ${email}.`,
    link: "The link",
    linkText: "It is shown this once and works for seven days. Whoever has it can use it.",
    copy: "Copy link",
    copied: "Copied.",
    done: "Done",
    cancel: "Cancel",
    unproven: "Pays only",
    outsiders: "Waiting and removed",
    outsidersText: "Who waits has proven in NationBuilder that they use the control panel.",
    standing: "State",
    standings: { waiting: "Waits to be let in", removed: "Removed" },
    since: "Since",
    letIn: "Let in",
    letInTitle: (who: string) => `Let ${who} in?`,
    isIn: "They are in.",
    turnAway: "Turn away",
    turnedAway: "Turned away.",
    withheld: "What NationBuilder refuses",
    withheldText:
      "These people's own NationBuilder accounts may not see some areas, so nothing of them is shown to them here either. Open them if they are to see them all the same.",
    areas: "Areas",
    open: "Open them",
    openTitle: (who: string) => `Open these areas to ${who}?`,
    openText: (areas: string) => `They will see here what NationBuilder does not show them: ${areas}.`,
    opened: "The areas are open.",
  },
  de: {
    title: "Team",
    lead: "Alle hier können fragen. Was sie sonst dürfen, hängt von ihrer Rolle ab.",
    invite: "Einladen",
    members: "Mitglieder",
    person: "Person",
    you: "Du",
    refused: { bounce: "E-Mails kommen zurück", complaint: "Hat unsere E-Mails als Spam gemeldet" },
    allowMail: "Wieder E-Mails senden",
    mailAllowed: "An diese Adresse gehen wieder E-Mails.",
    unnamed: (id) => `Mitglied ${id}`,
    role: "Rolle",
    joined: "Dabei seit",
    active: "Zuletzt aktiv",
    never: "Noch nicht",
    actions: "Aktionen",
    remove: "Entfernen",
    transfer: "Übertragen",
    leave: "Diese Nation verlassen",
    roleOf: (who) => `Rolle von ${who}`,
    roleChanged: "Die Rolle ist geändert.",
    provisional:
      "Wem die Nation gehört, hat zuerst bezahlt, aber noch nicht gezeigt, dass es die eigene ist. Wer NationBuilder verbindet, klärt das.",
    removeTitle: (who) => `${who} entfernen?`,
    removeText:
      "Der Zugang endet sofort. Die eigenen Unterhaltungen bleiben erhalten, zurück geht es nur mit einer Einladung.",
    removed: "Entfernt.",
    transferTitle: (who) => `Die Nation an ${who} übertragen?`,
    transferText:
      "Wem die Nation gehört, bezahlt sie, kann sie löschen und als Einzige:r weitergeben. Du bleibst in der Administration.",
    transferred: "Die Nation ist übertragen.",
    leaveTitle: "Diese Nation verlassen?",
    leaveText: "Dein Zugang endet sofort, zurück geht es nur mit einer Einladung.",
    ownerStays: "Die Nation gehört dir. Du kannst gehen, nachdem du sie übertragen hast.",
    invitations: "Offene Einladungen",
    noInvitations: "Gerade ist niemand eingeladen",
    noInvitationsText: "Lade per E-Mail ein oder mach einen Link für mehrere.",
    to: "Für",
    byLink: (used, most) => `Per Link, ${used} von ${most} genutzt`,
    expires: "Bis",
    withdraw: "Zurückziehen",
    withdrawn: "Die Einladung ist zurückgezogen.",
    inviteTitle: "Einladen",
    how: "Wie",
    hows: { email: "Eine Person, per E-Mail", link: "Mehrere, per Link" },
    email: "E-Mail-Adresse",
    uses: "Wie viele",
    roleHints: {
      viewer: "Fragt und ändert nichts.",
      member: "Ändert auch einzelne Einträge; Nachrichten warten auf ein Ja.",
      admin: "Gibt auch Massenänderungen und Löschungen frei, verbindet NationBuilder, verwaltet das Team.",
      owner: "",
    },
    send: "Einladung senden",
    make: "Link erstellen",
    sent: (email) => `Eine Einladung ist unterwegs an ${email}.`,
    link: "Der Link",
    linkText: "Er wird nur jetzt gezeigt und gilt sieben Tage. Wer ihn hat, kann ihn nutzen.",
    copy: "Link kopieren",
    copied: "Kopiert.",
    done: "Fertig",
    cancel: "Abbrechen",
    unproven: "Bezahlt nur",
    outsiders: "Wartende und Entfernte",
    outsidersText: "Wer wartet, hat in NationBuilder nachgewiesen, das Kontrollzentrum zu nutzen.",
    standing: "Zustand",
    standings: { waiting: "Wartet auf Einlass", removed: "Entfernt" },
    since: "Seit",
    letIn: "Hineinlassen",
    letInTitle: (who) => `${who} hineinlassen?`,
    isIn: "Jetzt dabei.",
    turnAway: "Abweisen",
    turnedAway: "Abgewiesen.",
    withheld: "Was NationBuilder verwehrt",
    withheldText:
      "Die eigenen NationBuilder-Konten dieser Menschen dürfen manche Bereiche nicht sehen, darum wird ihnen auch hier nichts davon gezeigt. Öffne sie, wenn sie sie trotzdem sehen sollen.",
    areas: "Bereiche",
    open: "Öffnen",
    openTitle: (who) => `${who} diese Bereiche öffnen?`,
    openText: (areas) => `Hier wird dann sichtbar, was NationBuilder nicht zeigt: ${areas}.`,
    opened: "Die Bereiche sind offen.",
  },
});

type Member = Schemas["Member"];

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

const given = (mine: Role): Role[] => (atLeast(mine, "admin") ? ["viewer", "member", "admin"] : []);

function Members({ membership }: { membership: Membership }) {
  const me = useMe().data;
  const read = useRead(["members"], () => answer(api.GET("/v1/members")));
  const removing = useSignal<Member | null>(null);
  const heir = useSignal<Member | null>(null);
  const isAdmin = atLeast(membership.role, "admin");
  const name = (each: Member) =>
    each.email ?? (each.user_id === me?.user_id ? w().you : w().unnamed(each.user_id.slice(0, 8)));
  const change = useDoing(async (user: string, role: Role) => {
    await answer(api.PATCH("/v1/members/{user}", { params: { path: { user } }, body: { role } }));
    await changed("members");
    say(w().roleChanged);
  });
  const allow = useDoing(async (user: string) => {
    await answer(api.DELETE("/v1/members/{user}/mail-refusal", { params: { path: { user } } }));
    await changed("members");
    say(w().mailAllowed);
  });
  return (
    <Section title={w().members}>
      <Problem error={change.error ?? allow.error} />
      <Answered read={read}>
        {(found) => (
          <>
            {found.owner_provisional && <p class="note">{w().provisional}</p>}
            <Table
              caption={w().members}
              rows={found.members}
              id={(each) => each.user_id}
              columns={[
                {
                  title: w().person,
                  cell: (each) => (
                    <>
                      {name(each)} {each.user_id === me?.user_id && each.email && <Badge>{w().you}</Badge>}{" "}
                      {!each.proven && <Badge tone="warning">{w().unproven}</Badge>}{" "}
                      {each.mail_refused && <Badge tone="warning">{w().refused[each.mail_refused]}</Badge>}
                      {each.mail_refused && isAdmin && (
                        <Button
                          kind="plain"
                          small
                          busy={allow.busy}
                          onClick={() => void allow.run(each.user_id)}
                        >
                          {w().allowMail}
                        </Button>
                      )}
                    </>
                  ),
                },
                {
                  title: w().role,
                  cell: (each) =>
                    isAdmin && each.role !== "owner" && each.user_id !== me?.user_id ? (
                      <Pick
                        label={w().roleOf(name(each))}
                        value={each.role}
                        choices={given(membership.role).map((value) => ({
                          value,
                          label: shellWords().roles[value],
                        }))}
                        onChange={(role) => void change.run(each.user_id, role)}
                        disabled={change.busy}
                      />
                    ) : (
                      shellWords().roles[each.role]
                    ),
                },
                { title: w().joined, time: true, cell: (each) => date(each.joined_at) },
                ...(isAdmin
                  ? [
                      {
                        title: w().active,
                        time: true,
                        cell: (each: Member) =>
                          each.last_active_at ? relative(each.last_active_at) : w().never,
                      },
                      {
                        title: w().actions,
                        actions: true,
                        cell: (each: Member) =>
                          each.role !== "owner" &&
                          each.user_id !== me?.user_id && (
                            <>
                              {membership.role === "owner" && (
                                <Button kind="plain" small onClick={() => (heir.value = each)}>
                                  {w().transfer}
                                </Button>
                              )}
                              <Button kind="plain" small onClick={() => (removing.value = each)}>
                                {w().remove}
                              </Button>
                            </>
                          ),
                      },
                    ]
                  : []),
              ]}
            />
          </>
        )}
      </Answered>
      <ConfirmFor
        who={removing}
        title={(each) => w().removeTitle(name(each))}
        text={() => w().removeText}
        action={w().remove}
        danger
        done={w().removed}
        work={({ user_id: user }) => answer(api.DELETE("/v1/members/{user}", { params: { path: { user } } }))}
      />
      <ConfirmFor
        who={heir}
        title={(each) => w().transferTitle(name(each))}
        text={() => w().transferText}
        action={w().transfer}
        done={w().transferred}
        work={async ({ user_id }) => {
          await answer(api.POST("/v1/ownership/transfer", { body: { user_id } }));
          await meChanged();
        }}
      />
    </Section>
  );
}

const named = (each: { user_id: string; email: string | null }) =>
  each.email ?? w().unnamed(each.user_id.slice(0, 8));

/** Members whose own account sees less than the connection does. Nothing is shown where there are none. */
function Withheld() {
  const found = useRead(["members"], () => answer(api.GET("/v1/members"))).data?.members ?? [];
  const opening = useSignal<Member | null>(null);
  const rows = found.filter((each) => each.withheld.length);
  if (!rows.length) return null;
  return (
    <Section title={w().withheld} lead={w().withheldText}>
      <Table
        caption={w().withheld}
        rows={rows}
        id={(each) => each.user_id}
        columns={[
          { title: w().person, cell: named },
          { title: w().areas, cell: (each) => each.withheld.map(areaName).join(", ") },
          {
            title: w().actions,
            actions: true,
            cell: (each) => (
              <>
                <Button kind="plain" small onClick={() => (opening.value = each)}>
                  {w().open}
                </Button>
              </>
            ),
          },
        ]}
      />
      <ConfirmFor
        who={opening}
        title={(each) => w().openTitle(named(each))}
        text={(each) => w().openText(each.withheld.map(areaName).join(", "))}
        action={w().open}
        done={w().opened}
        work={({ user_id: user }) =>
          answer(api.POST("/v1/members/{user}/areas", { params: { path: { user } } }))
        }
      />
    </Section>
  );
}

/** Who waits to be let in, and who was removed. Nothing is shown where there is nobody. */
function Outsiders({ mine }: { mine: Role }) {
  const found = useRead(["members"], () => answer(api.GET("/v1/members"))).data?.outsiders ?? [];
  const entering = useSignal<Schemas["Outsider"] | null>(null);
  const role = useSignal<Role>("viewer");
  const turnAway = useDoing(async (user: string) => {
    await answer(api.DELETE("/v1/members/{user}/admission", { params: { path: { user } } }));
    await changed("members");
    say(w().turnedAway);
  });
  if (!found.length) return null;
  return (
    <Section title={w().outsiders} lead={w().outsidersText}>
      <Problem error={turnAway.error} />
      <Table
        caption={w().outsiders}
        rows={found}
        id={(each) => each.user_id}
        columns={[
          { title: w().person, cell: named },
          { title: w().standing, cell: (each) => w().standings[each.standing] },
          { title: w().since, time: true, cell: (each) => date(each.since) },
          {
            title: w().actions,
            actions: true,
            cell: (each) => (
              <>
                <Button kind="plain" small onClick={() => (entering.value = each)}>
                  {w().letIn}
                </Button>
                {each.standing === "waiting" && (
                  <Button
                    kind="plain"
                    small
                    busy={turnAway.busy}
                    onClick={() => void turnAway.run(each.user_id)}
                  >
                    {w().turnAway}
                  </Button>
                )}
              </>
            ),
          },
        ]}
      />
      <ConfirmFor
        who={entering}
        title={(each) => w().letInTitle(named(each))}
        action={w().letIn}
        done={w().isIn}
        work={({ user_id: user }) => {
          const body = { role: role.value };
          return answer(api.POST("/v1/members/{user}/admission", { params: { path: { user } }, body }));
        }}
      >
        <SelectField
          label={w().role}
          value={role.value}
          hint={w().roleHints[role.value]}
          choices={given(mine).map((value) => ({ value, label: shellWords().roles[value] }))}
          onChange={(value) => {
            role.value = value;
          }}
        />
      </ConfirmFor>
    </Section>
  );
}

interface ConfirmForProps<P> {
  /** Whom it is about, as long as it is asked. */
  who: Signal<P | null>;
  title: (person: P) => string;
  text?: (person: P) => string;
  action: string;
  danger?: boolean;
  done: string;
  work: (person: P) => Promise<unknown>;
  children?: ComponentChildren;
}

/** Asks before something is done with a person of the list, which is then read anew. */
function ConfirmFor<P>({ who, title, text, work, children, ...asked }: ConfirmForProps<P>) {
  const person = who.value;
  if (person === null) return null;
  return (
    <Confirm
      {...asked}
      title={title(person)}
      onConfirm={async () => {
        await work(person);
        await changed("members");
      }}
      onClose={() => (who.value = null)}
    >
      {text && <p>{text(person)}</p>}
      {children}
    </Confirm>
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

function Invitations() {
  const read = useRead(["invitations"], () => answer(api.GET("/v1/invitations")));
  const withdraw = useDoing(async (invitation: string) => {
    await answer(api.DELETE("/v1/invitations/{invitation}", { params: { path: { invitation } } }));
    await changed("invitations");
    say(w().withdrawn);
  });
  return (
    <Section title={w().invitations}>
      <Problem error={withdraw.error} />
      <Answered read={read} rows={2}>
        {({ invitations }) =>
          invitations.length ? (
            <Table
              caption={w().invitations}
              rows={invitations}
              id={(each) => each.id}
              columns={[
                {
                  title: w().to,
                  cell: (each) => each.email ?? w().byLink(count(each.uses), count(each.most_uses)),
                },
                { title: w().role, cell: (each) => shellWords().roles[each.role] },
                { title: w().expires, time: true, cell: (each) => date(each.expires_at) },
                {
                  title: w().actions,
                  actions: true,
                  cell: (each) => (
                    <>
                      <Button
                        kind="plain"
                        small
                        busy={withdraw.busy}
                        onClick={() => void withdraw.run(each.id)}
                      >
                        {w().withdraw}
                      </Button>
                    </>
                  ),
                },
              ]}
            />
          ) : (
            <Empty icon={<UserPlus />} title={w().noInvitations}>
              {w().noInvitationsText}
            </Empty>
          )
        }
      </Answered>
    </Section>
  );
}

function Invite({ mine, close }: { mine: Role; close: () => void }) {
  const how = useSignal<"email" | "link">("email");
  const email = useSignal("");
  const role = useSignal<Role>("member");
  const uses = useSignal("10");
  const link = useSignal<string | null>(null);
  const send = useDoing(async () => {
    const wanted = how.value === "email" ? { email: email.value.trim() } : { uses: Number(uses.value) };
    const made = await answer(api.POST("/v1/invitations", { body: { role: role.value, ...wanted } }));
    await changed("invitations");
    if (made.url) {
      link.value = made.url;
      return;
    }
    say(w().sent(email.value.trim()));
    close();
  });
  if (link.value) return <MadeLink url={link.value} close={close} />;
  return (
    <Dialog title={w().inviteTitle} onClose={close}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void send.run();
        }}
      >
        <SelectField
          label={w().how}
          value={how.value}
          choices={(["email", "link"] as const).map((value) => ({ value, label: w().hows[value] }))}
          onChange={(value) => {
            how.value = value;
          }}
        />
        {how.value === "email" ? (
          <TextField
            label={w().email}
            value={email.value}
            onChange={(value) => {
              email.value = value;
            }}
            more={{ type: "email", required: true, autocomplete: "off" }}
          />
        ) : (
          <TextField
            label={w().uses}
            value={uses.value}
            onChange={(value) => {
              uses.value = value;
            }}
            more={{ type: "number", min: 1, max: 100, required: true }}
          />
        )}
        <SelectField
          label={w().role}
          value={role.value}
          hint={w().roleHints[role.value]}
          choices={given(mine).map((value) => ({ value, label: shellWords().roles[value] }))}
          onChange={(value) => {
            role.value = value;
          }}
        />
        <Problem error={send.error} />
        <div class="actions">
          <Button onClick={close}>{w().cancel}</Button>
          <Button type="submit" kind="primary" busy={send.busy}>
            {how.value === "email" ? w().send : w().make}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function MadeLink({ url, close }: { url: string; close: () => void }) {
  return (
    <Dialog title={w().link} onClose={close}>
      <p>{w().linkText}</p>
      <TextField
        label={w().link}
        value={url}
        onChange={() => undefined}
        more={{ readOnly: true, onFocus: (event) => event.currentTarget.select() }}
      />
      <div class="actions">
        <Button
          kind="primary"
          icon={<Copy aria-hidden="true" />}
          onClick={() =>
            void navigator.clipboard.writeText(url).then(
              () => say(w().copied),
              () => undefined,
            )
          }
        >
          {w().copy}
        </Button>
        <Button onClick={close}>{w().done}</Button>
      </div>
    </Dialog>
  );
}
