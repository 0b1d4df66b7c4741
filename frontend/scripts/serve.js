/**
 * Serves the dashboard: `node scripts/serve.js dev|preview [--port N] [--mode NAME]`.
 *
 * Vite's own command line prints a stack trace when the port is taken; this says what to do in one line.
 */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createServer, preview } from "vite";
import { BadSetting, ports, portSetting } from "./settings.js";

const root = fileURLToPath(new URL("..", import.meta.url));

/** @returns {Promise<void>} once the server listens */
async function serve() {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { port: { type: "string" }, mode: { type: "string" } },
  });
  const [what] = positionals;
  const port = values.port === undefined ? {} : { port: portSetting("--port", values.port, 0) };
  const mode = values.mode === undefined ? {} : { mode: values.mode };
  // Asked before Vite does, which would print a stack trace.
  ports();

  if (what === "dev") {
    const server = await createServer({ root, ...mode, server: port });
    await server.listen();
    server.printUrls();
    return;
  }
  if (what === "preview") {
    if (!existsSync(new URL("../dist/index.html", import.meta.url))) {
      throw new BadSetting("The dashboard is not built yet; run 'npm run build' first.");
    }
    const server = await preview({ root, ...mode, preview: port });
    server.printUrls();
    return;
  }
  throw new BadSetting("Say what to serve: 'dev' (from the sources) or 'preview' (the built dashboard).");
}

/**
 * @param {unknown} error
 * @returns {string | undefined} one line for a mistake that the person at the terminal can mend
 */
function inOneLine(error) {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof BadSetting) return error.message;
  if ("code" in error && String(error.code).startsWith("ERR_PARSE_ARGS")) return error.message;
  const taken = /^Port (\d+) is already in use/.exec(error.message);
  if (taken) {
    return `Port ${String(taken[1])} is taken by another program; stop it or choose another with DASHBOARD_PORT or --port.`;
  }
  return undefined;
}

try {
  await serve();
} catch (error) {
  const line = inOneLine(error);
  if (line === undefined) throw error;
  console.error(line);
  // Vite may have begun to work already.
  process.exit(1);
}
