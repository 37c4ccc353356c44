/** A value that a deployment of the application needs, as text or as a reference that Terraform resolves. */
export interface DeployValue {
  readonly stringValue: string;
}

/** What differs from one deployment of the application to the next, wherever it comes from. */
export interface ApplicationValues {
  /** Password of the database user. */
  readonly postgresPassword: DeployValue;
  /** Key that signs the sessions of users. */
  readonly jwtSecret: DeployValue;
  /** Password of Redis. */
  readonly redisPassword: DeployValue;
  /** Origin under which people reach the gateway. */
  readonly publicUrl: DeployValue;
}
