import { execFileSync } from "node:child_process";

/**
 * Address of the engine that `docker` talks to: DOCKER_HOST, else that of Docker's current context, as Docker Desktop, Colima
 * and rootless engines set it. Terraform's provider knows no contexts.
 *
 * @returns empty if nothing says: the usual one
 */
export function engineAddress(): string {
  if (process.env.DOCKER_HOST) return process.env.DOCKER_HOST;
  try {
    const words = ["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"];
    return execFileSync("docker", words, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return "";
  }
}
