import { fileURLToPath, URL } from "node:url";
import react from "@vitejs/plugin-react";
import type { ProxyOptions } from "vite";
import { defineConfig } from "vitest/config";
import { ports } from "./scripts/settings.js";

/** What the control plane answers; everything else is the dashboard's own. */
const CONTROL_PLANE_PATHS = ["/api", "/health", "/docs", "/static-offline-docs", "/openapi.json", "/metrics"];

export default defineConfig(({ mode }) => {
  const { dashboard, controlPlane: controlPlanePort } = ports();
  const controlPlane = `127.0.0.1:${String(controlPlanePort)}`;

  // Host and Origin pass through as the browser sent them: the control plane checks them.
  const proxy: Record<string, ProxyOptions> = {
    "^/ws(?:[?]|$)": { target: `ws://${controlPlane}`, ws: true, changeOrigin: false },
  };
  for (const path of CONTROL_PLANE_PATHS) {
    proxy[`^${path}(?:[/?]|$)`] = { target: `http://${controlPlane}`, changeOrigin: false };
  }

  const server = {
    host: "127.0.0.1",
    port: dashboard,
    strictPort: true,
    proxy,
  };

  return {
    plugins: [react()],
    // The project's .env holds the owner's password: the browser gets nothing of it.
    envDir: false,
    resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
    // The service worker of the pretended control plane (`npm run dev:mock`) is never part of a build.
    publicDir: mode === "mock" ? "mock-public" : "public",
    server,
    preview: server,
    build: { target: "es2023", sourcemap: false, chunkSizeWarningLimit: 600 },
    test: {
      restoreMocks: true,
      projects: [
        { extends: true, test: { name: "pure", include: ["src/**/*.test.ts"] } },
        {
          extends: true,
          test: {
            name: "pages",
            include: ["src/**/*.test.tsx"],
            environment: "jsdom",
            setupFiles: ["./src/testing/setup.ts"],
            testTimeout: 30_000,
            css: { modules: { classNameStrategy: "non-scoped" } },
          },
        },
      ],
    },
  };
});
