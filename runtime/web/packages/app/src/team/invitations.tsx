/** Who is invited, and by what. */
import { useSignal } from "@preact/signals";
import { Copy, UserPlus } from "lucide-preact";
import { answer, api } from "../api.ts";
import { count, date } from "../format.ts";
import type { Role } from "../me.ts";
import { changed, useDoing, useRead } from "../server.ts";
import { shellWords } from "../shell/words.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { SelectField, TextField } from "../ui/field.tsx";
import { Section } from "../ui/page.tsx";
import { say } from "../ui/said.tsx";
import { Answered, Empty, Problem } from "../ui/states.tsx";
import { Table } from "../ui/table.tsx";
import { given } from "./people.ts";
import { w } from "./words.ts";

export function Invitations() {
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

export function Invite({ mine, close }: { mine: Role; close: () => void }) {
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
