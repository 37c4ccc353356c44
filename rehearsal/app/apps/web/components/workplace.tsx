"use client";

import { useCallback, useEffect, useState } from "react";
import { ApiError, get, post, session } from "../lib/api";
import type { Asset, Notification, User, WorkOrder } from "../lib/model";
import { Assets } from "./assets";
import { LoginForm } from "./login-form";
import { Notifications } from "./notifications";
import { WorkOrders } from "./work-orders";

interface Contents {
  me: User;
  users: User[];
  assets: Asset[];
  workOrders: WorkOrder[];
  notifications: Notification[];
}

const REFRESH_MS = 15_000;

async function load(): Promise<Contents> {
  const [{ user: me }, { users }, { assets }, { workOrders }, { notifications }] = await Promise.all([
    get<{ user: User }>("/api/auth/me"),
    get<{ users: User[] }>("/api/users?limit=200"),
    get<{ assets: Asset[] }>("/api/assets"),
    get<{ workOrders: WorkOrder[] }>("/api/work-orders"),
    get<{ notifications: Notification[] }>("/api/notifications"),
  ]);
  return { me, users, assets, workOrders, notifications };
}

/** The whole page: the login, or what a logged-in user works with. */
export function Workplace() {
  const [started, setStarted] = useState(false);
  const [contents, setContents] = useState<Contents>();
  const [problem, setProblem] = useState<string>();

  const report = useCallback((error: unknown) => {
    if (error instanceof ApiError && error.status === 401) {
      session.end();
      setContents(undefined);
    }
    const requestId =
      error instanceof ApiError && error.requestId !== undefined ? ` (request ${error.requestId})` : "";
    setProblem((error instanceof Error ? error.message : String(error)) + requestId);
  }, []);

  const refresh = useCallback(async () => {
    if (session.token() === null) return;
    try {
      setContents(await load());
      setProblem(undefined);
    } catch (error) {
      report(error);
    }
  }, [report]);

  useEffect(() => {
    void refresh().finally(() => setStarted(true));
    const timer = setInterval(() => void refresh(), REFRESH_MS);
    return () => clearInterval(timer);
  }, [refresh]);

  /** Does something that changes data, then shows the new state; tells whether it worked. */
  const act = useCallback(
    async (work: () => Promise<unknown>): Promise<boolean> => {
      try {
        await work();
        await refresh();
        return true;
      } catch (error) {
        report(error);
        return false;
      }
    },
    [refresh, report],
  );

  const logOut = async () => {
    await post("/api/auth/logout").catch(() => undefined);
    session.end();
    setContents(undefined);
    setProblem(undefined);
  };

  return (
    <>
      <header>
        <h1>E-Maintenance</h1>
        {contents && (
          <div className="who">
            <Notifications items={contents.notifications} act={act} />
            <span>
              {contents.me.name} <small>{contents.me.role}</small>
            </span>
            <button className="quiet" onClick={() => void logOut()}>
              Log out
            </button>
          </div>
        )}
      </header>
      {problem !== undefined && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
      {started && !contents && <LoginForm onLogin={refresh} onProblem={report} />}
      {contents && (
        <main>
          <WorkOrders items={contents.workOrders} users={contents.users} assets={contents.assets} act={act} />
          <Assets items={contents.assets} act={act} />
        </main>
      )}
    </>
  );
}
