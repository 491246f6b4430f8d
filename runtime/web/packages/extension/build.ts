/**
 * Builds the extension of one brand: its scripts, its styles, the manifest and the icons.
 *
 * Content scripts cannot import. So the panel comes in three: `panel.js` is what an empty panel needs,
 * `conversation.js` what shows a conversation, and `german.js` what the platform says in German; they take what
 * all need from the panel.
 *
 *     node build.ts [brand.json [folder]]
 *
 * Without a brand it is the service's own on this machine.
 */

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import preact from "@preact/preset-vite";
import { Resvg } from "@resvg/resvg-js";
import { build, type Plugin } from "vite";

interface Brand {
  readonly name: string;
  /** What the extension is called in the browser; at most 45 characters. */
  readonly extensionName: string;
  readonly description: string;
  readonly version: string;
  readonly primary: string;
  readonly onPrimary: string;
  /** Origin of the brand's web app, and of its sign-in. */
  readonly app: string;
  readonly login: string;
  /** Public key that gives an unpacked extension its id; the store gives its own, so packages for it have none. */
  readonly key?: string;
  /** An SVG file. */
  readonly logo?: string;
}

const HERE = import.meta.dirname;
const LOCAL: Brand = {
  name: "Nat",
  extensionName: "Nat for NationBuilder",
  description: "Ask your nation anything.",
  version: "1.0.0",
  primary: "#0b5cad",
  onPrimary: "#ffffff",
  app: "http://localhost:5173",
  login: "http://127.0.0.1:4566",
};
const NATIONS = "https://*.nationbuilder.com/*";
const SIZES = [16, 32, 48, 128];

const [brandFile, folder] = process.argv.slice(2);
const brand: Brand = brandFile ? JSON.parse(await readFile(brandFile, "utf8")) : LOCAL;
const out = resolve(folder ?? join(HERE, "dist"));

/** What `panel.js` shares with `conversation.js`, by the name that it has in `natShared.modules`. */
const SHARED: readonly (readonly [RegExp, string])[] = [
  [/^preact$/, "preact"],
  [/^preact\/hooks$/, "hooks"],
  [/^preact\/jsx-runtime$/, "jsx"],
  [/^@preact\/signals$/, "signals"],
  [/\/view\/context\.ts$/, "context"],
  [/\/words\.ts$/, "words"],
  [/\/words\/chat\.ts$/, "chatWords"],
  [/\/api\/errors\.ts$/, "errors"],
  [/\/clock\.ts$/, "clock"],
];

/** In `panel.js` what shows conversations is no part of it, but loaded through the worker. */
const apart: Plugin = {
  name: "conversation-apart",
  enforce: "pre",
  resolveId: (id) =>
    id.endsWith("/conversation.ts") && id.startsWith("../") ? join(HERE, "src/parts.ts") : null,
};

/** In `conversation.js` shared modules are those of `panel.js`. */
const shared: Plugin = {
  name: "shared-modules",
  enforce: "pre",
  resolveId(id, from) {
    const path = id.startsWith(".") && from ? resolve(from, "..", id) : id;
    const name = from && SHARED.find(([module]) => module.test(path))?.[1];
    return name ? { id: `shared:${name}`, external: true } : null;
  },
};

async function script(
  name: string,
  entry: string,
  format: "es" | "iife",
  plugins: Plugin[] = [],
): Promise<void> {
  await build({
    configFile: false,
    root: HERE,
    logLevel: "warn",
    plugins: [...plugins, preact()],
    define: {
      __NAME__: JSON.stringify(brand.name),
      __INITIAL__: JSON.stringify(brand.name.charAt(0)),
      __PRIMARY__: JSON.stringify(brand.primary),
      __ON_PRIMARY__: JSON.stringify(brand.onPrimary),
      __APP__: JSON.stringify(brand.app),
    },
    build: {
      outDir: out,
      emptyOutDir: false,
      target: "chrome123",
      modulePreload: false,
      lib: { entry: join("src", entry), formats: [format], name: "nat", fileName: () => `${name}.js` },
      rollupOptions: {
        output: { globals: (id) => `natShared.modules.${id.replace("shared:", "")}`, codeSplitting: false },
      },
    },
  });
}

/** The styles of chat and panel in one file. */
async function styles(): Promise<void> {
  const files = [join(HERE, "../chat/src/styles.css"), join(HERE, "src/panel.css")];
  const texts = await Promise.all(files.map((file) => readFile(file, "utf8")));
  await writeFile(join(out, "panel.css"), texts.join("\n"));
}

/** A match pattern for everything of an origin; patterns have no ports. */
function pattern(origin: string): string {
  const { protocol, hostname } = new URL(origin);
  return `${protocol}//${hostname}/*`;
}

/** A speech bubble with a spark in it, or the brand's logo on its colour. */
async function icon(): Promise<string> {
  const ground = `<rect width="128" height="128" rx="28" fill="${brand.primary}"/>`;
  const sign = brand.logo
    ? `<image href="data:image/svg+xml;base64,${(await readFile(brand.logo)).toString("base64")}" x="16" y="16" width="96" height="96"/>`
    : `<path fill="${brand.onPrimary}" d="M34 30h60a14 14 0 0 1 14 14v34a14 14 0 0 1-14 14H66L44 110V92H34a14 14 0 0 1-14-14V44a14 14 0 0 1 14-14z"/>` +
      `<path fill="${brand.primary}" d="M64 40c2.500 12 8.500 18.500 21 21-12.500 2.500-18.500 9-21 21-2.500-12-8.500-18.500-21-21 12.500-2.500 18.500-9 21-21z"/>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 128 128">${ground}${sign}</svg>`;
}

const manifest = {
  manifest_version: 3,
  name: brand.extensionName,
  short_name: brand.name.slice(0, 12),
  version: brand.version,
  description: brand.description,
  minimum_chrome_version: "123",
  ...(brand.key ? { key: brand.key } : {}),
  permissions: ["storage", "identity", "scripting"],
  host_permissions: [...new Set([NATIONS, pattern(brand.app), pattern(brand.login)])],
  background: { service_worker: "worker.js", type: "module" },
  content_scripts: [{ matches: [NATIONS], js: ["launcher.js"], run_at: "document_start", all_frames: false }],
  action: { default_title: brand.extensionName, default_icon: icons([16, 32]) },
  icons: icons(SIZES),
  commands: { _execute_action: { suggested_key: { default: "Ctrl+Shift+K", mac: "Command+Shift+K" } } },
};

function icons(sizes: readonly number[]): Record<string, string> {
  return Object.fromEntries(sizes.map((size) => [size, `icons/${size}.png`]));
}

await mkdir(join(out, "icons"), { recursive: true });
await script("launcher", "launcher.ts", "iife");
await script("panel", "begin.tsx", "iife", [apart]);
await script("conversation", "conversation.ts", "iife", [shared]);
await script("german", "german.ts", "iife", [shared]);
await styles();
await script("worker", "worker.ts", "es");
await writeFile(join(out, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
const drawn = await icon();
for (const size of SIZES) {
  await writeFile(
    join(out, "icons", `${size}.png`),
    new Resvg(drawn, { fitTo: { mode: "width", value: size } }).render().asPng(),
  );
}
