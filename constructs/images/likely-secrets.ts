import { basename } from "node:path";

/** Bytes of a file that are looked at: a secret in a text is near its beginning, and a picture is no text. */
const LOOKED_AT_BYTES = 1024 * 1024;

/** Names of files that hold secrets, whatever is in them. */
const NAMES: readonly (readonly [RegExp, string])[] = [
  [/^\.env(\.(?!(example|sample|template|dist|defaults?)$).*)?$/, "settings of one place, with its secrets"],
  [/\.tfvars(\.json)?$/, "values of Terraform variables"],
  [/\.tfstate(\..*)?$/, "a Terraform state"],
  [/^id_(rsa|dsa|ecdsa|ed25519)(_sk)?$/, "a private SSH key"],
  [/\.(p12|pfx|jks|keystore|kdbx)$/, "a store of keys"],
  [/^(\.netrc|\.pgpass|\.git-credentials|\.htpasswd|\.dockercfg)$/, "logins"],
  [/^(kubeconfig|.*\.kubeconfig)$/, "a login to a cluster"],
];

/** Places whose files hold secrets. */
const PLACES: readonly (readonly [RegExp, string])[] = [
  [/(^|\/)\.docker\/config\.json$/, "logins to registries"],
  [/(^|\/)\.aws\/(credentials|config)$/, "logins to AWS"],
  [/(^|\/)\.kube\/config$/, "a login to a cluster"],
];

/** What is a secret in any place. Sources: the documentation of each product, on the form of its tokens. */
const CONTENTS: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----(?:\\n|\s)+[A-Za-z0-9+/=:, -]{16}/, "a private key"],
  [
    /^\s*(?:\/\/[^\s=]+:)?_(?:authToken|auth|password)\s*=\s*(?!\$\{)[^\s#]+/m,
    "a login to a package registry",
  ],
  [/\bAKIA[0-9A-Z]{16}\b/, "a key of AWS"],
  [/\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{40,})\b/, "a token of GitHub"],
  [/\bglpat-[A-Za-z0-9_-]{20,}/, "a token of GitLab"],
  [/\bnpm_[A-Za-z0-9]{36}\b/, "a token of npm"],
  [/\bxox[baprs]-[A-Za-z0-9-]{20,}/, "a token of Slack"],
  [/\bsk_live_[A-Za-z0-9]{20,}/, "a key of Stripe"],
  [/\bdckr_pat_[A-Za-z0-9_-]{20,}/, "a token of Docker Hub"],
];

/**
 * What a file seems to hold that must not get into an image, in a few words; undefined if nothing indicates it. Never
 * the secret itself. Why these rules are our own: docs/decisions/006-build-contexts.md.
 *
 * @param path in the context, with slashes
 */
export function likelySecret(path: string, content: Buffer): string | undefined {
  const name = basename(path);
  const named =
    NAMES.find(([pattern]) => pattern.test(name)) ?? PLACES.find(([pattern]) => pattern.test(path));
  if (named) return named[1];
  const text = content.subarray(0, LOOKED_AT_BYTES).toString("latin1");
  if (text.includes("\0")) return undefined;
  return CONTENTS.find(([pattern]) => pattern.test(text))?.[1];
}
