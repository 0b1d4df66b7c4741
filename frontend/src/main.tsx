import "@fontsource-variable/figtree/wght.css";
import "@mantine/core/styles.layer.css";
import "./app/theme/global.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { createDashboardRouter } from "./app/router";

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");

// `npm run dev:mock` alone: the condition is a constant, so a build holds nothing of it.
if (import.meta.env.MODE === "mock") {
  const { startPretending } = await import("./testing/browser");
  await startPretending();
}

createRoot(root).render(
  <StrictMode>
    <App router={createDashboardRouter()} />
  </StrictMode>,
);
