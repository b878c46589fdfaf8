#!/bin/bash
# What a machine with systemd goes through: each line that it says is expected
# by TestUnderSystemd.
exec >/dev/ttyS1 2>&1
trap 'systemctl poweroff -ff' EXIT

wait_for() {
  local left=300
  while [ $((left--)) -gt 0 ]; do
    if "$@"; then return 0; fi
    sleep 0.5
  done
  echo "waited in vain for: $*"
  systemctl status bellhop --no-pager -l
  journalctl -u bellhop --no-pager -n 30
  exit 1
}
active() { systemctl is-active --quiet bellhop; }
main() { systemctl show -P MainPID bellhop; }
as() { runuser -u "$1" -- "${@:2}" 2>/dev/null; }

wait_for active
echo "it is active after boot, $(systemctl is-enabled bellhop)"
pid=$(main)
echo "it runs as $(stat -c %U "/proc/$pid")"
status() { sed -n "s/^$1:[[:space:]]*//p" "/proc/$pid/status"; }
echo "no rights: $(status CapEff) $(status CapBnd), no new ones: $(status NoNewPrivs), system calls filtered: $(status Seccomp)"
echo "its root can be read alone: $(awk '$5 == "/" { print substr($6, 1, 2) }' "/proc/$pid/mountinfo" | tail -1)"

folder=/run/credentials/bellhop.service
for name in pbx mail; do
  echo "credential $name: $(as bellhop cat $folder/$name)."
done
as nobody cat $folder/pbx || echo "nobody cannot read it"
as nobody cat /etc/bellhop/secrets/pbx || as bellhop cat /etc/bellhop/secrets/pbx || echo "nor the secret's file, nor bellhop"
echo "in its environment: $(tr '\0' '\n' <"/proc/$pid/environ" | grep -c hush)"
echo "missing of secrets: $(as bellhop bellhop status | grep -E 'missing.*(password|secret)' || echo none)"

exec 3<>/dev/tcp/127.0.0.1/8260
cat /root/report >&3
echo "a report is answered: $(head -1 <&3 | tr -d '\r')"
exec 3>&-
echo "events: $(bellhop events list --json | grep -o '777\*01' | head -1)"

synced() { bellhop doctor --json 2>/dev/null | grep box.clock | grep -q '"synced"' && echo yes || echo no; }
echo "clock synchronised: $(synced)"
# adjtimex(2) with ADJ_STATUS, ADJ_MAXERROR and ADJ_ESTERROR, as a time service does.
perl -e '$t = pack("Lx4q4lx200", 0x1c, 0, 0, 0, 0, 0); syscall(159, $t)'
echo "and then: $(synced)"

systemctl reload bellhop && active && [ "$(main)" = "$pid" ] && echo "reloaded, the same process"

mkdir -p /etc/systemd/system/bellhop.service.d
printf '[Service]\nWatchdogSec=15\n' >/etc/systemd/system/bellhop.service.d/short.conf
systemctl daemon-reload && systemctl restart bellhop
pid=$(main)
kill -STOP "$pid"
again() { active && [ "$(main)" != "$pid" ] && [ "$(systemctl show -P NRestarts bellhop)" -ge 1 ]; }
wait_for again
echo "the watchdog started it again"

pid=$(main)
dpkg -i /root/bellhop_1.1.0_amd64.deb >/dev/null
wait_for active
[ "$(main)" = "$pid" ] || echo "upgraded: $("/proc/$(main)/exe" version | cut -d' ' -f2), another process"

# A signed version that ends as soon as it answers, however often systemd starts it.
bellhop update --yes --key "$(cat /root/key)" /root/bellhop-1.2.0 >/root/update.log 2>&1
echo "an update to a version that dies: exit $?"
cat /root/update.log
wait_for active
works() { bellhop status 2>/dev/null | grep -q .; }
wait_for works
echo "taken back: $("/proc/$(main)/exe" version | cut -d' ' -f2), with its events: $(bellhop events list --json | grep -o '777\*01' | head -1)"
echo "told: $(bellhop alerts list --json | grep -o update-taken-back | head -1)"

systemctl stop bellhop
echo "it stopped: $(systemctl show -P Result bellhop)"
echo "that was all"
