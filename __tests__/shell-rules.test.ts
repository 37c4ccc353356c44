import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../lib/run";
import { temporaryFolder } from "./support/temporary-folder";

const RULES = join(__dirname, "../scripts/shell-rules.mjs");

/** What the check says of a script: the numbers of the lines, with what it found there. */
async function findings(script: string): Promise<string[]> {
  const file = join(temporaryFolder(), "script.sh");
  writeFileSync(file, script);
  const { code, stderr } = await run([process.execPath, RULES, file], { allowFailure: true });
  const lines = stderr.split("\n").filter(Boolean);
  expect(code).toBe(lines.length === 0 ? 0 : 1);
  return lines.map((line) => line.replace(`${file}:`, "").replace(/\. Expected a check.*/, ""));
}

test.each([
  [
    "arithmetic over a line that was read",
    "while read -r bytes; do\n  total=$((total + bytes))\ndone",
    "2: bytes",
  ],
  ["arithmetic over the output of a program", 'size=$(psql -c "SELECT 1")\nmost=$((most + size))', "2: size"],
  ["a program inside arithmetic", "number=$(($(jq .number file) + 1))", "1: the output of a program"],
  ["arithmetic over an argument", "f() {\n  echo $(($1 * 2))\n}", "2: the argument $1"],
  ["an argument under another name", "f() {\n  local n=$1\n  echo $((n * 2))\n}", "3: n,"],
  ["a comparison in [ ]", 'n=$(cat file)\n[ "$n" -gt 5 ] && echo more', "2: n,"],
  [
    "a comparison in [[ ]], where bash computes",
    "n=$(cat file)\nif [[ $n -ge 5 ]]; then echo more; fi",
    "2: n,",
  ],
  [
    "the output of a program in a comparison",
    '[ "$(manifest "$1" .bytes)" -gt 5 ]',
    "1: the output of a program",
  ],
  ["an arithmetic command", "read -r n\nif ((n > 5)); then echo more; fi", "2: n,"],
  ["an element of a list of lines", "mapfile -t sizes < file\necho $((sizes[0] + 1))", "2: sizes,"],
  [
    "names that are read by lines",
    'find "$folder" -type f | while read -r name; do rm "$name"; done',
    "1: names of files",
  ],
  ["names out of a format with line breaks", "find . -printf '%s %p\\n' | sort", "1: names of files"],
  ["words of find", 'for name in $(find . -type f); do rm "$name"; done', "1: names of files"],
  ["words of ls", 'for name in $(ls logs); do rm "$name"; done', "1: names of files out of ls"],
  [
    "a program of jq over several lines",
    "jq -r --arg name \"$name\" '.[] |\n  select(.name == $name)' file",
    "1: a program of jq in quotes, of 2 lines",
  ],
  [
    "a long program of jq behind a value of a command",
    `printf x | jq --arg a "$(cut -d ' ' -f 1 <<< "$x")" '${".a | ".repeat(25)}.b'`,
    "1: a program of jq in quotes, of 1 lines and 127 characters",
  ],
  [
    "a program of jq with a quote in it",
    "config '.a | \"'\\''\"' && if ! manifest '.b |\n.c'; then exit 1; fi",
    "1: a program of jq in quotes, of 2 lines",
  ],
  ["a script that nobody reads to its end", ":\n".repeat(301), "301: 301 lines, of at most 300"],
  ["a remark without a reason", "read -r n\n# shell-rules: allow\necho $((n + 1))", "3: n,"],
])("%s is refused", async (_what, script, expected) => {
  const found = await findings(script);
  expect(found).toHaveLength(1);
  expect(found[0]).toContain(expected);
});

test.each([
  ["a number that was checked", "n=$(cat file)\nnumbers n\necho $((n + 1))"],
  ["a number that is asked about", 'n=$(cat file)\nif is_number "$n"; then echo $((n + 1)); fi'],
  ["a match with digits", "read -r n\n[[ $n =~ ^[0-9]{1,9}$ ]] || exit 1\necho $((n + 1))"],
  [
    "what counts by itself",
    'n=$(wc -l < file)\n[ "$n" -gt 5 ] && [ "$(id -u)" -eq 0 ] && echo $((EPOCHSECONDS - n))',
  ],
  ["a setting of the deployment", ': "${LIMIT:?seconds}"\nend=$((SECONDS + LIMIT))'],
  ["a counter of its own", "n=0\nn=$((n + 1))\n[ $((n * 2)) -lt 5 ]"],
  [
    "text, comments and programs of others",
    "# $((x)) find . -print\necho 'find . | while read x; $((y))'\njq '((now - .at) > 5)' file\ncat << 'END'\n$((z))\nEND",
  ],
  [
    "names that end with a NUL",
    "find . -print0 | while IFS= read -r -d '' name; do rm -- \"$name\"; done\nfind . -printf '%s %p\\0' | sort -z",
  ],
  [
    "a find that lists nothing",
    "find . -name '*.new' -delete\nfind . -type f -exec chmod 600 {} +\n[ -n \"$(find . -print -quit)\" ]",
  ],
  [
    "short programs of jq, and words that are no programs",
    "jq -r '.[] | .name' <<< \"$all\"\nquery jq/status.jq -c\nfail \"jq is not installed\" 'a\nb'\njq empty | awk '{\n}'",
  ],
  ["a script that a person reads", ":\n".repeat(300)],
  [
    "a remark with a reason",
    "read -r n\n# shell-rules: allow it is compared as text before\necho $((n + 1))",
  ],
])("%s is not", async (_what, script) => {
  expect(await findings(script)).toEqual([]);
});
