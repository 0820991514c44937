#!/bin/sh
# Runs once, while the image is built: packages, the user, and the directories that are mounted over.
set -eu
: "${POSTGRES:?}" "${USER_ID:?}" "${LOCALES?}" "${PGDG:?}"
export DEBIAN_FRONTEND=noninteractive

# Before Debian's packages, which then take this user for their own.
groupadd --gid "$USER_ID" postgres
useradd --uid "$USER_ID" --gid "$USER_ID" --home-dir /var/lib/postgresql --no-create-home --shell /bin/bash postgres

# Patroni makes the data directory, nobody else.
mkdir -p /etc/postgresql-common/createcluster.d
echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.d/howdah.conf

install='apt-get install -qq -y --no-install-recommends'
apt-get update -q
if [ "$PGDG" = yes ]; then
  $install ca-certificates postgresql-common
  /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y
fi
$install \
  "postgresql-$POSTGRES" "postgresql-$POSTGRES-pgaudit" "postgresql-$POSTGRES-pgauditlogtofile" \
  pgbackrest tini ca-certificates locales libnss-extrausers \
  python3-minimal python3-cdiff python3-click python3-dateutil python3-etcd python3-prettytable \
  python3-psutil python3-psycopg2 python3-urllib3 python3-yaml

for locale in $LOCALES; do
  localedef --inputfile="${locale%%.*}" --charmap="${locale#*.}" "$locale"
done

# A user without a line in /etc/passwd (OpenShift) gets one in /tmp, from the entrypoint; glibc itself reads
# it there, so it holds for every process and for `kubectl exec`.
sed -i 's/^passwd:.*/& extrausers/' /etc/nsswitch.conf
mkdir -p /var/lib/extrausers
ln -sfn /tmp/passwd /var/lib/extrausers/passwd

# pgBackRest would fall back to this one, silently, when its own is not mounted.
rm -f /etc/pgbackrest.conf
# Nothing is mounted yet, or a volume is: then these are only names. Group 0 may do what the user may.
set -- /var/lib/postgresql /var/lib/postgresql/data /var/log/postgresql /var/run/postgresql \
  /var/lib/howdah /var/lib/pgbackrest /var/log/pgbackrest /var/spool/pgbackrest
mkdir -p "$@" /etc/patroni /etc/pgbackrest /etc/howdah/config /etc/howdah/postgres /etc/howdah/secrets
chown "$USER_ID:0" "$@"
chmod 2775 "$@"

# Nobody becomes root here.
find / -xdev -type f -perm /6000 -exec chmod a-s {} +

# Debian's compiled Python is told apart by its sources' times, which a build that gives all files the same time changes:
# Patroni would then compile some hundred modules at each start, and could keep none.
python3 -m compileall -q -f --invalidation-mode unchecked-hash /usr/lib/python3 /usr/lib/python3.*

apt-get clean
rm -rf /var/lib/apt/lists/* /var/cache/apt /var/cache/debconf/*-old /var/cache/ldconfig/aux-cache \
  /var/log/apt /var/log/*.log /var/lib/dpkg/*-old /etc/postgresql-common/createcluster.d/howdah.conf
# Made by ssl-cert: a private key that everybody would share.
rm -f /etc/ssl/private/ssl-cert-snakeoil.key /etc/ssl/certs/ssl-cert-snakeoil.pem
