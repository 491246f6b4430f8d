/** Builds the extension: three scripts, each a file of its own, since content scripts cannot import. */

import { build } from "vite";

await build({
  configFile: false,
  root: import.meta.dirname,
  logLevel: "warn",
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "chrome123",
    modulePreload: false,
    lib: { entry: "src/worker.ts", formats: ["es"], fileName: () => "worker.js" },
  },
});
