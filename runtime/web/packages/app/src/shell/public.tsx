/** Around pages that stand outside of a nation: the brand's name above, language and small print below. */
import type { ComponentChildren } from "preact";
import { brand, config } from "../brand.ts";
import { chooseLanguage, LANGUAGE_NAMES, type Language, language, words } from "../language.ts";
import { useTitle } from "../ui/page.tsx";
import { BrandName } from "./brand_name.tsx";

const w = words({
  en: { terms: "Terms", privacy: "Privacy", help: "Help", language: "Language" },
  de: { terms: "Nutzungsbedingungen", privacy: "Datenschutz", help: "Hilfe", language: "Sprache" },
});

export function PublicPage({ title, children }: { title: string; children: ComponentChildren }) {
  useTitle(title);
  return (
    <div class="public">
      <header class="public-head">
        <a class="brand" href="/">
          <BrandName />
        </a>
      </header>
      <main id="main">{children}</main>
      <SmallPrint />
    </div>
  );
}

export function SmallPrint() {
  const { links } = config();
  return (
    <footer class="public-foot">
      <a href={links.terms ?? "/terms"}>{w().terms}</a>
      <a href={links.privacy ?? "/privacy"}>{w().privacy}</a>
      <a href={`mailto:${brand().supportEmail}`}>{w().help}</a>
      <LanguagePick />
    </footer>
  );
}

export function LanguagePick() {
  return (
    <select
      class="language"
      aria-label={w().language}
      onChange={(event) => chooseLanguage(event.currentTarget.value as Language)}
    >
      {Object.entries(LANGUAGE_NAMES).map(([tag, name]) => (
        <option key={tag} value={tag} lang={tag} selected={tag === language.value}>
          {name}
        </option>
      ))}
    </select>
  );
}
