# The programs that only the tests need: clients of CI hosts and of signatures. Sourced after say.sh.
# shellcheck shell=bash

# program:package of Debian and Ubuntu
test_tools=(git:git ps:procps gpg:gnupg ssh-keygen:openssh-client python3:python3 java:default-jre-headless mvn:maven)

missing_test_packages() {
  local each
  for each in "${test_tools[@]}"; do
    hash "${each%%:*}" 2>/dev/null || printf '%s\n' "${each#*:}"
  done
  if ! python3 -m pip --version >/dev/null 2>&1; then printf 'python3-pip\n'; fi
}

# Installs what is missing where it may (root, apt), else names the command that does.
install_test_tools() {
  local packages
  mapfile -t packages < <(missing_test_packages)
  ((${#packages[@]})) || return 0
  if [[ $(id -u) != 0 ]] || ! hash apt-get 2>/dev/null; then
    die 4 "the tests need ${packages[*]}. Install them: apt-get install -y ${packages[*]}"
  fi
  say "installing what the tests need: ${packages[*]}"
  apt-get update -qq </dev/null
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" </dev/null >/dev/null
}
