export interface User {
  id: string;
  username: string;
  name: string;
  role: "admin" | "technician";
}

export interface Asset {
  id: string;
  code: string;
  name: string;
  location: string;
  status: "operational" | "maintenance" | "retired";
}

export const PRIORITIES = ["low", "medium", "high", "urgent"] as const;

export interface WorkOrder {
  id: string;
  number: number;
  title: string;
  description: string;
  priority: (typeof PRIORITIES)[number];
  status: "open" | "assigned" | "in_progress" | "done" | "cancelled";
  assetId: string | null;
  assigneeId: string | null;
  createdAt: string;
}

export interface Attachment {
  id: string;
  fileName: string;
  sizeBytes: number;
}

export interface Notification {
  id: string;
  message: string;
  readAt: string | null;
}
