#!/bin/bash
# Starts PostgreSQL from the variables that its usual image knows: POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB,
# POSTGRES_INITDB_ARGS, PGDATA, and the scripts (*.sql, *.sh) in /docker-entrypoint-initdb.d.
set -euo pipefail
export PGDATA=${PGDATA:-/var/lib/postgresql/data}
user=${POSTGRES_USER:-postgres} database=${POSTGRES_DB:-${POSTGRES_USER:-postgres}}
[ "${1:-postgres}" = postgres ] || [ "${1#-}" != "$1" ] || exec "$@"
[ "${1:-}" != postgres ] || shift

if [ "$(id -u)" = 0 ]; then
  install -d -o postgres -g postgres -m 700 "$PGDATA"
  install -d -o postgres -g postgres -m 2775 /var/run/postgresql
  exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
fi

if [ ! -s "$PGDATA/PG_VERSION" ]; then
  if [ -z "${POSTGRES_PASSWORD:-}" ] && [ "${POSTGRES_HOST_AUTH_METHOD:-}" != trust ]; then
    echo "postgres: set POSTGRES_PASSWORD, or POSTGRES_HOST_AUTH_METHOD=trust" >&2
    exit 1
  fi
  # shellcheck disable=SC2086 # POSTGRES_INITDB_ARGS holds several arguments by definition.
  initdb --username="$user" --pwfile=<(printf '%s\n' "${POSTGRES_PASSWORD:-none}") --encoding=UTF8 --locale=C.UTF-8 --auth-local=trust --auth-host=scram-sha-256 ${POSTGRES_INITDB_ARGS:-} >/dev/null
  printf 'host all all all %s\n' "${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}" >>"$PGDATA/pg_hba.conf"
  # Reached by its socket alone until it is ready, so that nobody meets a half-made database.
  pg_ctl --silent --wait --options="-c listen_addresses=''" start >/dev/null
  if [ "$database" != postgres ]; then
    psql --quiet --username="$user" --dbname=postgres --set=ON_ERROR_STOP=1 --set=database="$database" <<<'CREATE DATABASE :"database"'
  fi
  for script in /docker-entrypoint-initdb.d/*; do
    case $script in
    *.sql) psql --quiet --username="$user" --dbname="$database" --set=ON_ERROR_STOP=1 --file="$script" ;;
    *.sh) bash "$script" ;;
    esac
  done
  pg_ctl --silent --wait --mode=fast stop >/dev/null
fi
exec postgres -c listen_addresses='*' "$@"
