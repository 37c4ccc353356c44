/**
 * Writes a line in the form that Terraform takes over into its own log (TF_LOG). Never pass a value of a configuration or
 * a state here: passwords are among them.
 */
export function log(level: "debug" | "info" | "warn" | "error", message: string): void {
  const line = { "@level": level, "@message": message, "@timestamp": new Date().toISOString() };
  process.stderr.write(`${JSON.stringify(line)}\n`);
}
