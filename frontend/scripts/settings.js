import { fileURLToPath } from "node:url";
import { loadEnv } from "vite";

/** A setting that cannot be used; its message is one line for the person who made it. */
export class BadSetting extends Error {}

/**
 * The port in a setting.
 *
 * @param {string} name the setting's name, for the message
 * @param {string | undefined} value as written; absent or empty means the default
 * @param {number} fallback the default
 * @returns {number} 1 to 65535
 */
export function portSetting(name, value, fallback) {
  if (value === undefined || value.trim() === "") return fallback;
  const port = Number(value);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new BadSetting(`${name} is '${value}', which is no port; use a whole number from 1 to 65535.`);
  }
  return port;
}

/**
 * The dashboard's own port and the control plane's, from the environment or the project's .env.
 *
 * @returns {{ dashboard: number, controlPlane: number }}
 */
export function ports() {
  const projectFolder = fileURLToPath(new URL("../..", import.meta.url));
  // Only these two names are read from .env; nothing of it reaches the browser.
  const settings = loadEnv("", projectFolder, ["DASHBOARD_PORT", "API_PORT"]);
  return {
    dashboard: portSetting("DASHBOARD_PORT", settings.DASHBOARD_PORT, 3000),
    controlPlane: portSetting("API_PORT", settings.API_PORT, 8000),
  };
}
