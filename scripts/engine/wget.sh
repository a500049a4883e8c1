#!/bin/sh
# What debootstrap asks of wget, answered by apt's download helper: `wget … -O FILE URL`.
set -eu
file= url=
while [ $# -gt 0 ]; do
  case $1 in
  -O) file=$2 && shift ;;
  -*) ;;
  *) url=$1 ;;
  esac
  shift
done
exec /usr/lib/apt/apt-helper -o APT::Sandbox::User=root download-file "$url" "$file"
