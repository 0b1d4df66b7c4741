/**
 * Writes src/api/schema.d.ts from the control plane's committed schema; `--check` only compares and fails when stale.
 */
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import openapiTypescript, { astToString } from "openapi-typescript";

const SCHEMA = new URL("../../backend/openapi.json", import.meta.url);
const TYPES = new URL("../src/api/schema.d.ts", import.meta.url);
const HEADER = "// Generated from backend/openapi.json by `npm run generate`. Do not edit.\n\n";

const generated = HEADER + astToString(await openapiTypescript(SCHEMA));

if (process.argv.includes("--check")) {
  const committed = await readFile(TYPES, "utf8").catch(() => "");
  if (committed !== generated) {
    console.error(`${fileURLToPath(TYPES)} does not fit backend/openapi.json; run 'npm run generate'.`);
    process.exitCode = 1;
  }
} else {
  await writeFile(TYPES, generated);
}
