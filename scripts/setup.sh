# What the other scripts share: packages, build, environment. To be sourced by bash from a script of this folder.
# Works on a fresh Debian 12 as root or with sudo; does nothing that is done already.
set -euo pipefail

project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=${INTRATUMOR_BUILD:-$project/build}

packages=(
  g++ cmake ninja-build ccache pkg-config
  libdeal.ii-dev libinsighttoolkit5-dev libboost-program-options-dev libyaml-cpp-dev nlohmann-json3-dev libspdlog-dev
  libudunits2-dev zlib1g-dev libopenturns-dev openmpi-bin
  libgtest-dev python3 python3-yaml python3-numpy python3-scipy python3-h5py python3-nibabel
  python3-jsonschema python3-pandas python3-xarray
)

say() { printf '== %s\n' "$*"; }
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

# Of the packages named, those that are not installed.
missing_packages() {
  local package
  for package in "$@"; do
    dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || printf '%s\n' "$package"
  done
}

# apt-get without questions; its words go to a log, its own measure of progress is shown in tenths.
run_apt() {
  local log=$1
  shift
  # The status has a file descriptor of its own, which apt-get closes to what it runs; sudo would close it too.
  as_root env DEBIAN_FRONTEND=noninteractive sh -c 'exec apt-get -q -y -o APT::Status-Fd=3 "$@" 3>&1 2>&1' \
    apt-get -o Dpkg::Use-Pty=0 -o Acquire::Retries=3 "$@" </dev/null | awk -F: -v log_file="$log" '
      !/^(dl|pm)status:/ { print >> log_file; next }
      { step = int($3 / 10)
        if ($1 != kind || step > last) {
          printf "   %s %d%%\n", $1 == "dlstatus" ? "download" : "install", $3
          fflush()
          last = step
        }
        kind = $1 }'
}

install_packages() {
  local wanted log
  mapfile -t wanted < <(missing_packages "$@")
  [ ${#wanted[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null || fail "this needs Debian 12 or a relative of it; install by hand: ${wanted[*]}"
  [ "$(id -u)" -eq 0 ] || command -v sudo >/dev/null || fail "neither root nor sudo; have installed: ${wanted[*]}"
  say "installing ${wanted[*]} and what they need (2 GB and some minutes on a fresh machine)"
  log=$(mktemp)
  if ! run_apt "$log" update ||
     ! run_apt "$log" install --no-install-recommends "${wanted[@]}"; then
    tail -n 25 "$log" >&2
    fail "apt-get failed, see above"
  fi
  rm -f "$log"
  mapfile -t wanted < <(missing_packages "$@")
  [ ${#wanted[@]} -eq 0 ] || fail "could not be installed: ${wanted[*]}"
}

# As many compilers at a time as there are processors, and 1.5 GB of memory for each.
build_jobs() {
  local memory jobs
  memory=$(awk '/^MemAvailable/ { print int($2 / 1500000) }' /proc/meminfo)
  jobs=$(env -u OMP_NUM_THREADS nproc)
  [ "$memory" -ge "$jobs" ] || jobs=$memory
  [ "$jobs" -ge 1 ] || jobs=1
  printf '%s' "$jobs"
}

# build_targets TARGET ...: configures when needed and builds in Release.
build_targets() {
  local log=$build/configure.log
  mkdir -p "$build"
  say "building in $build ($(build_jobs) at a time)"
  if ! cmake -S "$project" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
       -DINTRATUMOR_WERROR="${INTRATUMOR_WERROR:-OFF}" >"$log" 2>&1; then
    tail -n 40 "$log" >&2
    fail "cmake failed, see above"
  fi
  ninja -C "$build" -j "$(build_jobs)" "$@"
}

# Open MPI refuses root and more ranks than cores unless told; in containers it may not read another process's memory.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_btl_vader_single_copy_mechanism=none
export OMP_NUM_THREADS=1
