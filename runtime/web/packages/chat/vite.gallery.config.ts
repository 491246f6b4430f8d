import preact from "@preact/preset-vite";
import { defineConfig } from "vite";

/** The gallery of states, for pictures and checks. It is part of no client. */
export default defineConfig({
  root: "gallery",
  base: "./",
  plugins: [preact()],
  build: {
    target: "es2024",
    outDir: "../dist",
    emptyOutDir: true,
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
});
