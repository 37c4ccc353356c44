import type { ApplicationValues } from "../configuration/application-values";
import type { LocalFiles } from "./local-files";

/** The deploy-time values of a development system. */
export function localValues(files: LocalFiles, publicUrl: string): ApplicationValues {
  return {
    postgresPassword: { stringValue: files.postgresPassword },
    jwtSecret: { stringValue: files.jwtSecret },
    redisPassword: { stringValue: files.redisPassword },
    publicUrl: { stringValue: publicUrl },
  };
}
