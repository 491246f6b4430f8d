/** An invitation: its token stands behind `#`, which no server sees. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { answer, api } from "../api.ts";
import { brand } from "../brand.ts";
import { words } from "../language.ts";
import { meChanged, useMe } from "../me.ts";
import { navigate } from "../navigate.ts";
import { useDoing } from "../server.ts";
import { sessions, signIn, signOut } from "../session/sign_in.ts";
import { shellWords } from "../shell/words.ts";
import { Button, ButtonLink } from "../ui/button.tsx";
import { Problem } from "../ui/states.tsx";
import { Steps } from "./steps.tsx";
import { arrived } from "./way.ts";

const w = words({
  en: {
    title: (brand: string) => `You are invited to ${brand}`,
    signIn:
      "Sign in, or make an account with the address that was invited. The invitation waits for you here.",
    enter: "Sign in",
    create: "Create an account",
    accept: "Accept the invitation",
    as: (email: string) => `You are signed in as ${email}.`,
    other: "Use another account",
    missing: "The invitation's link is not complete",
    missingText: "Open it from the email once more, or ask for a new one.",
    home: "To the start",
    welcome: (slug: string, role: string) => `You belong to ${slug} now, as ${role}`,
    begin: "Ask your first question",
  },
  de: {
    title: (brand) => `Du bist zu ${brand} eingeladen`,
    signIn:
      "Melde dich an oder lege ein Konto mit der eingeladenen Adresse an. Die Einladung wartet hier auf dich.",
    enter: "Anmelden",
    create: "Konto anlegen",
    accept: "Einladung annehmen",
    as: (email) => `Du bist als ${email} angemeldet.`,
    other: "Anderes Konto verwenden",
    missing: "Der Link der Einladung ist unvollständig",
    missingText: "Öffne ihn noch einmal aus der E-Mail oder bitte um einen neuen.",
    home: "Zum Anfang",
    welcome: (slug, role) => `Du gehörst jetzt zu ${slug} (${role})`,
    begin: "Erste Frage stellen",
  },
});

const PLACE = /^#invitation=(.+)$/;

export default function Join() {
  const token = PLACE.exec(location.hash)?.[1] ?? null;
  const joined = useSignal<{ slug: string; role: keyof ReturnType<typeof shellWords>["roles"] } | null>(null);
  const me = useMe().data;
  const here = `/join${location.hash}`;
  const accept = useDoing(async () => {
    const found = await answer(api.POST("/v1/invitations/accept", { body: { token: token ?? "" } }));
    arrived(found.nation_slug);
    await meChanged();
    joined.value = { slug: found.nation_slug, role: found.role };
  });
  useEffect(() => {
    // The token has done its work: it does not stay in the address.
    if (joined.value) history.replaceState(null, "", "/join");
  }, [joined.value]);
  if (joined.value) {
    const { slug, role } = joined.value;
    return (
      <Steps title={w().welcome(slug, shellWords().roles[role])} step={null}>
        <Button kind="primary" onClick={() => navigate("/")}>
          {w().begin}
        </Button>
      </Steps>
    );
  }
  if (!token) {
    return (
      <Steps title={w().missing} step={null} lead={w().missingText}>
        <ButtonLink href="/">{w().home}</ButtonLink>
      </Steps>
    );
  }
  if (!sessions.current.value) {
    return (
      <Steps title={w().title(brand().name)} step={null} lead={w().signIn}>
        <div class="actions">
          <Button kind="primary" onClick={() => void signIn(here)}>
            {w().enter}
          </Button>
          <Button onClick={() => void signIn(here, { signUp: true })}>{w().create}</Button>
        </div>
      </Steps>
    );
  }
  return (
    <Steps title={w().title(brand().name)} step={null} lead={me?.email ? w().as(me.email) : undefined}>
      <Problem error={accept.error} />
      <div class="actions">
        <Button kind="primary" busy={accept.busy} onClick={() => void accept.run()}>
          {w().accept}
        </Button>
        {accept.error?.code === "invitation_for_other" && (
          <Button onClick={() => void signOut()}>{w().other}</Button>
        )}
      </div>
    </Steps>
  );
}
