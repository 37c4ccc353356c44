/** Connections that the database accepts: three services with a pool of ten each, and as many again for operators. */
const MAX_CONNECTIONS = 60;

/**
 * Server settings that fit a memory limit.
 *
 * Source: PostgreSQL documentation, "Resource Consumption": shared_buffers at a quarter of the memory; the planner may
 * count on half of it being file cache; one maintenance job gets a sixteenth. work_mem is what remains per connection
 * when every one of them sorts at once.
 *
 * @param memoryMiB the container's limit, in MiB
 */
export function postgresSettings(memoryMiB: number): Record<string, string> {
  const mebibytes = (share: number) => `${Math.max(1, Math.floor(memoryMiB * share))}MB`;
  return {
    max_connections: String(MAX_CONNECTIONS),
    shared_buffers: mebibytes(1 / 4),
    effective_cache_size: mebibytes(1 / 2),
    maintenance_work_mem: mebibytes(1 / 16),
    work_mem: mebibytes(1 / 4 / MAX_CONNECTIONS),
    max_wal_size: "1GB",
    wal_compression: "on",
    password_encryption: "scram-sha-256",
    // Statements slower than this many milliseconds are worth a line in the log.
    log_min_duration_statement: "1000",
    log_lock_waits: "on",
  };
}
