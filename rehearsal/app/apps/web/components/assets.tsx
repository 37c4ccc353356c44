"use client";

import type { FormEvent } from "react";
import { post } from "../lib/api";
import type { Asset } from "../lib/model";
import { field, type Act } from "./act";

/** What is maintained: creation and the list. */
export function Assets({ items, act }: { items: Asset[]; act: Act }) {
  const create = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const element = event.currentTarget;
    const form = new FormData(element);
    const body = { code: field(form, "code"), name: field(form, "name"), location: field(form, "location") };
    if (await act(() => post("/api/assets", body))) element.reset();
  };

  return (
    <section>
      <h2>Assets</h2>
      <form className="card row" onSubmit={(event) => void create(event)}>
        <input name="code" placeholder="Code" aria-label="Code" required maxLength={40} />
        <input name="name" placeholder="Name" aria-label="Name" required maxLength={120} />
        <input name="location" placeholder="Location" aria-label="Location" maxLength={120} />
        <button>Add</button>
      </form>
      {items.length === 0 && <p className="empty">No assets yet.</p>}
      <ul className="list">
        {items.map(({ id, code, name, location, status }) => (
          <li key={id} className="card asset">
            <span>
              <span className="number">{code}</span> {name}
            </span>
            <span className="place">{location}</span>
            <span className={`tag ${status}`}>{status}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
