import { numberOutOfRange } from "../errors";
import type { Schedule } from "./schedule";

/** Once a host has booted, and then again and again with a pause between the end of one run and the next. */
export class PauseSchedule implements Schedule {
  /**
   * @param seconds pause between two runs, from 1 to 3600
   * @throws ConfigurationError when it is none of these
   */
  static ofSeconds(seconds: number): PauseSchedule {
    if (!Number.isInteger(seconds) || seconds < 1 || seconds > 3600) {
      throw numberOutOfRange("pause between two runs", seconds, "whole seconds from 1 to 3600, such as 10");
    }
    return new PauseSchedule(seconds);
  }

  private constructor(readonly seconds: number) {}

  /** From the start of the timer, so also when it is installed on a host that has long been up. */
  timer(): readonly string[] {
    return [`OnActiveSec=${this.seconds}s`, `OnUnitInactiveSec=${this.seconds}s`];
  }

  inWords(): string {
    return `${this.seconds} s after the last run`;
  }
}
