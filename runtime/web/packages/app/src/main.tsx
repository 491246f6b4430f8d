import { render } from "preact";
import { App } from "./app.tsx";
import { beginLanguage } from "./language.ts";
import { reloadOnStaleChunk } from "./stale.ts";
import { beginTheme } from "./theme.ts";
import "./styles/index.css";

beginTheme();
beginLanguage();
reloadOnStaleChunk();

const root = document.getElementById("app");
if (root) render(<App />, root);
