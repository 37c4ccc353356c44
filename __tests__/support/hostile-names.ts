/** Names that PostgreSQL takes, and that a shell, a client program or a terminal might take for something else. */
export const HOSTILE_NAMES = [
  "$(id>executed)",
  "`id>executed`",
  "a[$(id>executed)]",
  "';id>executed;'",
  'x"; DROP DATABASE emaintenance; --',
  "--file=precious",
  "-rf",
  "dbname=postgres host=198.51.100.1",
  "postgresql://198.51.100.1/postgres",
  "two\nlines\n$(id>executed)",
  "\\! id > /tmp/executed",
  "CREATE ROLE x; \\! id",
  "*",
  "%s",
  "\u001b]0;title\u0007",
  "x".repeat(63),
];

/** A name as SQL writes it. */
export const quotedName = (name: string) => `"${name.replace(/"/g, '""')}"`;

/** A text as SQL writes it. */
export const quotedText = (text: string) => `'${text.replace(/'/g, "''")}'`;

/** Statements that make a schema with each of the names, a table of that name in it, and a comment with its text. */
export const HOSTILE_SCHEMAS: readonly string[] = HOSTILE_NAMES.flatMap((name) => [
  `CREATE SCHEMA ${quotedName(name)}`,
  `CREATE TABLE ${quotedName(name)}.${quotedName(name)} (id int)`,
  `COMMENT ON TABLE ${quotedName(name)}.${quotedName(name)} IS ${quotedText(name)}`,
]);
