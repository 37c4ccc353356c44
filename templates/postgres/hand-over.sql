-- Gives everything of one database that belongs to the cluster's first role (OID 10, the superuser) to the role :"to". It may
-- run again at any time: it finds what still belongs to the superuser. REASSIGN OWNED is refused for that role.
--
-- The superuser keeps: what PostgreSQL and its extensions have made; whatever is in the schema pg_catalog, which answers the
-- superuser itself; event triggers and their functions, foreign data wrappers, subscriptions, untrusted languages and
-- publications of all tables, which no other role may own.
--
-- Variables: to, the new owner; main, the system's own database.

-- One statement each: a lock lasts for a moment, and no number of tables fills the table of locks.
SELECT current_setting('server_version_num')::int >= 150000 AS has_schema_publications \gset
\if :has_schema_publications
SELECT format('{%s}', string_agg(DISTINCT pnpubid::text, ',')) AS bound_publications FROM pg_publication_namespace \gset
\else
\set bound_publications {}
\endif

SELECT format('ALTER %s OWNER TO %I', what, :'to') FROM (
  SELECT 'pg_namespace'::regclass AS class, oid, format('SCHEMA %I', nspname) AS what, oid AS schema
    FROM pg_namespace WHERE nspowner = 10 AND (oid >= 16384 OR nspname = 'public')
  UNION ALL
  SELECT 'pg_class'::regclass, c.oid, format('%s %I.%I', CASE relkind WHEN 'S' THEN 'SEQUENCE' WHEN 'v' THEN 'VIEW'
      WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END, nspname, relname), relnamespace
    FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
    WHERE relowner = 10 AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
      -- The sequence of a column follows its table.
      AND NOT (relkind = 'S' AND EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
        AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')))
  UNION ALL
  SELECT 'pg_type'::regclass, t.oid, format('TYPE %I.%I', nspname, typname), typnamespace
    FROM pg_type t JOIN pg_namespace n ON n.oid = typnamespace
    WHERE typowner = 10 AND typtype IN ('b', 'c', 'd', 'e', 'r')
      -- The type of a table's rows follows the table, that of an array its elements.
      AND (typrelid = 0 OR EXISTS (SELECT FROM pg_class c WHERE c.oid = typrelid AND c.relkind = 'c'))
      AND NOT EXISTS (SELECT FROM pg_type element WHERE element.typarray = t.oid)
  UNION ALL
  SELECT 'pg_proc'::regclass, oid, format('ROUTINE %s', oid::regprocedure), pronamespace
    FROM pg_proc WHERE proowner = 10 AND oid NOT IN (SELECT evtfoid FROM pg_event_trigger)
  UNION ALL
  SELECT 'pg_operator'::regclass, oid, format('OPERATOR %s', oid::regoperator), oprnamespace FROM pg_operator WHERE oprowner = 10
  UNION ALL
  SELECT 'pg_opclass'::regclass, o.oid, format('OPERATOR CLASS %I.%I USING %I', nspname, opcname, amname), opcnamespace
    FROM pg_opclass o JOIN pg_namespace n ON n.oid = opcnamespace JOIN pg_am a ON a.oid = opcmethod WHERE opcowner = 10
  UNION ALL
  SELECT 'pg_opfamily'::regclass, o.oid, format('OPERATOR FAMILY %I.%I USING %I', nspname, opfname, amname), opfnamespace
    FROM pg_opfamily o JOIN pg_namespace n ON n.oid = opfnamespace JOIN pg_am a ON a.oid = opfmethod WHERE opfowner = 10
  UNION ALL
  SELECT 'pg_collation'::regclass, c.oid, format('COLLATION %I.%I', nspname, collname), collnamespace
    FROM pg_collation c JOIN pg_namespace n ON n.oid = collnamespace WHERE collowner = 10
  UNION ALL
  SELECT 'pg_conversion'::regclass, c.oid, format('CONVERSION %I.%I', nspname, conname), connamespace
    FROM pg_conversion c JOIN pg_namespace n ON n.oid = connamespace WHERE conowner = 10
  UNION ALL
  SELECT 'pg_ts_dict'::regclass, d.oid, format('TEXT SEARCH DICTIONARY %I.%I', nspname, dictname), dictnamespace
    FROM pg_ts_dict d JOIN pg_namespace n ON n.oid = dictnamespace WHERE dictowner = 10
  UNION ALL
  SELECT 'pg_ts_config'::regclass, c.oid, format('TEXT SEARCH CONFIGURATION %I.%I', nspname, cfgname), cfgnamespace
    FROM pg_ts_config c JOIN pg_namespace n ON n.oid = cfgnamespace WHERE cfgowner = 10
  UNION ALL
  SELECT 'pg_statistic_ext'::regclass, s.oid, format('STATISTICS %I.%I', nspname, stxname), stxnamespace
    FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = stxnamespace WHERE stxowner = 10
  UNION ALL
  SELECT 'pg_foreign_server'::regclass, oid, format('SERVER %I', srvname), 0 FROM pg_foreign_server WHERE srvowner = 10
  UNION ALL
  SELECT 'pg_publication'::regclass, oid, format('PUBLICATION %I', pubname), 0
    FROM pg_publication WHERE pubowner = 10 AND NOT puballtables AND oid <> ALL (:'bound_publications'::oid[])
  UNION ALL
  SELECT 'pg_language'::regclass, oid, format('LANGUAGE %I', lanname), 0 FROM pg_language WHERE lanowner = 10 AND lanpltrusted
  UNION ALL
  SELECT 'pg_largeobject_metadata'::regclass, oid, format('LARGE OBJECT %s', oid), 0 FROM pg_largeobject_metadata WHERE lomowner = 10
) AS found
WHERE (oid >= 16384 OR what = 'SCHEMA public' OR class = 'pg_largeobject_metadata'::regclass)
  AND schema NOT IN (SELECT n.oid FROM pg_namespace n WHERE nspname = 'information_schema' OR nspname ~ '^pg_')
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = class AND d.objid = found.oid AND d.deptype = 'e')
ORDER BY class, oid
\gexec

-- Rights that objects get which are made later (ALTER DEFAULT PRIVILEGES): first for the new owner, then as if there had been
-- none for the superuser.
WITH entry AS (
  SELECT d.oid, defaclacl, nspname IS NULL AS everywhere, coalesce('IN SCHEMA ' || quote_ident(nspname) || ' ', '') AS place,
    CASE defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS' WHEN 'T' THEN 'TYPES'
      WHEN 'n' THEN 'SCHEMAS' END AS kind
  FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = defaclnamespace
  WHERE defaclrole = 10 AND defaclobjtype IN ('r', 'S', 'f', 'T', 'n')
), granted AS (
  SELECT entry.*, privilege_type, is_grantable,
    CASE grantee WHEN 0 THEN 'PUBLIC' WHEN 10 THEN quote_ident(:'to') ELSE quote_ident(pg_get_userbyid(grantee)) END AS receiver,
    CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END AS receiver_before
  FROM entry, aclexplode(defaclacl)
), statement AS (
  SELECT oid, 1 AS turn, :'to' AS role, place, format('REVOKE ALL ON %s FROM PUBLIC, %I', kind, :'to') AS change
    FROM entry WHERE everywhere
  UNION ALL
  SELECT oid, 2, :'to', place, format('GRANT %s ON %s TO %s', privilege_type, kind, receiver) || CASE WHEN is_grantable AND receiver <> 'PUBLIC' THEN ' WITH GRANT OPTION' ELSE '' END
    FROM granted
  UNION ALL
  SELECT DISTINCT oid, 3, pg_get_userbyid(10)::text, place, format('REVOKE ALL ON %s FROM %s', kind, receiver_before) FROM granted
  UNION ALL
  SELECT oid, 4, pg_get_userbyid(10)::text, place, format('GRANT ALL ON %s TO %I', kind, pg_get_userbyid(10)) FROM entry WHERE everywhere
  UNION ALL
  SELECT oid, 5, pg_get_userbyid(10)::text, place, format('GRANT ALL ON %s TO PUBLIC', kind)
    FROM entry WHERE everywhere AND kind IN ('FUNCTIONS', 'TYPES')
)
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I %s%s', role, place, change) FROM statement ORDER BY oid, turn
\gexec

-- Last: who owns the database is done with it. The server's own ones stay.
SELECT format('ALTER DATABASE %I OWNER TO %I', datname, :'to') FROM pg_database
WHERE datname = current_database() AND datdba = 10 AND NOT datistemplate AND (datname <> 'postgres' OR datname = :'main')
\gexec
