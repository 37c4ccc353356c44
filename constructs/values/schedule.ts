/** When something runs on the host. */
export interface Schedule {
  /**
   * Lines of the section [Timer] of a systemd timer.
   *
   * @param timeZone name of the tz database in which times of day are meant
   */
  timer(timeZone: string): readonly string[];

  /** For people, for example `at 02:00, every day (UTC)`. */
  inWords(timeZone: string): string;
}
