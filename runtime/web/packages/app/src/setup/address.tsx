/** Step one: which nation. Its own people are led to where it stands; others choose how they come in. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { brand } from "../brand.ts";
import { words } from "../language.ts";
import { meChanged, useMe } from "../me.ts";
import { slugOf } from "../nation.ts";
import { leaveFor, navigate } from "../navigate.ts";
import { useDoing } from "../server.ts";
import { Button } from "../ui/button.tsx";
import { TextField } from "../ui/field.tsx";
import { Problem } from "../ui/states.tsx";
import { Steps } from "./steps.tsx";
import { arrived, beginWith, consentPage, next, stateOf } from "./way.ts";

const w = words({
  en: {
    title: "What is your nation's address?",
    lead: "It is what you see in your browser when you work in NationBuilder. You can paste any page of your control panel.",
    label: "Address",
    wrong: "This is not the address of a nation. It looks like your-nation.nationbuilder.com.",
    go: "Continue",
    used: (brand: string, slug: string) => `Does ${slug} use ${brand} already?`,
    usedText:
      "That is told to people of the nation only. If you work in its control panel, prove it with your own NationBuilder login: if it uses us, you are in, as somebody who can ask. Otherwise ask one of its admins for an invitation.",
    join: "Prove it with NationBuilder",
    subscribe: (slug: string) => `It does not: subscribe ${slug}`,
    other: "It is another nation",
    ask_owner: "This nation's subscription has ended. Ask its owner to subscribe again.",
    ask_admin: "This nation is not connected to NationBuilder yet. Ask one of its admins to connect it.",
  },
  de: {
    title: "Wie lautet die Adresse deiner Nation?",
    lead: "Du siehst sie in deinem Browser, wenn du in NationBuilder arbeitest. Du kannst jede Seite deines Control Panels einfügen.",
    label: "Adresse",
    wrong: "Das ist nicht die Adresse einer Nation. Sie sieht aus wie deine-nation.nationbuilder.com.",
    go: "Weiter",
    used: (brand, slug) => `Nutzt ${slug} ${brand} schon?`,
    usedText:
      "Das erfahren nur Leute der Nation. Wenn du in ihrem Control Panel arbeitest, zeig es mit deinem eigenen NationBuilder-Zugang: Nutzt sie uns, bist du dabei und kannst fragen. Sonst bitte die Administration um eine Einladung.",
    join: "Mit NationBuilder zeigen",
    subscribe: (slug) => `Noch nicht: Abo für ${slug}`,
    other: "Es ist eine andere Nation",
    ask_owner: "Das Abo dieser Nation ist beendet. Bitte, wem sie gehört, es neu abzuschließen.",
    ask_admin: "Diese Nation ist noch nicht mit NationBuilder verbunden. Bitte ihre Administration darum.",
  },
});

export default function Address() {
  const typed = useSignal("");
  const wrong = useSignal(false);
  const stranger = useSignal<string | null>(null);
  const told = useSignal<"ask_owner" | "ask_admin" | null>(null);
  const me = useMe();
  useEffect(() => {
    // Whoever has a nation and comes here by the back button is past this.
    if (!new URLSearchParams(location.search).has("add") && me.data?.memberships.length)
      navigate("/", { replace: true });
  }, [me.data]);
  const go = useDoing(async () => {
    const slug = slugOf(typed.value);
    wrong.value = slug === null;
    told.value = null;
    if (slug === null) return;
    const state = await stateOf(slug);
    const step = next(state);
    if (step === "stranger" || state?.role === null) {
      stranger.value = slug;
      return;
    }
    if (step === "ask_owner" || step === "ask_admin") {
      told.value = step;
      return;
    }
    beginWith(slug);
    if (step === "done") {
      arrived(slug);
      await meChanged();
      navigate("/");
    } else navigate(`/setup/${step}`);
  });
  if (stranger.value) return <Stranger slug={stranger.value} back={() => (stranger.value = null)} />;
  return (
    <Steps title={w().title} step={0} lead={w().lead}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void go.run();
        }}
      >
        <TextField
          label={w().label}
          value={typed.value}
          onChange={(value) => {
            typed.value = value;
            wrong.value = false;
          }}
          error={wrong.value ? w().wrong : null}
          after={/[./]/.test(typed.value) ? undefined : ".nationbuilder.com"}
          more={{
            name: "nation",
            autocomplete: "off",
            autocapitalize: "none",
            spellcheck: false,
            required: true,
            autofocus: true,
            inputMode: "url",
          }}
        />
        {told.value && (
          <p class="problem" role="alert">
            {w()[told.value]}
          </p>
        )}
        <Problem error={go.error} />
        <Button type="submit" kind="primary" busy={go.busy}>
          {w().go}
        </Button>
      </form>
    </Steps>
  );
}

function Stranger({ slug, back }: { slug: string; back: () => void }) {
  const join = useDoing(async () => {
    beginWith(slug);
    leaveFor(await consentPage(slug, "join"));
  });
  const subscribe = () => {
    beginWith(slug);
    navigate("/setup/plans");
  };
  return (
    <Steps title={w().used(brand().name, slug)} step={0} lead={w().usedText}>
      <div class="stack">
        <Problem error={join.error} />
        <Button kind="primary" busy={join.busy} onClick={() => void join.run()}>
          {w().join}
        </Button>
        <Button onClick={subscribe}>{w().subscribe(slug)}</Button>
        <Button onClick={back}>{w().other}</Button>
      </div>
    </Steps>
  );
}
