-- Up Migration
create table assets (
  id uuid primary key default gen_random_uuid(),
  code text not null unique,
  name text not null,
  location text not null default '',
  status text not null default 'operational' check (status in ('operational', 'maintenance', 'retired')),
  responsible_id uuid references users (id),
  created_by uuid not null references users (id),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table asset_attachments (
  id uuid primary key,
  asset_id uuid not null references assets (id),
  file_name text not null,
  media_type text not null,
  size_bytes integer not null,
  sha256 text not null,
  uploaded_by uuid not null references users (id),
  created_at timestamptz not null default now()
);
create index on asset_attachments (asset_id);

-- Down Migration
drop table asset_attachments;
drop table assets;
