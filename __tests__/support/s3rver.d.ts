/** What the tests use of it; the package has no types. */
declare module "@20minutes/s3rver" {
  export default class S3Server {
    constructor(options: {
      readonly address: string;
      /** 0: any that is free. */
      readonly port: number;
      readonly directory: string;
      readonly silent: boolean;
      readonly allowMismatchedSignatures: boolean;
    });
    run(): Promise<{ readonly port: number }>;
    close(): Promise<void>;
  }
}
