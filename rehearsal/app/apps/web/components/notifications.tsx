"use client";

import { post } from "../lib/api";
import type { Notification } from "../lib/model";
import type { Act } from "./act";

/** What is new for the user, behind a small counter. */
export function Notifications({ items, act }: { items: Notification[]; act: Act }) {
  const unread = items.filter(({ readAt }) => readAt === null);
  if (unread.length === 0) return null;
  const readAll = () => Promise.all(unread.map(({ id }) => post(`/api/notifications/${id}/read`)));
  return (
    <details className="notifications">
      <summary aria-label={`${unread.length} unread notifications`}>{unread.length} new</summary>
      <div className="card">
        <ul>
          {unread.slice(0, 10).map(({ id, message }) => (
            <li key={id}>{message}</li>
          ))}
        </ul>
        <button className="quiet" onClick={() => void act(readAll)}>
          Mark all as read
        </button>
      </div>
    </details>
  );
}
