-- Up Migration
create table users (
  id uuid primary key default gen_random_uuid(),
  username text not null unique,
  name text not null,
  role text not null check (role in ('admin', 'technician')),
  password_hash text not null,
  active boolean not null default true,
  created_at timestamptz not null default now()
);

-- Down Migration
drop table users;
