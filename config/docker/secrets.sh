#!/bin/bash
# Make the secrets that docker-compose.yml mounts: each in a file of its own, by chance, once. What is there stays. The
# folder is closed to others. Containers read the files as a group that only they are in; where this user may not give
# files to it, they are readable for whoever gets into the folder: nobody else, on this machine.
set -euo pipefail
umask 077
folder="${1:-secrets}"
mkdir -p "$folder"
chmod 0700 "$folder"

chance() { head -c 24 /dev/urandom | od -An -vtx1 | tr -d ' \n'; }
keep() { # NAME TEXT
  if [ ! -s "$folder/$1" ]; then
    printf '%s\n' "$2" >"$folder/.$1"
    mv "$folder/.$1" "$folder/$1"
    echo "made $folder/$1"
  fi
  chgrp 10001 "$folder/$1" 2>/dev/null && chmod 0640 "$folder/$1" || chmod 0644 "$folder/$1"
}

for name in redis-password postgres-password farm-password viewer-password metrics-password flower-password \
  grafana-password; do
  keep "$name" "$(chance)"
done
# A file that a person wrote may lack its last newline.
read -r redis <"$folder/redis-password" || true
read -r owner <"$folder/postgres-password" || true
read -r farm <"$folder/farm-password" || true
keep redis-auth "requirepass $redis"
keep redis-url "redis://:$redis@redis:6379/0"
keep owner-url "postgresql+psycopg://lectern_owner:$owner@postgres:5432/lectern"
keep ledger-url "postgresql+psycopg://lectern_farm:$farm@postgres:5432/lectern"
# What was made from a password that is another by now would lock its reader out. Addresses of your own are yours.
stale=0
fits() { # NAME PASSWORD-NAME HOW-IT-BEGINS WHAT-IT-HOLDS
  read -r told <"$folder/$1" || true
  case "$told" in
    "$4") ;;
    $3) echo "$folder/$1 holds another password than $folder/$2: remove it, and have it made anew" >&2; stale=1 ;;
  esac
}
fits redis-auth redis-password 'requirepass *' "requirepass $redis"
fits redis-url redis-password 'redis://:*@redis:6379/0' "redis://:$redis@redis:6379/0"
fits owner-url postgres-password '*://lectern_owner:*@postgres:5432/lectern' \
  "postgresql+psycopg://lectern_owner:$owner@postgres:5432/lectern"
fits ledger-url farm-password '*://lectern_farm:*@postgres:5432/lectern' \
  "postgresql+psycopg://lectern_farm:$farm@postgres:5432/lectern"
# Given by others: put what you were given into these.
for name in mail-password page-token ticket-token heartbeat-token; do
  keep "$name" "none"
done
exit "$stale"
