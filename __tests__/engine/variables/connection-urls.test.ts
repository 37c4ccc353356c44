import { container, environment } from "../../support/stack-json";
import { goodValues } from "../../support/good-values";
import { production } from "../../support/stacks";
import { Terraform } from "../../support/terraform";

/** The real Terraform: what the services get, for a password as an operator gives it. */
let terraform: Terraform;
const good = goodValues();

beforeAll(async () => {
  const stack = production();
  const { DATABASE_URL, REDIS_URL } = environment(container(stack, "user-service"));
  const { REDIS_PASSWORD } = environment(container(stack, "redis"));
  const { POSTGRES_PASSWORD } = environment(container(stack, "postgres"));
  terraform = await Terraform.on(stack, { DATABASE_URL, REDIS_URL, REDIS_PASSWORD, POSTGRES_PASSWORD });
});

const PASSWORDS = [
  "correct horse battery staple",
  `/#@:%\${x}%{y}'"\\ ?&=+;,|<>~^*()[]!\``,
  "100%25 %41 + %20 percent",
  "пароль-密码-contraseña",
];

test.each(PASSWORDS)("the password %j reaches PostgreSQL and Redis as it is", async (password) => {
  const values = await terraform.evaluate({
    ...good,
    POSTGRES_PASSWORD: password,
    REDIS_PASSWORD: password,
  });

  expect(values).toMatchObject({ POSTGRES_PASSWORD: password, REDIS_PASSWORD: password });
});

test.each(PASSWORDS)("the password %j comes out of both URLs as it is", async (password) => {
  // WHEN
  const values = await terraform.evaluate({
    ...good,
    POSTGRES_PASSWORD: password,
    REDIS_PASSWORD: password,
  });

  // THEN
  const database = new URL(String(values.DATABASE_URL));
  expect(decodeURIComponent(database.password)).toBe(password);
  expect(database).toMatchObject({
    protocol: "postgresql:",
    username: "postgres",
    host: "emaintenance-postgres:5432",
    pathname: "/emaintenance",
    search: "",
    hash: "",
  });
  const redis = new URL(String(values.REDIS_URL));
  expect(decodeURIComponent(redis.password)).toBe(password);
  expect(redis).toMatchObject({
    protocol: "redis:",
    username: "default",
    host: "emaintenance-redis:6379",
    pathname: "",
  });
});
