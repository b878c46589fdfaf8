package packages

import (
	"fmt"
	"strings"
	"testing"
)

// rcCommon is an /etc/rc.common whose procd writes down what it is told.
const rcCommon = `#!/bin/sh
initscript=$1 action=$2
record() { echo "$*" >>/root/procd; }
procd_open_instance() { record open; }
procd_set_param() { record "$*"; }
procd_close_instance() { record close; }
procd_send_signal() { record "signal $*"; }
config_load() { uci=/etc/config/$1; }
config_get() {
  value=$(sed -n "s/^[[:space:]]*option $3 '\(.*\)'/\1/p" "$uci")
  eval "$1=\${value:-$4}"
}
. "$initscript"
case "$action" in
start) start_service ;;
restart) record restart; start_service ;;
reload) reload_service ;;
stop) record stop ;;
enable | disable) record "$action $START $STOP $USE_PROCD" ;;
running) [ -e /root/running ] ;;
esac
`

// newOpenWRT makes of a Debian what the scripts see of an OpenWrt: busybox's
// shell and programs, /var in memory and no /run.
func newOpenWRT(t *testing.T) *debian {
	d := newDebian(t)
	d.write("/etc/rc.common", rcCommon, 0o755)
	d.write("/proc/mounts", "overlay / overlay rw 0 0\ntmpfs /tmp tmpfs rw 0 0\n/dev/sda1 /mnt/sda1 ext4 rw 0 0\n", 0o644)
	d.run("for applet in $(busybox --list); do ln -s /usr/bin/busybox /usr/local/bin/$applet; done; ln -sf busybox /usr/bin/sh && rm -rf /var /run && ln -s tmp /var && mkdir /tmp/run")
	return d
}

func (d *debian) procd() string {
	d.t.Helper()
	return d.run("touch /root/procd; cat /root/procd; : >/root/procd")
}

func TestOpenWRTLife(t *testing.T) {
	d := newOpenWRT(t)
	before, after := d.unpackInto(made(t, older, here, "bellhop_%s_openwrt_amd64.tar.gz")), d.unpackInto(made(t, newer, here, "bellhop_%s_openwrt_amd64.tar.gz"))
	d.says(d.run(before+"/install.sh"), "Next: bellhop setup")
	if got := d.procd(); got != "enable 95 10 1\n" {
		t.Errorf("without a config procd was told:\n%s", got)
	}
	d.is("bellhop version | cut -d' ' -f2", older)
	// Setup finds its folder where it lasts.
	d.is("readlink -f /var/lib/bellhop; stat -c '%U %a' /srv/bellhop /run/bellhop/ /etc/bellhop/secrets", "/srv/bellhop\nbellhop 700\nbellhop 700\nbellhop 700")

	d.furnish()
	d.run("/etc/init.d/bellhop start")
	want := []string{"open", "command /usr/bin/bellhop run", "user bellhop", "group bellhop", "no_new_privs 1", "limits core=0",
		"respawn 3600 5 0", "term_timeout 60", "stdout 1", "stderr 1", "close", ""}
	if got := d.procd(); got != strings.Join(want, "\n") {
		t.Errorf("procd was told:\n%s", got)
	}
	d.run("/etc/init.d/bellhop reload")
	if got := d.procd(); got != "signal bellhop * HUP\n" {
		t.Errorf("at a reload procd was told:\n%s", got)
	}

	// A reboot: what was in memory is gone.
	d.run("rm -rf /tmp/* && mkdir /tmp/run && /etc/init.d/bellhop start && cat /var/lib/bellhop/bellhop.db")
	d.procd()

	d.run("touch /root/running && " + after + "/install.sh")
	if got := d.procd(); !strings.HasPrefix(got, "restart\nopen\n") {
		t.Errorf("at an upgrade procd was told:\n%s", got)
	}
	d.is("bellhop version | cut -d' ' -f2; grep -c ^bellhop: /etc/passwd /etc/group", newer+"\n/etc/passwd:1\n/etc/group:1")
	d.is("cat /lib/upgrade/keep.d/bellhop", "/etc/bellhop/\n/etc/config/bellhop\n/srv/bellhop/")

	d.says(d.run("/usr/share/doc/bellhop/uninstall.sh"), "stay in /etc/bellhop, /etc/config/bellhop and /srv/bellhop")
	if got := d.procd(); got != "stop\ndisable 95 10 1\n" {
		t.Errorf("at a removal procd was told:\n%s", got)
	}
	d.is("cat /etc/bellhop/hooks/ours.lua /srv/bellhop/bellhop.db; ls /usr/bin/bellhop 2>/dev/null || echo gone", "-- ours\ndata\ngone")
	d.says(d.run(after+"/uninstall.sh --purge"), "removing /etc/bellhop (config, secrets, hooks) and /srv/bellhop (database, backups)")
	d.is("ls -d /etc/bellhop /srv/bellhop /etc/config/bellhop 2>/dev/null || echo gone", "gone")
}

// What is acknowledged is kept: never in memory alone.
func TestOpenWRTKeepsNothingInMemory(t *testing.T) {
	d := newOpenWRT(t)
	folder := d.unpackInto(made(t, newer, here, "bellhop_%s_openwrt_amd64.tar.gz"))
	d.run("mkdir -p /mnt/sda1")
	for data, good := range map[string]bool{"/mnt/sda1/bellhop": true, "/srv/box": true, "/tmp/bellhop": false, "/var/lib/other": false} {
		said, err := d.try(fmt.Sprintf("%s/install.sh --data %s && cp /etc/config/bellhop /etc/bellhop/bellhop.toml && : >/root/procd && /etc/init.d/bellhop start; e=$?; rm -f /etc/init.d/bellhop; exit $e", folder, data))
		started := strings.Contains(d.procd(), "command /usr/bin/bellhop run")
		if started != good || (err == nil) != good || !good && !strings.Contains(said, "is in memory") {
			t.Errorf("with data in %s: started: %v, %v\n%s", data, started, err, said)
		}
		if good {
			d.is("readlink -f /var/lib/bellhop", data)
		}
	}
	// Without its disk it would begin anew, with an empty hotel.
	d.run(folder + "/install.sh --data /mnt/sda1/bellhop && cp /etc/config/bellhop /etc/bellhop/bellhop.toml && rm -r /mnt/sda1/bellhop && : >/root/procd")
	said, err := d.try("/etc/init.d/bellhop start")
	if err == nil || !strings.Contains(said, "is its disk mounted?") || d.procd() != "" {
		t.Errorf("without its disk: %v: %s", err, said)
	}
	said, err = d.try(folder + "/install.sh --data here")
	if err == nil || !strings.Contains(said, "--data needs a folder") {
		t.Errorf("%v: %s", err, said)
	}
}
