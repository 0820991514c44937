#!/bin/sh
# Runs once, while an image is built: gathers in $2 its programs with every library they load, and what those read.
# Nothing else of the distribution comes along. Node and the bundle are those below $1.
#   PROGRAMS   of the distribution
#   MOUNTS     directories to mount over
#   WRITABLE   directories that the user may write, and group 0 with it
set -eu
: "${USER_ID:?}" "${PROGRAMS:?}" "${MOUNTS:=}" "${WRITABLE:=}"
from=$1
image=$2

# Debian has no such link, so that OpenSSL would look for its certificates by hash, one file for each.
ln -sf /etc/ssl/certs/ca-certificates.crt /usr/lib/ssl/cert.pem

# /lib is usr/lib, as programs name their loader there.
mkdir -p "$image/usr/lib"
for name in lib lib64; do
  if [ -L "/$name" ]; then cp -P "/$name" "$image/$name"; mkdir -p "$image/usr/$name"; fi
done

mkdir -p "$image/usr/local/bin" "$image/opt"
strip -o "$image/usr/local/bin/node" "$from/usr/local/bin/node"
cp -a "$from/programs" "$image/opt/howdah"
if [ -e "$from/programs/cli" ]; then ln -s /opt/howdah/cli/main.mjs "$image/usr/local/bin/howdah"; fi

# What ldd names by path: libraries, and the loader itself. usrmerge: only the path below /usr is real.
# shellcheck disable=SC2086 # a list of words
libraries=$(ldd $PROGRAMS "$from/usr/local/bin/node" |
  sed -n -e 's/.*=> \(\/[^ ]*\).*/\1/p' -e 's/^[[:space:]]*\(\/[^ ]*\) (.*/\1/p' | sed 's|^/lib|/usr/lib|' | sort -u)
# shellcheck disable=SC2086
for file in $PROGRAMS $libraries; do
  mkdir -p "$image$(dirname "$file")"
  cp -L "$file" "$image$file"
done

data='/usr/share/zoneinfo /etc/ssl/certs/ca-certificates.crt
  /etc/ssl/openssl.cnf /usr/lib/ssl /etc/os-release /usr/lib/os-release /etc/services /etc/protocols'
for file in $data; do
  mkdir -p "$image$(dirname "$file")"
  cp -a "$file" "$image$file"
done
rm -rf "$image"/usr/share/zoneinfo/right "$image"/usr/share/zoneinfo/posix "$image"/usr/lib/ssl/misc \
  "$image"/usr/lib/ssl/private
printf 'hosts: files dns\npasswd: files\ngroup: files\n' >"$image/etc/nsswitch.conf"
printf 'root:x:0:0:root:/:/nonexistent\npostgres:x:%s:%s:PostgreSQL:/var/lib/postgresql:/nonexistent\n' \
  "$USER_ID" "$USER_ID" >"$image/etc/passwd"
printf 'root:x:0:\npostgres:x:%s:\n' "$USER_ID" >"$image/etc/group"

# Scanners find here which packages the libraries are of, as in distroless images.
mkdir -p "$image/var/lib/dpkg/status.d"
# shellcheck disable=SC2086
for file in $PROGRAMS $libraries /usr/share/zoneinfo/UTC /etc/services /etc/ssl/openssl.cnf; do
  dpkg-query --search "$file" "${file#/usr}" 2>/dev/null | sed -n '1s/[:, ].*//p'
done | sort -u | while read -r package; do
  dpkg-query --status "$package" >"$image/var/lib/dpkg/status.d/$package"
done
dpkg-query --status ca-certificates >"$image/var/lib/dpkg/status.d/ca-certificates"

for directory in $MOUNTS /tmp; do mkdir -p "$image$directory"; done
chmod 1777 "$image/tmp"
for directory in $WRITABLE; do
  mkdir -p "$image$directory"
  chown "$USER_ID:0" "$image$directory"
  chmod 2775 "$image$directory"
done
mkdir -p "$image/run"
ln -s ../run "$image/var/run"
