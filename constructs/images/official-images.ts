import pinned from "./official-images.json";

/**
 * The official images, each by the tag that it follows and the digest that it has: the same bytes on every host, whatever the tag
 * names by then. Alpine (deployment document, 10.3). `npm run images:update` writes the file; never by hand.
 */
export const OFFICIAL_IMAGES: Readonly<Record<"postgres" | "redis" | "nginx" | "node", string>> = pinned;

/** A reference without its digest, for people. */
export const withoutDigest = (reference: string): string => reference.replace(/@sha256:[0-9a-f]{64}$/, "");
