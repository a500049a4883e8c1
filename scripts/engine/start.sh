#!/bin/sh
# Starts the engine and the loopback registry inside a mount and a pid namespace that the caller made (unshare).
# All mounts die with the namespace: nothing is mounted, and no file is replaced, on the host.
set -eu
root=$1 state=$2 registry=$3 run=$4 port=$5

mount --make-rprivate /
mount --bind "$root" "$root"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mkdir -p "$root/run/weir" "$root/old"
mount --bind "$state" "$root/var/lib/dagger"
mount --bind "$registry" "$root/var/lib/docker-registry"
mount --bind "$run" "$root/run/weir"
mount --rbind /dev "$root/dev"
mount --rbind /sys "$root/sys"
mount -t proc proc "$root/proc"
# A file of its own: the engine mounts over it, and must never meet the host's.
for name in resolv.conf hosts; do
  if [ -e "/etc/$name" ]; then cat "/etc/$name" >"$root/etc/$name"; fi
done

cd "$root"
pivot_root . old
umount -l /old

REGISTRY_HTTP_ADDR="127.0.0.1:$port" docker-registry serve /etc/weir/registry.yaml >/run/weir/registry.log 2>&1 &

# tini reaps what containers leave behind and hands SIGTERM on to the engine; when it ends, so does all else in here.
exec tini -- dagger-engine --addr unix:///run/weir/engine.sock --network-name weir --network-cidr 10.87.0.0/16
