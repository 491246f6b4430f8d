/** The nation's own key for the model. */
import { useSignal } from "@preact/signals";
import { answer, api, type Schemas } from "../api.ts";
import { brand } from "../brand.ts";
import { date } from "../format.ts";
import { changed, type Read, useDoing, useRead } from "../server.ts";
import { Button } from "../ui/button.tsx";
import { TextField } from "../ui/field.tsx";
import { Section } from "../ui/page.tsx";
import { say } from "../ui/said.tsx";
import { Answered, Problem } from "../ui/states.tsx";
import { w } from "./words.ts";

export function ModelKey() {
  const read: Read<Schemas["ModelKey"]> = useRead(["model-key"], () =>
    answer(api.GET("/v1/settings/model-key")),
  );
  const typed = useSignal("");
  const store = useDoing(async () => {
    await answer(api.PUT("/v1/settings/model-key", { body: { api_key: typed.value.trim() } }));
    typed.value = "";
    await changed("model-key");
    say(w().keyStored);
  });
  const remove = useDoing(async () => {
    await answer(api.DELETE("/v1/settings/model-key"));
    await changed("model-key");
    say(w().keyRemoved);
  });
  return (
    <Section title={w().key} lead={w().keyText(brand().name)}>
      <Answered read={read} rows={1}>
        {({ model_key }) => (
          <>
            <p>{model_key ? w().keyNow(model_key.last_four, date(model_key.stored_at)) : w().keyNone}</p>
            <form
              class="inline"
              onSubmit={(event) => {
                event.preventDefault();
                void store.run();
              }}
            >
              <TextField
                label={w().keyNew}
                value={typed.value}
                onChange={(value) => {
                  typed.value = value;
                }}
                more={{ type: "password", autocomplete: "off", placeholder: "sk-ant-…", required: true }}
              />
              <Button type="submit" busy={store.busy} disabled={!typed.value.trim()}>
                {w().keyStore}
              </Button>
              {model_key && (
                <Button kind="plain" busy={remove.busy} onClick={() => void remove.run()}>
                  {w().keyRemove}
                </Button>
              )}
            </form>
            <Problem error={store.error ?? remove.error} />
          </>
        )}
      </Answered>
    </Section>
  );
}
