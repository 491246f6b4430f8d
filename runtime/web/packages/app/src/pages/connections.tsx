/** Whether the nation's NationBuilder is connected, by whom, and until when. */
import { useSignal } from "@preact/signals";
import { PlugZap } from "lucide-preact";
import { answer, api } from "../api.ts";
import { brand } from "../brand.ts";
import { dateTime, relative } from "../format.ts";
import { words } from "../language.ts";
import { atLeast, meChanged, useMembership } from "../me.ts";
import { leaveFor } from "../navigate.ts";
import { changed, useDoing, useRead } from "../server.ts";
import { SlackSection } from "../setup/slack.tsx";
import { consentPage } from "../setup/way.ts";
import { SettingsPage } from "../shell/settings_tabs.tsx";
import { Button, ButtonLink } from "../ui/button.tsx";
import { Confirm } from "../ui/dialog.tsx";
import { Badge, Facts, Section } from "../ui/page.tsx";
import { Answered, Problem } from "../ui/states.tsx";

const w = words({
  en: {
    title: "Connections",
    lead: "What works with your nation.",
    nationbuilder: "NationBuilder",
    connected: "Connected",
    lost: "Access lost",
    not: "Not connected",
    by: "Connected by",
    someone: "Somebody of your nation",
    at: "Since",
    expires: "Access renewed until",
    expiresNote: "It is renewed by itself before it ends.",
    lostText: (brand: string) =>
      `NationBuilder no longer accepts ${brand}'s access. Somebody may have removed it there, or the person who connected it has left. Connect it again and everything goes on.`,
    notText: "Connect it to ask about people, donations and events.",
    acts: "Calls act in NationBuilder as the person who connected it, and can do what they can do.",
    connect: "Connect",
    reconnect: "Connect again",
    disconnect: "Disconnect",
    disconnectTitle: "Disconnect NationBuilder?",
    disconnectText:
      "Nobody of the nation can ask about its data until it is connected again. The access is deleted here and taken back at NationBuilder.",
    disconnected: "NationBuilder is disconnected.",
    admin: "An admin of your nation can change this.",
    extension: "Chrome extension",
    extensionText: "Ask beside the control panel, about what is on your screen.",
    install: "How to install it",
  },
  de: {
    title: "Verbindungen",
    lead: "Was mit deiner Nation zusammenarbeitet.",
    nationbuilder: "NationBuilder",
    connected: "Verbunden",
    lost: "Zugang verloren",
    not: "Nicht verbunden",
    by: "Verbunden von",
    someone: "Jemand aus deiner Nation",
    at: "Seit",
    expires: "Zugang erneuert bis",
    expiresNote: "Er wird von selbst erneuert, bevor er endet.",
    lostText: (brand) =>
      `NationBuilder nimmt den Zugang von ${brand} nicht mehr an. Vielleicht wurde er dort entfernt, oder die Person, die verbunden hat, ist gegangen. Verbinde neu und alles geht weiter.`,
    notText: "Verbinde, um nach Menschen, Spenden und Veranstaltungen zu fragen.",
    acts: "Abrufe handeln in NationBuilder als die Person, die verbunden hat, und können, was sie kann.",
    connect: "Verbinden",
    reconnect: "Neu verbinden",
    disconnect: "Trennen",
    disconnectTitle: "NationBuilder trennen?",
    disconnectText:
      "Niemand in der Nation kann nach ihren Daten fragen, bis wieder verbunden ist. Der Zugang wird hier gelöscht und bei NationBuilder zurückgegeben.",
    disconnected: "NationBuilder ist getrennt.",
    admin: "Die Administration deiner Nation kann das ändern.",
    extension: "Chrome-Erweiterung",
    extensionText: "Frag neben dem Control Panel nach dem, was auf deinem Bildschirm ist.",
    install: "So installierst du sie",
  },
});

export default function Connections() {
  const membership = useMembership();
  const read = useRead(["connections"], () => answer(api.GET("/v1/connections")));
  const isAdmin = atLeast(membership?.role, "admin");
  const asking = useSignal(false);
  const connect = useDoing(async () => leaveFor(await consentPage(membership?.nation_slug ?? "", "connect")));
  const disconnect = async () => {
    await answer(api.POST("/v1/nationbuilder/disconnect"));
    await Promise.all([changed("connections"), meChanged()]);
  };
  return (
    <SettingsPage title={w().title} lead={w().lead}>
      <Answered read={read}>
        {({ nationbuilder }) => {
          const { connected, needs_reauth, connected_by, token_expires_at } = nationbuilder;
          const healthy = connected && !needs_reauth;
          return (
            <Section
              title={w().nationbuilder}
              actions={
                <Badge tone={needs_reauth ? "bad" : connected ? "good" : "neutral"}>
                  {needs_reauth ? w().lost : connected ? w().connected : w().not}
                </Badge>
              }
            >
              {needs_reauth && <p class="note note-bad">{w().lostText(brand().name)}</p>}
              {!connected && !needs_reauth && <p>{w().notText}</p>}
              {connected && (
                <Facts
                  rows={[
                    connected_by !== null && [w().by, connected_by.name ?? w().someone],
                    connected_by !== null && [w().at, dateTime(connected_by.at)],
                    healthy &&
                      token_expires_at !== null && [
                        w().expires,
                        <>
                          {dateTime(token_expires_at)}{" "}
                          <span class="quiet">
                            ({relative(token_expires_at)}). {w().expiresNote}
                          </span>
                        </>,
                      ],
                  ]}
                />
              )}
              <p class="quiet">{w().acts}</p>
              <Problem error={connect.error} />
              {isAdmin ? (
                <div class="actions">
                  <Button
                    kind={healthy ? "quiet" : "primary"}
                    icon={<PlugZap aria-hidden="true" />}
                    busy={connect.busy}
                    onClick={() => void connect.run()}
                  >
                    {connected ? w().reconnect : w().connect}
                  </Button>
                  {connected && <Button onClick={() => (asking.value = true)}>{w().disconnect}</Button>}
                </div>
              ) : (
                <p class="quiet">{w().admin}</p>
              )}
            </Section>
          );
        }}
      </Answered>
      <SlackSection />
      <Section title={w().extension} lead={w().extensionText}>
        <ButtonLink href="/setup/extension">{w().install}</ButtonLink>
      </Section>
      {asking.value && (
        <Confirm
          title={w().disconnectTitle}
          action={w().disconnect}
          danger
          done={w().disconnected}
          onConfirm={disconnect}
          onClose={() => (asking.value = false)}
        >
          <p>{w().disconnectText}</p>
        </Confirm>
      )}
    </SettingsPage>
  );
}
