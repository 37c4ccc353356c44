import js from "@eslint/js";
import prettier from "eslint-config-prettier";
import tseslint from "typescript-eslint";
import { eslintBlocks } from "./scripts/floors/plan.mjs";

export default tseslint.config(
  {
    ignores: [
      "cdktf.out/",
      "**/.rehearsal/",
      ".local/",
      "coverage/",
      "**/node_modules/",
      "rehearsal/app/",
      "**/*.cjs",
    ],
  },
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [...tseslint.configs.recommendedTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
    },
  },
  {
    files: ["**/*.mjs"],
    languageOptions: {
      globals: {
        process: "readonly",
        console: "readonly",
        URL: "readonly",
        setTimeout: "readonly",
        fetch: "readonly",
        Buffer: "readonly",
        FormData: "readonly",
        Blob: "readonly",
        performance: "readonly",
        AbortController: "readonly",
        clearTimeout: "readonly",
      },
    },
  },
  ...eslintBlocks(),
  prettier,
);
