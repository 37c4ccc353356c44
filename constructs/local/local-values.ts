import type { ApplicationValues } from "../configuration/application-values";
import type { LocalFiles } from "./local-files";

/** The deploy-time values of a development system. Its Redis has no password: it answers on this machine only. */
export function localValues(files: LocalFiles, publicUrl: string): ApplicationValues {
  return {
    postgresPassword: { stringValue: files.postgresPassword },
    jwtSecret: { stringValue: files.jwtSecret },
    redisPassword: { stringValue: "" },
    publicUrl: { stringValue: publicUrl },
  };
}
