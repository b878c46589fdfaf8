#!/bin/bash
# From a fresh Debian to a working box: the package in, setup beside a PBX, the
# agent, the doctor, and what a telephone dials. Each line that it says is
# expected by TestFirstEvent. $1 is the package.
set -euo pipefail
exec 2>&1

wait_for() {
  local left=300
  while [ $((left--)) -gt 0 ]; do
    if "$@"; then return 0; fi
    sleep 0.2
  done
  echo "waited in vain for: $*"
  cat /root/*.log
  exit 1
}

dpkg -i "$1" >/root/dpkg.log 2>&1

mkfifo /root/orders
bellhop sim --tls --ftp= </root/orders >/root/sim.log 2>&1 &
exec 3>/root/orders
wait_for grep -q '^Orders' /root/sim.log
(umask 077 && echo demo >/root/password)

bellhop setup --yes --country CN --name "Harbour Inn" \
  --pbx https://127.0.0.1:8088 --password-file /root/password --pbx-fingerprint "$(sed -n 's/^ *SHA-256 //p' /root/sim.log)" --sole-user \
  --install sftp://support@127.0.0.1:8022 --install-password-file /root/password --install-fingerprint "$(sed -n 's/^ *host key //p' /root/sim.log)" \
  --rooms 1001-1020 >/root/setup.log 2>&1 || { cat /root/setup.log; exit 1; }
echo "the config is $(stat -c '%U %a' /etc/bellhop/bellhop.toml), its secret $(stat -c '%U %a' /etc/bellhop/secrets/pbx), the store $(stat -c '%U %a' /var/lib/bellhop/bellhop.db)"
echo "the sheet: $(grep -c 'Harbour Inn' /var/lib/bellhop/handover.html | sed 's/^[1-9].*/is there/')"

echo apply >&3
runuser -u bellhop -- bellhop run >/root/agent.log 2>&1 &
answers() { bellhop status >/dev/null 2>&1; }
wait_for answers
bellhop doctor >/root/doctor.log || { cat /root/doctor.log; exit 1; }
echo "the doctor: exit $?"

echo "dial 1001 777*01" >&3
clean() { bellhop rooms list --json | grep '"1001"' | grep -q '"clean"'; }
wait_for clean
echo "the first event: $(bellhop events list --json | grep -o '777\*01' | head -1), and the room is clean"

exec 3>&-
kill %2 %1
wait || true
