#!/bin/sh
# Run once by the container of PostgreSQL, when its volume is empty: the user that Food Rounds runs as, and its databases.
# It is no superuser, because PostgreSQL keeps networks apart for those who are none. The superuser has no password
# afterwards: only from within the container does anybody get in as it.
set -eu
psql -v ON_ERROR_STOP=1 --quiet --no-psqlrc --username "${POSTGRES_USER:-postgres}" --dbname postgres \
    -v password="$(cat "$POSTGRES_PASSWORD_FILE")" -v superuser="${POSTGRES_USER:-postgres}" <<'SQL'
CREATE ROLE rounds LOGIN CREATEDB NOSUPERUSER NOBYPASSRLS PASSWORD :'password';
CREATE DATABASE rounds OWNER rounds;
CREATE DATABASE rounds_jobs OWNER rounds;
ALTER ROLE :"superuser" PASSWORD NULL;
SQL
