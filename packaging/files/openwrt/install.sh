# install.sh puts Bellhop onto an OpenWrt, or a newer one in its place.
# --data FOLDER says where its database lies; a stick or SSD spares the flash.
here=$(cd "$(dirname "$0")" && pwd)
fail() { echo "install.sh: $*" >&2; exit 1; }

data=
case "${1:-}" in
--data) data=${2:-}; case "$data" in /*) ;; *) fail "--data needs a folder, such as /mnt/sda1/bellhop" ;; esac ;;
"") ;;
*) fail "it knows --data FOLDER alone" ;;
esac
[ -e /etc/rc.common ] || fail "this is no OpenWrt: take the file without \"openwrt\" in its name"
"$here/bellhop" version >/dev/null 2>&1 || fail "this program does not run here ($(uname -m)): take the file for this computer"

# A user of its own; OpenWrt has no useradd.
if ! grep -q '^bellhop:' /etc/passwd; then
  id=8260
  while grep -q "^[^:]*:[^:]*:$id:" /etc/passwd /etc/group; do id=$((id + 1)); done
  grep -q '^bellhop:' /etc/group || echo "bellhop:x:$id:" >>/etc/group
  group=$(sed -n 's/^bellhop:[^:]*:\([0-9]*\):.*/\1/p' /etc/group)
  echo "bellhop:x:$id:$group:bellhop:/var/lib/bellhop:/bin/false" >>/etc/passwd
  [ ! -e /etc/shadow ] || echo "bellhop:!:0:0:99999:7:::" >>/etc/shadow
fi

mkdir -p /etc/bellhop/hooks /etc/bellhop/sounds
if [ ! -d /etc/bellhop/secrets ]; then
  mkdir /etc/bellhop/secrets && chmod 0700 /etc/bellhop/secrets && chown bellhop:bellhop /etc/bellhop/secrets
fi
mkdir -p /etc/config /usr/share/doc/bellhop /lib/upgrade/keep.d
[ -e /etc/config/bellhop ] || cp "$here/bellhop.config" /etc/config/bellhop
[ -z "$data" ] || sed -i "s|option data '.*'|option data '$data'|" /etc/config/bellhop
data=$(sed -n "s|.*option data '\(.*\)'.*|\1|p" /etc/config/bellhop)
mkdir -p "$data"
# What a sysupgrade is to keep; the program itself is installed again then.
printf '%s\n' /etc/bellhop/ /etc/config/bellhop "$data/" >/lib/upgrade/keep.d/bellhop

cp "$here/LICENSE" "$here/THIRD-PARTY" "$here/sbom.cdx.json" /usr/share/doc/bellhop/
cp "$here/uninstall.sh" /usr/share/doc/bellhop/uninstall.sh && chmod 0755 /usr/share/doc/bellhop/uninstall.sh
# Whole or not at all, also when it runs just now.
cp "$here/bellhop" /usr/bin/.bellhop.new && chmod 0755 /usr/bin/.bellhop.new && sync
mv /usr/bin/.bellhop.new /usr/bin/bellhop
upgrade=
[ ! -e /etc/init.d/bellhop ] || upgrade=1
cp "$here/bellhop.init" /etc/init.d/bellhop && chmod 0755 /etc/init.d/bellhop
if [ -z "$upgrade" ]; then # an administrator's "disable" holds
  /etc/init.d/bellhop enable
  /etc/init.d/bellhop start # without a config it makes the folders, and says what is next
elif /etc/init.d/bellhop running; then
  /etc/init.d/bellhop restart
fi
