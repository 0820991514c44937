#!/bin/sh
# Patroni's bootstrap.post_bootstrap: runs once, on the member that initialises the cluster, with a connection
# string. Makes the agents' roles; then whatever SQL is mounted in /etc/howdah/bootstrap, by name.
set -eu
sql=/usr/local/share/howdah
set -- "$1" --file="$sql/extensions.sql" --file="$sql/roles.sql"
for file in /etc/howdah/bootstrap/*.sql; do
  if [ -f "$file" ]; then set -- "$@" --file="$file"; fi
done
database=$1
shift
exec psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --dbname="$database" "$@"
