#!/usr/bin/env bash
# A PostgreSQL server for tests: prints its address when it answers, and is gone when standard input ends. It listens on a
# socket in its own new directory, trusts whoever reaches that, and keeps nothing over a crash. Where root starts it, nobody runs it.
set -euo pipefail
bin=$(printf '%s\n' /usr/lib/postgresql/*/bin/postgres | sort -V | tail -n 1)
[[ -x $bin ]] || bin=$(command -v postgres) || { echo "there is no PostgreSQL" >&2; exit 69; }
bin=${bin%/*}
as=()
((EUID)) || as=(setpriv --reuid=nobody --regid=nogroup --clear-groups --)
directory=$(mktemp -d /tmp/keyward-postgres.XXXXXX)
server=
finish() {
    trap '' HUP INT QUIT TERM
    [[ -z $server ]] || { kill -INT "$server" && wait "$server"; } || true
    rm -rf "$directory"
}
trap finish EXIT
trap 'exit 1' HUP INT QUIT TERM
((EUID)) || chown nobody:nogroup "$directory"
cd "$directory"

# Its texts are ordered as people order them, so that a column of ours that is to be ordered by its bytes has to say so.
"${as[@]}" "$bin/initdb" --pgdata="$directory/data" --username=postgres --auth=trust --no-sync --encoding=UTF8 --locale=C.UTF-8 \
    --locale-provider=icu --icu-locale=en-US >"$directory/log"
"${as[@]}" "$bin/postgres" -D "$directory/data" -c listen_addresses= -c unix_socket_directories="$directory" \
    -c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_connections=300 -c max_locks_per_transaction=512 \
    </dev/null >>"$directory/log" 2>&1 &
server=$!
until "$bin/pg_isready" -q -h "$directory"; do
    kill -0 "$server" 2>/dev/null || { cat "$directory/log" >&2; exit 70; }
    read -rt 0.05 <> <(:) || true
done
"$bin/psql" -qX -h "$directory" -U postgres -c 'CREATE DATABASE keyward' \
    -c 'CREATE ROLE keyward_owner LOGIN' -c 'CREATE ROLE keyward_console LOGIN' -c 'CREATE ROLE keyward_verifier LOGIN' \
    -c 'GRANT CREATE ON DATABASE keyward TO keyward_owner'
echo "postgres:///keyward?host=$directory&user=postgres"
while read -r _; do :; done
