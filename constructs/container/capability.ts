/**
 * A Linux capability, as the Docker provider reads it back: `CHOWN` comes back as `CAP_CHOWN`, and would replace the container
 * with every deployment. `ALL` comes back as it is.
 */
export function capability(name: string): string {
  return name === "ALL" || name.startsWith("CAP_") ? name : `CAP_${name}`;
}
