"use client";

import { useState, type FormEvent } from "react";
import { post } from "../lib/api";
import { PRIORITIES, type Asset, type User, type WorkOrder } from "../lib/model";
import { field, type Act } from "./act";
import { Attachments } from "./attachments";

interface Props {
  items: WorkOrder[];
  users: User[];
  assets: Asset[];
  act: Act;
}

/** Work orders: creation, the list, and for each of them assignment, progress and files. */
export function WorkOrders({ items, users, assets, act }: Props) {
  const [openId, setOpenId] = useState<string>();

  const create = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const element = event.currentTarget;
    const form = new FormData(element);
    const assetId = field(form, "assetId");
    const body = {
      title: field(form, "title"),
      description: field(form, "description"),
      priority: field(form, "priority"),
      ...(assetId !== "" && { assetId }),
    };
    if (await act(() => post("/api/work-orders", body))) element.reset();
  };

  return (
    <section>
      <h2>Work orders</h2>
      <form className="card row" onSubmit={(event) => void create(event)}>
        <input
          name="title"
          placeholder="What has to be done?"
          aria-label="Title"
          required
          maxLength={200}
          className="wide"
        />
        <input
          name="description"
          placeholder="Details"
          aria-label="Details"
          maxLength={5000}
          className="wide"
        />
        <select name="assetId" aria-label="Asset" defaultValue="">
          <option value="">No asset</option>
          {assets.map(({ id, code, name }) => (
            <option key={id} value={id}>
              {code} {name}
            </option>
          ))}
        </select>
        <select name="priority" aria-label="Priority" defaultValue="medium">
          {PRIORITIES.map((priority) => (
            <option key={priority}>{priority}</option>
          ))}
        </select>
        <button>Create</button>
      </form>
      {items.length === 0 && <p className="empty">No work orders yet.</p>}
      <ul className="list">
        {items.map((item) => (
          <li key={item.id} className="card">
            <button
              className="title"
              aria-expanded={openId === item.id}
              onClick={() => setOpenId(openId === item.id ? undefined : item.id)}
            >
              <span className="number">#{item.number}</span> {item.title}
            </button>
            <span className="tags">
              <span className={`tag ${item.priority}`}>{item.priority}</span>
              <span className={`tag ${item.status}`}>{item.status.replace("_", " ")}</span>
            </span>
            <Details
              item={item}
              users={users}
              asset={assets.find(({ id }) => id === item.assetId)}
              act={act}
            />
            {openId === item.id && <Attachments workOrder={item} act={act} />}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Details({
  item,
  users,
  asset,
  act,
}: {
  item: WorkOrder;
  users: User[];
  asset: Asset | undefined;
  act: Act;
}) {
  const path = `/api/work-orders/${item.id}`;
  const closed = item.status === "done" || item.status === "cancelled";
  const move = (status: string) => void act(() => post(`${path}/status`, { status }));
  return (
    <div className="details">
      {asset && <span>{asset.code}</span>}
      {item.description !== "" && <span className="description">{item.description}</span>}
      <span className="actions">
        <select
          aria-label={`Assignee of #${item.number}`}
          value={item.assigneeId ?? ""}
          disabled={closed}
          onChange={(event) => void act(() => post(`${path}/assign`, { assigneeId: event.target.value }))}
        >
          <option value="" disabled>
            Nobody
          </option>
          {users.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
        {item.status === "assigned" && (
          <button className="quiet" onClick={() => move("in_progress")}>
            Start
          </button>
        )}
        {!closed && (
          <button className="quiet" onClick={() => move("done")}>
            Done
          </button>
        )}
      </span>
    </div>
  );
}
