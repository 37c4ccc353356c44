/** Exit code of a program that a person ended. */
export const INTERRUPTED_CODE = 130;

/** Whoever typed Ctrl-C knows why it ended. */
export class Interrupted extends Error {}

/** Ctrl-C, or its like: noticed once, and as often as it is typed no reason to break off. */
export class Interrupt {
  /** Whether it has happened. */
  seen = false;
  readonly happened: Promise<void>;

  constructor() {
    this.happened = new Promise((resolve) => {
      for (const signal of ["SIGINT", "SIGTERM"] as const) {
        process.on(signal, () => {
          this.seen = true;
          resolve();
        });
      }
    });
  }
}
