// The rule for every script that root runs, as far as its text can show: what others choose is data
// (docs/security.md). Refused are
//   - a value from outside (the output of a program, a line that was read, an argument) in $((…)), ((…)), [ -gt ] or
//     [[ -gt ]], unless its script checks it: numbers NAME, is_number "$name", or a match with a pattern of digits
//   - a `find` that ends names with line breaks, and words of $(ls …) or $(find …): a name may hold any character but a NUL
// And what a person can no longer read:
//   - a program of jq in quotes that is more than one short line: it belongs into a file of its own, with a test
//   - a script of more than 300 lines
// A line that may stay has a comment on it or above it, with a reason: # shell-rules: allow REASON
import { readFileSync } from "node:fs";

/** Programs that print a whole number, whatever they are told. */
const COUNTERS =
  /^(id -u|id -g|wc (-l|--lines|-c|--bytes)\b|nproc\b|date [^|;]*\+%s|stat --format %[sYSug]\b|stat --file-system --format %S|grep -c\b|jq length\b|ulimit -f|option_value\b)/;
const COMPARISON = /-(?:eq|ne|gt|ge|lt|le)(?=\s)/g;
const REMARK = /#\s*shell-rules: allow(.*)$/;
const LEAST_REASON = 10;

/** jq, and the functions of the scripts that take a program of it. */
const JQ =
  /(^|[|;&({!]|\b(?:if|then|do|else|while|until|as_root))[ \t]*(jq|config|manifest|setting|state_of) /gm;
/** Characters of a program in quotes; a longer one is a file. */
const LONGEST_PROGRAM = 100;
const MOST_LINES = 300;

/**
 * The text without strings, comments and here-documents (each of their characters a blank), and where command and arithmetic
 * substitutions are.
 */
function lex(text) {
  const masked = [...text];
  const arithmetic = [];
  const commands = [];
  const stack = [{ kind: "code" }];
  const documents = [];
  const blank = (from, to) => {
    for (let at = from; at < to && at < masked.length; at += 1) if (masked[at] !== "\n") masked[at] = " ";
  };
  let at = 0;
  const startsStatement = () =>
    /(^|[\n;&|{(!]|\b(if|while|until|for|then|do|else|elif))\s*$/.test(text.slice(Math.max(0, at - 80), at));
  while (at < text.length) {
    const top = stack[stack.length - 1];
    const two = text.slice(at, at + 2);
    const three = text.slice(at, at + 3);
    const char = text[at];
    if (char === "\\") at += 2;
    else if (three === "$((") (stack.push({ kind: "arithmetic", from: at + 3, depth: 0 }), (at += 3));
    else if (two === "$(") (stack.push({ kind: "command", from: at + 2, depth: 0 }), (at += 2));
    else if (two === "${") (stack.push({ kind: "parameter" }), (at += 2));
    else if (top.kind === "quoted") {
      if (char === '"') stack.pop();
      at += 1;
    } else if (top.kind === "parameter") {
      if (char === "}") stack.pop();
      else if (char === '"') stack.push({ kind: "quoted" });
      at += 1;
    } else if (top.kind === "arithmetic") {
      if (char === "(") top.depth += 1;
      else if (char === ")" && top.depth > 0) top.depth -= 1;
      else if (two === "))") {
        arithmetic.push([top.from, at]);
        stack.pop();
        at += 1;
      }
      at += 1;
    } else if (two === "$'" || char === "'") {
      const from = at + (char === "'" ? 1 : 2);
      let to = from;
      while (to < text.length && text[to] !== "'") to += two === "$'" && text[to] === "\\" ? 2 : 1;
      blank(from, to);
      at = to + 1;
    } else if (char === '"') (stack.push({ kind: "quoted" }), (at += 1));
    else if (char === "#" && (at === 0 || /[\s;(]/.test(text[at - 1]))) {
      let to = text.indexOf("\n", at);
      if (to < 0) to = text.length;
      blank(at, to);
      at = to;
    } else if (two === "((" && startsStatement())
      (stack.push({ kind: "arithmetic", from: at + 2, depth: 0 }), (at += 2));
    else if (three === "<<<") at += 3;
    else if (two === "<<") {
      const [whole, , word] = /^<<-?\s*(['"]?)([A-Za-z_]+)\1/.exec(text.slice(at)) ?? ["<<"];
      if (word) documents.push(word);
      at += whole.length;
    } else if (char === "\n" && documents.length > 0) {
      for (const word of documents.splice(0)) {
        const end = new RegExp(`\\n[\\t ]*${word}(?=\\n|$)`).exec(text.slice(at));
        const to = at + (end ? end.index : 0);
        blank(at, to);
        at = to + (end ? end[0].length : 1);
      }
    } else {
      if (char === "(") top.depth = (top.depth ?? 0) + 1;
      else if (char === ")") {
        if ((top.depth ?? 0) > 0) top.depth -= 1;
        else if (top.kind === "command") {
          commands.push([top.from, at]);
          stack.pop();
        }
      }
      at += 1;
    }
  }
  return { masked: masked.join(""), arithmetic, commands };
}

/** Where a string in double quotes ends: the index of its closing quote. */
function endOfQuoted(text, from) {
  let depth = 0;
  let at = from;
  for (; at < text.length; at += 1) {
    if (text[at] === "\\") at += 1;
    else if (text.startsWith("$(", at)) depth += 1;
    else if (text[at] === ")" && depth > 0) depth -= 1;
    else if (text[at] === '"' && depth === 0) break;
  }
  return at;
}

/** Texts in quotes that the commands of jq in a script have as arguments, with where they begin. */
function jqPrograms(text) {
  const found = [];
  for (const match of text.matchAll(JQ)) {
    const line = text.slice(text.lastIndexOf("\n", match.index + match[1].length) + 1, match.index);
    if (/^\s*#/.test(line)) continue;
    let at = match.index + match[0].length;
    while (at < text.length && !/[\n|;&)#]/.test(text[at])) {
      let to = at;
      if (text[at] === "\\") to += 1;
      else if (text[at] === '"') {
        to = endOfQuoted(text, at + 1);
        if (/^[.[{]|^include\b/.test(text.slice(at + 1, to))) found.push([at, text.slice(at + 1, to)]);
      } else if (text[at] === "'") {
        to = text.indexOf("'", at + 1);
        // A quote inside is written '\\''.
        while (text.startsWith("'\\''", to)) to = text.indexOf("'", to + 4);
        if (to < 0) to = text.length;
        found.push([at, text.slice(at + 1, to)]);
      }
      at = to + 1;
    }
  }
  return found;
}

/** Functions of a script, which begin and end at the beginning of a line: from where to where. */
function functions(masked) {
  return [...masked.matchAll(/^[A-Za-z_][\w]*\(\) [({]/gm)].map(({ index, 0: head }) => {
    const line = masked.slice(index, masked.indexOf("\n", index));
    if (/[)}]\s*$/.test(line) && line.trimEnd().length > head.length) return [index, index + line.length];
    const end = /^[)}]/m.exec(masked.slice(index + 1));
    return [index, end ? index + 1 + end.index : masked.length];
  });
}

/**
 * What breaks the rule in a script.
 *
 * @param {string} text
 * @returns {{ line: number, what: string }[]}
 */
export function shellFindings(text) {
  const { masked, arithmetic, commands } = lex(text);
  const lines = text.split("\n");
  const parts = functions(masked);
  const found = [];
  const lineOf = (at) => text.slice(0, at).split("\n").length;
  const scopeOf = (at) => parts.find(([from, to]) => at >= from && at < to) ?? [0, masked.length];
  const outside = parts.reduce(
    (rest, [from, to]) => rest.slice(0, from) + rest.slice(from, to).replace(/[^\n]/g, " ") + rest.slice(to),
    masked,
  );
  const say = (at, what) => {
    const line = lineOf(at);
    // A command begins where the line before does not go on.
    let first = line;
    while (first > 1 && /(\\|\|\||&&|\|)$/.test(lines[first - 2])) first -= 1;
    const remark = lines
      .slice(Math.max(0, first - 2), line)
      .map((one) => REMARK.exec(one ?? ""))
      .find(Boolean);
    if (!remark) found.push({ line, what });
    else if (remark[1].trim().length < LEAST_REASON)
      found.push({ line, what: `${what}; "allow" has no reason` });
  };
  const commandAt = (from) => commands.find(([start]) => start === from);
  const isCounter = (from) => {
    const span = commandAt(from);
    return (
      span !== undefined &&
      (COUNTERS.test(text.slice(...span).trim()) || /\| wc (-l|--lines|-c)\s*$/.test(text.slice(...span)))
    );
  };

  const isChecked = (name, area) => {
    const digits = new RegExp(`\\[\\[ (! )?"?\\$\\{?${name}\\b[^\\n]*?=~ \\^?\\(?\\S*(\\[0-9|\\[1-9)`);
    return (
      new RegExp(`\\bnumbers\\b[^\\n;]*\\s${name}\\b`).test(area) ||
      new RegExp(`\\bis_(number|segment|place) "?\\$\\{?${name}\\b`).test(area) ||
      digits.test(area)
    );
  };

  /** Whether a name has a value from outside in this area; undefined if nothing there gives it one. */
  const comesFromOutside = (name, from, to, seen) => {
    const area = masked.slice(from, to);
    let known;
    const assignment = new RegExp(`(^|[\\s;(&|{])${name}\\+?=(\\S*)`, "gm");
    for (const match of area.matchAll(assignment)) {
      const start = from + match.index + match[0].length - match[2].length;
      const value = text.slice(start).replace(/^"/, "");
      const quote = text[start] === '"' ? 1 : 0;
      let outside = false;
      if (value.startsWith("$((")) outside = false;
      else if (value.startsWith("$(")) outside = !isCounter(start + quote + 2);
      else if (/^\$\{?([0-9@*])/.test(value)) outside = true;
      else if (/^\$\{BASH_REMATCH/.test(value)) outside = false;
      else {
        const [, other] = /^\$\{?([A-Za-z_]\w*)/.exec(value) ?? [];
        outside = other !== undefined && isFromOutside(other, start, [...seen, name]);
      }
      known = known || outside;
    }
    const read = new RegExp(
      `\\b(read|mapfile)\\b[^\\n;<|]*\\s${name}\\b|\\bfor ${name} in\\b(?! \\$\\(seq )`,
    );
    if (read.test(area)) known = true;
    if (new RegExp(`\\bfor ${name} in \\$\\(seq `).test(area)) known ??= false;
    return known;
  };
  const isFromOutside = (name, at, seen = []) => {
    if (seen.includes(name)) return false;
    const [from, to] = scopeOf(at);
    if (isChecked(name, masked.slice(from, to)) || isChecked(name, outside)) return false;
    const here = comesFromOutside(name, from, to, seen);
    if (here !== undefined) return here;
    const anywhere = comesFromOutside(name, 0, masked.length, seen);
    // In capital letters: a setting of the deployment, or a variable of bash.
    return anywhere ?? !/^[A-Z_]+$/.test(name);
  };
  const judge = (expression, at, where) => {
    for (const nested of expression.matchAll(/\$\((?!\()/g)) {
      if (!isCounter(at + nested.index + 2)) say(at, `the output of a program in ${where}`);
    }
    const plain = expression.replace(/\$\((?!\()[\s\S]*$/, "").replace(/\$\{#[^}]*\}/g, "");
    for (const [, positional, name] of plain.matchAll(/\$\{?([0-9])|\b(?<![0-9#])([A-Za-z_]\w*)/g)) {
      if (positional) say(at, `the argument $${positional} in ${where}`);
      else if (isFromOutside(name, at)) say(at, `${name}, which comes from outside, in ${where}`);
    }
  };

  for (const [at, program] of jqPrograms(text)) {
    if (program.includes("\n") || program.length > LONGEST_PROGRAM) {
      say(
        at,
        `a program of jq in quotes, of ${program.split("\n").length} lines and ${program.length} characters`,
      );
    }
  }

  for (const [from, to] of arithmetic) judge(text.slice(from, to), from, "arithmetic");
  for (const { index, 0: operator } of masked.matchAll(COMPARISON)) {
    const lineStart = masked.lastIndexOf("\n", index) + 1;
    if (!/\[/.test(masked.slice(lineStart, index))) continue;
    const left = /(\S+)\s+$/.exec(masked.slice(lineStart, index));
    const right = /^\s+(\S+)/.exec(masked.slice(index + operator.length));
    const operands = [
      left && [left[1], lineStart + left.index, lineStart + left.index + left[1].length],
      right && [right[1], index + operator.length + right[0].length - right[1].length, 0],
    ].filter(Boolean);
    for (const [operand, at, end] of operands) {
      if (operand.includes("$((")) continue;
      if (/\)\)"?$/.test(operand) && arithmetic.some(([, to]) => to < end && to > end - 5)) continue;
      const ended = commands.find(
        ([, to]) => end > 0 && (to === end - 1 || to === end - 2) && /\)"?$/.test(operand),
      );
      if (ended) {
        if (!isCounter(ended[0])) say(at, "the output of a program in a comparison of numbers");
      } else if (/^"?\$\(/.test(operand)) {
        if (!isCounter(at + operand.indexOf("(") + 1))
          say(at, "the output of a program in a comparison of numbers");
      } else if (/^"?\$\{?[0-9]/.test(operand)) say(at, "an argument in a comparison of numbers");
      else {
        const [, name] = /^"?\$\{?([A-Za-z_]\w*)/.exec(operand) ?? [];
        if (name !== undefined && isFromOutside(name, at))
          say(at, `${name}, which comes from outside, in a comparison of numbers`);
      }
    }
  }

  for (const { index, 0: head } of masked.matchAll(
    /(^|[|;&({!]\s*|\b(?:if|then|do|else|as_root|while|until) |^\s*)(find|ls)(?= )/gm,
  )) {
    const at = index + head.length;
    // To the end of the command: the first line that does not go on.
    let to = at;
    do to = text.indexOf("\n", to + 1);
    while (to > 0 && /(\\|\|)$/.test(text.slice(0, to).trimEnd()));
    const command = text.slice(at, to < 0 ? text.length : to);
    const isList = head.endsWith("ls");
    if (
      isList &&
      !/\$\(\s*ls$|\|\s*ls$/.test(text.slice(Math.max(0, at - 6), at)) &&
      !/^ [^\n]*\|/.test(command)
    )
      continue;
    if (!isList && /-print0|\\0['"]|-exec(?:dir)?\b|-delete\b|-quit\b|\| grep -q|> \/dev\/null/.test(command))
      continue;
    say(at, isList ? "names of files out of ls" : "names of files that end with line breaks");
  }
  return found.sort((a, b) => a.line - b.line);
}

/** A script of whatever language that is longer than a person reads. */
function lengthFindings(text) {
  const count = text.split("\n").length - 1;
  return count > MOST_LINES
    ? [{ line: MOST_LINES + 1, what: `${count} lines, of at most ${MOST_LINES}` }]
    : [];
}

/** Prints what breaks the rules in these files; how many findings there are. Those that are no shell only have a length. */
export function checkShellRules(files, isShell = () => true) {
  let count = 0;
  for (const file of files) {
    const text = readFileSync(file, "utf8");
    for (const { line, what } of [...(isShell(file) ? shellFindings(text) : []), ...lengthFindings(text)]) {
      console.error(
        `${file}:${line}: ${what}. Expected a check before it, or a remark with a reason. See scripts/shell-rules.mjs`,
      );
      count += 1;
    }
  }
  return count;
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  process.exitCode = checkShellRules(process.argv.slice(2)) > 0 ? 1 : 0;
}
