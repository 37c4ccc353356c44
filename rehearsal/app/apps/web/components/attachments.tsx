"use client";

import { useCallback, useEffect, useState } from "react";
import { download, get, post } from "../lib/api";
import type { Attachment, WorkOrder } from "../lib/model";
import type { Act } from "./act";

/** The files of a work order, and a way to add more. */
export function Attachments({ workOrder, act }: { workOrder: WorkOrder; act: Act }) {
  const path = `/api/work-orders/${workOrder.id}/attachments`;
  const [items, setItems] = useState<Attachment[]>([]);

  const load = useCallback(
    async () => setItems((await get<{ attachments: Attachment[] }>(path)).attachments),
    [path],
  );
  useEffect(() => void load().catch(() => setItems([])), [load]);

  const add = async (input: HTMLInputElement) => {
    const files = [...(input.files ?? [])];
    if (files.length === 0) return;
    const form = new FormData();
    for (const file of files) form.append("files", file);
    await act(async () => {
      await post(path, form);
      await load();
    });
    input.value = "";
  };

  return (
    <div className="attachments">
      {items.map(({ id, fileName, sizeBytes }) => (
        <button key={id} className="link" onClick={() => void act(() => download(`${path}/${id}`, fileName))}>
          {fileName} <small>{Math.ceil(sizeBytes / 1024)} KiB</small>
        </button>
      ))}
      <label>
        Add up to five files of 10 MB
        <input type="file" multiple onChange={(event) => void add(event.target)} />
      </label>
    </div>
  );
}
