/** The nation in Slack: its workspaces and channels, and who the person is there. */
import { told } from "@nat/chat";
import { useSignal } from "@preact/signals";
import { MessagesSquare } from "lucide-preact";
import { answer, api, type Schemas } from "../api.ts";
import { brand } from "../brand.ts";
import { date } from "../format.ts";
import { words } from "../language.ts";
import { atLeast, useMembership } from "../me.ts";
import { leaveFor } from "../navigate.ts";
import { sentence } from "../problems.ts";
import { changed, useDoing, useRead } from "../server.ts";
import { Button } from "../ui/button.tsx";
import { Confirm } from "../ui/dialog.tsx";
import { SelectField } from "../ui/field.tsx";
import { Badge, Section } from "../ui/page.tsx";
import { say } from "../ui/said.tsx";
import { Answered, Problem } from "../ui/states.tsx";

type Workspace = Schemas["SlackWorkspace"];

const w = words({
  en: {
    title: "Slack",
    lead: (brand: string) =>
      `Ask ${brand} in channels, threads and direct messages, and decide on its proposals there.`,
    unavailable: "Slack is not set up here yet. Whoever runs this service can do it.",
    none: "No workspace is connected to your nation.",
    admin: "An admin of your nation can connect a workspace.",
    add: "Add to Slack",
    again: "Add to another workspace",
    linked: "Linked",
    offered: "Not linked to this nation",
    since: (when: string) => `Linked since ${when}`,
    link: "Link",
    unlink: "End the link",
    unlinkTitle: (name: string) => `End the link with ${name}?`,
    unlinkText: "Nobody can ask about this nation there any more. The app stays in the workspace.",
    unlinked: "The link is ended.",
    channels: (count: number) =>
      count === 1 ? "1 channel asks about this nation" : `${count} channels ask about this nation`,
    release: "Let them choose anew",
    notices: "Notices of the nation go to",
    noNotices: "no channel",
    noticesHint: "Lost access, used queries and automations that failed. Admins get them by email as well.",
    youKnown: "It knows who you are there.",
    youUnknown: "It does not know yet who you are there.",
    code: "Connect my Slack account",
    typeCode: "Type this in Slack, within ten minutes:",
    copy: "Copy",
    copied: "Copied.",
    forget: "Forget my Slack account",
    forgotten: "It knows you in no workspace any more.",
    connected: "Slack is connected.",
  },
  de: {
    title: "Slack",
    lead: (brand) =>
      `Frag ${brand} in Kanälen, Threads und Direktnachrichten und entscheide dort über Vorschläge.`,
    unavailable: "Slack ist hier noch nicht eingerichtet. Wer den Dienst betreibt, kann das tun.",
    none: "Mit deiner Nation ist kein Workspace verbunden.",
    admin: "Die Administration deiner Nation kann einen Workspace verbinden.",
    add: "Zu Slack hinzufügen",
    again: "Zu einem weiteren Workspace hinzufügen",
    linked: "Verbunden",
    offered: "Nicht mit dieser Nation verbunden",
    since: (when) => `Verbunden seit ${when}`,
    link: "Verbinden",
    unlink: "Verbindung beenden",
    unlinkTitle: (name) => `Verbindung mit ${name} beenden?`,
    unlinkText: "Niemand kann dort mehr nach dieser Nation fragen. Die App bleibt im Workspace.",
    unlinked: "Die Verbindung ist beendet.",
    channels: (count) =>
      count === 1 ? "1 Kanal fragt nach dieser Nation" : `${count} Kanäle fragen nach dieser Nation`,
    release: "Neu wählen lassen",
    notices: "Mitteilungen der Nation gehen an",
    noNotices: "keinen Kanal",
    noticesHint:
      "Verlorener Zugang, verbrauchte Anfragen und gescheiterte Automatisierungen. Die Administration bekommt sie auch per E-Mail.",
    youKnown: "Dort ist bekannt, wer du bist.",
    youUnknown: "Dort ist noch nicht bekannt, wer du bist.",
    code: "Mein Slack-Konto verbinden",
    typeCode: "Gib das innerhalb von zehn Minuten in Slack ein:",
    copy: "Kopieren",
    copied: "Kopiert.",
    forget: "Mein Slack-Konto vergessen",
    forgotten: "Du bist in keinem Workspace mehr bekannt.",
    connected: "Slack ist verbunden.",
  },
});

export function SlackSection() {
  const isAdmin = atLeast(useMembership()?.role, "admin");
  const read = useRead(["slack"], () => answer(api.GET("/v1/slack")));
  const install = useDoing(async () => leaveFor((await answer(api.POST("/v1/slack/install"))).url));
  const back = new URLSearchParams(location.search).get("slack") === "connected";
  return (
    <Section title={w().title} lead={w().lead(brand().name)}>
      {back && (
        <p class="note note-good" role="status">
          {w().connected}
        </p>
      )}
      <Answered read={read}>
        {({ available, workspaces }) =>
          available ? (
            <>
              {workspaces.every((each) => !each.linked) && (
                <p class="quiet">{isAdmin ? w().none : `${w().none} ${w().admin}`}</p>
              )}
              {workspaces.map((each) => (
                <Place key={each.workspace} workspace={each} isAdmin={isAdmin} />
              ))}
              <Problem error={install.error} />
              {isAdmin && (
                <div class="actions">
                  <Button
                    kind={workspaces.length > 0 ? "quiet" : "primary"}
                    icon={<MessagesSquare aria-hidden="true" />}
                    busy={install.busy}
                    onClick={() => void install.run()}
                  >
                    {workspaces.length > 0 ? w().again : w().add}
                  </Button>
                </div>
              )}
              {workspaces.length > 0 && <Account known={workspaces.some((each) => each.you)} />}
            </>
          ) : (
            <p class="quiet">{w().unavailable}</p>
          )
        }
      </Answered>
    </Section>
  );
}

function Place({ workspace, isAdmin }: { workspace: Workspace; isAdmin: boolean }) {
  const asking = useSignal(false);
  const path = { workspace: workspace.workspace };
  const link = useDoing(async () => {
    await answer(api.PUT("/v1/slack/workspaces/{workspace}", { params: { path } }));
    await changed("slack");
  });
  const unlink = async () => {
    await answer(api.DELETE("/v1/slack/workspaces/{workspace}", { params: { path } }));
    await changed("slack");
  };
  const release = useDoing(async () => {
    for (const channel of workspace.channels)
      await answer(
        api.DELETE("/v1/slack/workspaces/{workspace}/channels/{channel}", {
          params: { path: { ...path, channel } },
        }),
      );
    await changed("slack");
  });
  return (
    <div class="part">
      <p>
        <strong>{workspace.name}</strong>{" "}
        <Badge tone={workspace.linked ? "good" : "neutral"}>
          {workspace.linked ? w().linked : w().offered}
        </Badge>
      </p>
      <p class="quiet">
        {workspace.linked_at !== null && `${w().since(date(workspace.linked_at))}. `}
        {workspace.you ? w().youKnown : w().youUnknown}
      </p>
      {isAdmin && workspace.linked && <Notices workspace={workspace} />}
      <Problem error={link.error ?? release.error} />
      {isAdmin && (
        <div class="actions">
          {workspace.linked ? (
            <Button onClick={() => (asking.value = true)}>{w().unlink}</Button>
          ) : (
            <Button busy={link.busy} onClick={() => void link.run()}>
              {w().link}
            </Button>
          )}
          {workspace.channels.length > 0 && (
            <>
              <span class="quiet">{w().channels(workspace.channels.length)}</span>
              <Button busy={release.busy} onClick={() => void release.run()}>
                {w().release}
              </Button>
            </>
          )}
        </div>
      )}
      {asking.value && (
        <Confirm
          title={w().unlinkTitle(workspace.name)}
          action={w().unlink}
          danger
          done={w().unlinked}
          onConfirm={unlink}
          onClose={() => (asking.value = false)}
        >
          <p>{w().unlinkText}</p>
        </Confirm>
      )}
    </div>
  );
}

const NONE = "";

function Notices({ workspace }: { workspace: Workspace }) {
  const read = useRead(["slack", "channels"], () => answer(api.GET("/v1/slack/channels")));
  const path = { workspace: workspace.workspace };
  const choose = useDoing(async (channel: string) => {
    const route = "/v1/slack/workspaces/{workspace}/notices";
    if (channel === NONE) await answer(api.DELETE(route, { params: { path } }));
    else await answer(api.PUT(`${route}/{channel}`, { params: { path: { ...path, channel } } }));
    await changed("slack");
  });
  const now = workspace.notices ?? NONE;
  const channels = (read.data?.channels ?? [])
    .filter((each) => each.workspace === workspace.workspace)
    .map((each) => ({ value: each.channel, label: `#${each.name}` }));
  const known = now === NONE || channels.some((each) => each.value === now);
  return (
    <SelectField
      label={w().notices}
      hint={w().noticesHint}
      error={
        (choose.error && sentence(choose.error)) ??
        (workspace.notices_problem && told(workspace.notices_problem, workspace.notices_wording))
      }
      value={now}
      disabled={choose.busy}
      choices={[
        { value: NONE, label: w().noNotices },
        ...channels,
        ...(known ? [] : [{ value: now, label: now }]),
      ]}
      onChange={(channel) => void choose.run(channel)}
    />
  );
}

function Account({ known }: { known: boolean }) {
  const command = useSignal<string | null>(null);
  const code = useDoing(async () => {
    command.value = (await answer(api.POST("/v1/slack/code"))).command;
  });
  const forget = useDoing(async () => {
    await answer(api.DELETE("/v1/slack/me"));
    await changed("slack");
    say(w().forgotten);
  });
  return (
    <>
      <Problem error={code.error ?? forget.error} />
      {command.value !== null && (
        <p role="status">
          {w().typeCode} <code>{command.value}</code>{" "}
          <Button
            onClick={() => {
              void navigator.clipboard.writeText(command.value ?? "").then(() => say(w().copied));
            }}
          >
            {w().copy}
          </Button>
        </p>
      )}
      <div class="actions">
        <Button busy={code.busy} onClick={() => void code.run()}>
          {w().code}
        </Button>
        {known && (
          <Button busy={forget.busy} onClick={() => void forget.run()}>
            {w().forget}
          </Button>
        )}
      </div>
    </>
  );
}
