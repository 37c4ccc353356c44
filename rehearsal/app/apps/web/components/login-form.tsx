"use client";

import { useState, type FormEvent } from "react";
import { post, session } from "../lib/api";
import { field } from "./act";

interface Props {
  onLogin: () => Promise<void>;
  onProblem: (error: unknown) => void;
}

/** Login, and registration of a new user. */
export function LoginForm({ onLogin, onProblem }: Props) {
  const [registering, setRegistering] = useState(false);
  const [busy, setBusy] = useState(false);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const credentials = { username: field(form, "username"), password: form.get("password") };
    setBusy(true);
    try {
      if (registering) {
        const name = field(form, "name");
        await post("/api/auth/register", { ...credentials, ...(name !== "" && { name }) });
      }
      session.begin((await post<{ token: string }>("/api/auth/login", credentials)).token);
      await onLogin();
    } catch (error) {
      onProblem(error);
    } finally {
      setBusy(false);
    }
  };

  return (
    <form className="card login" onSubmit={(event) => void submit(event)}>
      <h2>{registering ? "Register" : "Log in"}</h2>
      <label>
        User name
        <input name="username" autoComplete="username" required minLength={3} maxLength={32} autoFocus />
      </label>
      {registering && (
        <label>
          Full name
          <input name="name" autoComplete="name" maxLength={100} />
        </label>
      )}
      <label>
        Password
        <input
          name="password"
          type="password"
          autoComplete={registering ? "new-password" : "current-password"}
          required
          minLength={registering ? 8 : 1}
          maxLength={128}
        />
      </label>
      <button disabled={busy}>{registering ? "Register" : "Log in"}</button>
      <button type="button" className="link" onClick={() => setRegistering(!registering)}>
        {registering ? "I have a user already" : "Register a new user"}
      </button>
    </form>
  );
}
