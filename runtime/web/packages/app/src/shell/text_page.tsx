/** A page of plain text with headings, for terms and privacy. */
import { brand } from "../brand.ts";
import { PublicPage } from "./public.tsx";

export interface Text {
  readonly title: string;
  readonly sections: readonly (readonly [string, readonly string[]])[];
}

export function TextPage({ text }: { text: Text }) {
  const fill = (sentence: string) =>
    sentence.replaceAll("{brand}", brand().name).replaceAll("{email}", brand().supportEmail);
  return (
    <PublicPage title={fill(text.title)}>
      <article class="text">
        <h1>{fill(text.title)}</h1>
        {text.sections.map(([heading, paragraphs]) => (
          <section key={heading}>
            <h2>{fill(heading)}</h2>
            {paragraphs.map((paragraph) => (
              <p key={paragraph}>{fill(paragraph)}</p>
            ))}
          </section>
        ))}
      </article>
    </PublicPage>
  );
}
