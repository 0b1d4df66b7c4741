import { readdirSync } from "node:fs";
import js from "@eslint/js";
import query from "@tanstack/eslint-plugin-query";
import { createTypeScriptImportResolver } from "eslint-import-resolver-typescript";
import { importX } from "eslint-plugin-import-x";
import jsxA11y from "eslint-plugin-jsx-a11y";
import reactHooks from "eslint-plugin-react-hooks";
import { reactRefresh } from "eslint-plugin-react-refresh";
import testingLibrary from "eslint-plugin-testing-library";
import { defineConfig, globalIgnores } from "eslint/config";
import globals from "globals";
import { configs as typescript } from "typescript-eslint";

/** The doors of the dashboard: app -> features -> shared. `docs/architecture.md` has the whole house. */
const SHARED = ["./src/api", "./src/components", "./src/messages", "./src/lib"];
const features = readdirSync(new URL("./src/features", import.meta.url));
const doors = [
  { target: [...SHARED, "./src/features"], from: "./src/app", message: "Only app knows app." },
  { target: SHARED, from: "./src/features", message: "Shared code knows no feature." },
  {
    target: "./src/lib",
    from: ["./src/api", "./src/components", "./src/messages"],
    message: "lib is pure and knows nothing of ours.",
  },
  { target: "./src/messages", from: "./src/components", message: "Messages are not shown by themselves." },
  { target: "./src/api", from: ["./src/components", "./src/messages"], message: "The API's client shows nothing." },
  ...features.map((feature) => ({
    target: `./src/features/${feature}`,
    from: "./src/features",
    except: [`./${feature}`],
    message: "Features never import each other; what two of them need is shared.",
  })),
];

export default defineConfig(
  globalIgnores(["dist", "coverage", "mock-public", "src/api/schema.d.ts"]),
  js.configs.recommended,
  typescript.strictTypeChecked,
  typescript.stylisticTypeChecked,
  reactHooks.configs.flat["recommended-latest"],
  jsxA11y.flatConfigs.strict,
  ...query.configs["flat/recommended-strict"],
  importX.flatConfigs.recommended,
  importX.flatConfigs.typescript,
  {
    languageOptions: {
      globals: globals.browser,
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    settings: { "import-x/resolver-next": [createTypeScriptImportResolver()] },
    rules: {
      "no-console": "error",
      eqeqeq: ["error", "always", { null: "ignore" }],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/no-unused-vars": ["error", { ignoreRestSiblings: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "import-x/no-cycle": "error",
      "import-x/no-restricted-paths": ["error", { basePath: import.meta.dirname, zones: doors }],
      "import-x/no-default-export": "error",
      "import-x/no-duplicates": "error",
    },
  },
  {
    files: ["src/**"],
    ignores: ["src/**/*.test.{ts,tsx}", "src/testing/**"],
    rules: { "no-restricted-imports": ["error", { patterns: ["@/testing/*"] }] },
  },
  { files: ["src/**/*.tsx"], ignores: ["src/**/*.test.tsx", "src/testing/**"], ...reactRefresh.configs.vite() },
  { files: ["src/**/*.test.{ts,tsx}", "src/testing/**"], ...testingLibrary.configs["flat/react"] },
  {
    files: ["*.config.{js,ts}", "scripts/**"],
    languageOptions: { globals: globals.node },
    rules: { "import-x/no-default-export": "off", "no-console": "off" },
  },
);
