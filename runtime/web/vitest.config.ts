import preact from "@preact/preset-vite";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [preact()],
  test: {
    include: ["packages/*/tests/**/*.test.{ts,tsx}"],
    environment: "node",
    pool: "threads",
    maxWorkers: 2,
    // Whether something is right is asked here, not how long it takes on a busy machine.
    testTimeout: 120_000,
  },
});
