# One start at a time installs and bundles. Sourced after say.sh; WEIR_ROOT is set.
# shellcheck shell=bash

# Takes the lock on descriptor 9. The kernel frees it when the last process that holds the descriptor has ended, whatever
# ended it: after `kill -9` of a launcher, the npm that it left behind still holds the lock, and then nobody does.
take_lock() {
  mkdir -p "$WEIR_ROOT/build" 2>/dev/null && [[ -w $WEIR_ROOT/build && -w $WEIR_ROOT ]] ||
    die 4 "can't write to $WEIR_ROOT, where dependencies must be installed. Run this once as a user who can: $WEIR_ROOT/scripts/weir --version"
  exec 9>"$WEIR_ROOT/build/.lock"
  if ! lock_descriptor now; then
    say "another start of weir is installing here: waiting for it"
    lock_descriptor wait &
    progress $! "waiting for the other start"
    wait $! || die 4 "could not take the lock $WEIR_ROOT/build/.lock"
  fi
}

free_lock() {
  exec 9>&-
}

# Debian has flock; macOS has none, but has Perl, and a lock that a child takes on an inherited descriptor stays ours.
lock_descriptor() {
  if hash flock 2>/dev/null; then
    if [[ $1 == now ]]; then flock -n 9; else flock 9; fi
  elif hash perl 2>/dev/null; then
    # shellcheck disable=SC2016 # the variables are Perl's
    perl -e 'use Fcntl ":flock"; open(my $lock, ">&=9") or exit 1; exit(flock($lock, LOCK_EX | ($ARGV[0] eq "now" ? LOCK_NB : 0)) ? 0 : 1)' "$1"
  else
    die 4 "needs flock. Install it: apt-get install -y util-linux"
  fi
}
