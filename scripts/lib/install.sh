# Node, npm, and the packages of package-lock.json in node_modules. Sourced after say.sh and lock.sh; WEIR_ROOT is set.
# shellcheck shell=bash

# node_modules/.weir-install/lock holds the lockfile's hash and Node's major version, and bears the lockfile's time;
# .weir-install/node holds the path of the node that was used, and bears that program's time. Comparing four times by
# shell builtins costs well under a millisecond; only where they differ is anything read and hashed.
install_is_current() {
  local lockfile=$WEIR_ROOT/package-lock.json stamp=$WEIR_ROOT/node_modules/.weir-install node recorded
  [[ -e $stamp/lock && -e $stamp/node ]] || return 1
  [[ ! $lockfile -nt $stamp/lock && ! $lockfile -ot $stamp/lock ]] || return 1
  node=$(type -P node) || return 1
  IFS= read -r recorded <"$stamp/node" || return 1
  [[ $recorded == "$node" && ! $node -nt $stamp/node && ! $node -ot $stamp/node ]]
}

# Call it with the lock held. Does nothing where another start has just done it.
install_dependencies() {
  ! install_is_current || return 0
  require_node
  local hash major total state recorded=
  read -r hash major total state < <(node "$WEIR_ROOT/scripts/lib/dependencies.mjs" "$WEIR_ROOT") ||
    die 4 "could not read $WEIR_ROOT/package-lock.json"
  IFS= read -r recorded 2>/dev/null <"$WEIR_ROOT/node_modules/.weir-install/lock" || true
  if [[ $recorded == "$hash $major" ]] || [[ $state == complete && (-z $recorded || ${recorded#* } == "$major") ]]; then
    write_stamp "$hash $major"
    return 0
  fi
  run_npm_ci "$total"
  write_stamp "$hash $major"
}

require_node() {
  local install="apt-get install -y nodejs npm && npm install --global node@22" version
  [[ $OSTYPE != darwin* ]] || install="brew install node"
  hash node 2>/dev/null || die 4 "needs Node.js 20 or newer, and there is none. Install it: $install"
  version=$(node --print process.versions.node) || die 4 "needs Node.js 20 or newer, but $(type -P node) does not start. Install it: $install"
  ((${version%%.*} >= 20)) || die 4 "needs Node.js 20 or newer, and $(type -P node) is $version. Install it: $install"
  hash npm 2>/dev/null || die 4 "needs npm, and there is none beside Node.js. Install it: apt-get install -y npm"
}

# What was there is disowned first, so that an install that is broken off can't pass for a complete one. Development
# packages are wanted (esbuild is one), install scripts are not: nothing here needs them.
run_npm_ci() {
  local total=$1 start log=$WEIR_ROOT/build/install.log npm status=0
  milliseconds start
  rm -rf "$WEIR_ROOT/node_modules/.weir-install" "$WEIR_ROOT/node_modules/.package-lock.json"
  say "installing $total Node packages (npm ci); only the first start does this"
  (cd "$WEIR_ROOT" && exec npm ci --include=dev --include=optional --ignore-scripts --prefer-offline --fetch-timeout=60000 \
    --no-fund --no-audit --no-progress) >"$log" 2>&1 </dev/null &
  npm=$!
  # npm finishes what it is at before it heeds SIGTERM, which takes half a minute.
  trap 'kill -9 "$npm" 2>/dev/null || true; exit 130' INT
  trap 'kill -9 "$npm" 2>/dev/null || true; exit 143' TERM HUP
  progress "$npm" "installing Node packages" count_packages
  wait "$npm" || status=$?
  trap - INT TERM HUP
  if ((status != 0)); then
    tail -n 30 "$log" >&2
    die 4 "npm ci failed with exit code $status after $(time_since "$start"). All of its output: $log"
  fi
  say "installed in $(time_since "$start")"
}

# npm makes all the folders at once; a package is there once its package.json is.
count_packages() {
  local file there=0
  for file in "$WEIR_ROOT"/node_modules/{[!@.]*,@*/*}/package.json; do
    [[ ! -e $file || there -eq total ]] || there=$((there + 1))
  done
  REPLY="$there of $total"
}

# Renamed into place, so a stamp is there whole or not at all.
write_stamp() {
  local stamp=$WEIR_ROOT/node_modules/.weir-install node
  node=$(type -P node)
  rm -rf "$stamp" "$stamp.new"
  mkdir -p "$stamp.new"
  printf '%s\n' "$1" >"$stamp.new/lock"
  printf '%s\n' "$node" >"$stamp.new/node"
  touch -r "$WEIR_ROOT/package-lock.json" "$stamp.new/lock"
  touch -r "$node" "$stamp.new/node"
  mv "$stamp.new" "$stamp"
}
