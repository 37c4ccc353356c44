import { join } from "node:path";
import type { NextConfig } from "next";

const config: NextConfig = {
  output: "standalone",
  // The lock file and node_modules are two folders up.
  outputFileTracingRoot: join(__dirname, "..", ".."),
  // The page shows no pictures, so the image optimizer and its native library stay out.
  outputFileTracingExcludes: {
    "*": ["node_modules/@img/**", "node_modules/sharp/**", "node_modules/typescript/**"],
  },
  images: { unoptimized: true },
  poweredByHeader: false,
  reactStrictMode: true,
  // Types are checked by `npm run types`, once for the whole repository.
  typescript: { ignoreBuildErrors: true },
  eslint: { ignoreDuringBuilds: true },
  experimental: { cpus: 1, webpackMemoryOptimizations: true },
  headers: () =>
    Promise.resolve([
      {
        source: "/:path*",
        headers: [
          { key: "X-Content-Type-Options", value: "nosniff" },
          { key: "X-Frame-Options", value: "DENY" },
          { key: "Referrer-Policy", value: "same-origin" },
        ],
      },
    ]),
};

export default config;
