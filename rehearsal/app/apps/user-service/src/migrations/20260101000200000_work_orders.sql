-- Up Migration
create table work_orders (
  id uuid primary key default gen_random_uuid(),
  number bigint generated always as identity unique,
  title text not null,
  description text not null default '',
  category text not null default 'general',
  priority text not null default 'medium' check (priority in ('low', 'medium', 'high', 'urgent')),
  status text not null default 'open' check (status in ('open', 'assigned', 'in_progress', 'done', 'cancelled')),
  asset_id uuid references assets (id),
  assignee_id uuid references users (id),
  created_by uuid not null references users (id),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index on work_orders (status, created_at desc);
create index on work_orders (assignee_id);

create table work_order_attachments (
  id uuid primary key,
  work_order_id uuid not null references work_orders (id),
  file_name text not null,
  media_type text not null,
  size_bytes integer not null,
  sha256 text not null,
  uploaded_by uuid not null references users (id),
  created_at timestamptz not null default now()
);
create index on work_order_attachments (work_order_id);

-- A rule without a category or priority matches every one.
create table assignment_rules (
  id uuid primary key default gen_random_uuid(),
  category text,
  priority text check (priority in ('low', 'medium', 'high', 'urgent')),
  assignee_id uuid not null references users (id),
  created_by uuid not null references users (id),
  created_at timestamptz not null default now()
);
create unique index on assignment_rules (coalesce(category, ''), coalesce(priority, ''));

create table notifications (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references users (id),
  work_order_id uuid references work_orders (id),
  message text not null,
  read_at timestamptz,
  created_at timestamptz not null default now()
);
create index on notifications (user_id, created_at desc);

-- Down Migration
drop table notifications;
drop table assignment_rules;
drop table work_order_attachments;
drop table work_orders;
