#!/bin/sh
# Writes one dated copy of the data into a folder, and keeps the newest fourteen.
#
#     backup.sh FOLDER
#
# It reads ROUNDS_HOME and ROUNDS_DATABASE_URL (or its _FILE) as the product does. The copy is consistent while people
# work. It holds people's names, addresses and allergies: the folder must be readable by nobody else.
set -eu
umask 077

KEEP=14

fail() { printf 'backup: %s\n' "$*" >&2; exit 1; }

[ $# -eq 1 ] || fail "name the folder for the copies: backup.sh FOLDER"
home=${ROUNDS_HOME:-$HOME/.local/share/food-rounds}
url=${ROUNDS_DATABASE_URL:-}
[ -n "$url" ] || [ -z "${ROUNDS_DATABASE_URL_FILE:-}" ] || url=$(cat "$ROUNDS_DATABASE_URL_FILE")
mkdir -p "$1"
stamp=$(date -u +%Y-%m-%dT%H%M%SZ)

keep_newest() { ls -1t "$@" 2>/dev/null | tail -n +$((KEEP + 1)) | while read -r old; do rm -- "$old"; done; }

# With a key, the product makes one locked file of everything and tries it out.
if [ -n "${ROUNDS_BACKUP_KEY:-}${ROUNDS_BACKUP_KEY_FILE:-}" ]; then
    rounds backup "$1/rounds-$stamp.age"
    keep_newest "$1"/rounds-*.age
    exit 0
fi

case $url in
    '' | sqlite:*)
        command -v sqlite3 >/dev/null || fail "sqlite3 is not installed: apt install sqlite3"
        file=${url#sqlite:///}
        [ -n "$file" ] || file=$home/rounds.sqlite
        [ -f "$file" ] || fail "there is no database $file yet"
        copy=$1/rounds-$stamp.sqlite
        sqlite3 "$file" ".timeout 60000" ".backup '$copy.partial'"
        [ "$(sqlite3 "$copy.partial" 'PRAGMA integrity_check')" = ok ] || fail "the copy $copy.partial is damaged"
        ;;
    postgres*)
        # A dump without a key would show the database's password to every user of the machine, and be readable by whoever finds it.
        fail "a copy of PostgreSQL needs a key: rounds backup-key FILE, then set ROUNDS_BACKUP_KEY_FILE to it"
        ;;
    *) fail "cannot copy this kind of database" ;;
esac
# A name without .partial is a whole copy.
mv "$copy.partial" "$copy"
# With the date of its database: a key that is dropped later still opens the copies made before.
for keys in secret-key field-keys; do
    [ ! -f "$home/$keys" ] || cp "$home/$keys" "$1/$keys-$stamp"
    keep_newest "$1/$keys"-*
done
keep_newest "$1"/rounds-*.sqlite
printf 'Copied to %s\n' "$copy"
