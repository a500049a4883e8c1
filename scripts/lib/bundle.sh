# The command line as one bundle, build/weir.mjs, made from ci/. Sourced after say.sh and lock.sh; WEIR_ROOT is set.
# shellcheck shell=bash

# A file's change time says more than its modification time: it also tells of a file that was moved or copied in with
# an old date. A folder's tells of a file that went. BusyBox's find knows the modification time only.
bundle_is_current() {
  local bundle=$WEIR_ROOT/build/weir.mjs changed
  [[ -e $bundle ]] || return 1
  local inputs=("$WEIR_ROOT/ci" "$WEIR_ROOT"/{package.json,package-lock.json,tsconfig.json,scripts/lib/bundle.mjs})
  changed=$(find "${inputs[@]}" -newercm "$bundle" -print -quit 2>/dev/null) ||
    changed=$(find "${inputs[@]}" -newer "$bundle" -print -quit) || return 1
  [[ -z $changed ]]
}

# Call it with the lock held. Does nothing where another start has just done it.
make_bundle() {
  ! bundle_is_current || return 0
  local start
  milliseconds start
  node "$WEIR_ROOT/scripts/lib/bundle.mjs" >&2 || die 4 "could not bundle $WEIR_ROOT/ci; what is wrong stands above"
  say "bundled ci/ in $(time_since "$start")"
}
