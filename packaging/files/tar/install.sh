# install.sh puts Bellhop into /usr/local, or a newer one in its place.
here=$(cd "$(dirname "$0")" && pwd)
fail() { echo "install.sh: $*" >&2; exit 1; }

[ "$(id -u)" = 0 ] || fail "only root may install: sudo ./install.sh"
"$here/bellhop" version >/dev/null 2>&1 || fail "this program does not run here ($(uname -m)): take the file for this computer"
[ ! -e /usr/bin/bellhop ] || fail "/usr/bin/bellhop is there already, from a deb or an rpm: upgrade or remove that"

make_user
make_folders
install -d -m 0755 /usr/local/bin /usr/local/lib/bellhop /usr/local/share/doc/bellhop
for file in LICENSE THIRD-PARTY sbom.cdx.json; do
  install -m 0644 "$here/$file" /usr/local/share/doc/bellhop/
done
install -m 0755 "$here/uninstall.sh" /usr/local/lib/bellhop/
# Whole or not at all, also when it runs just now.
install -m 0755 "$here/bellhop" /usr/local/bin/.bellhop.new
sync /usr/local/bin/.bellhop.new 2>/dev/null || sync
mv /usr/local/bin/.bellhop.new /usr/local/bin/bellhop

if command -v systemctl >/dev/null; then
  sed -e 's|/usr/bin/bellhop|/usr/local/bin/bellhop|' -e 's|/usr/share/doc|/usr/local/share/doc|' \
    "$here/bellhop.service" >/etc/systemd/system/bellhop.service
  chmod 0644 /etc/systemd/system/bellhop.service
  if [ ! -e /usr/local/lib/bellhop/enabled ]; then # an administrator's "disable" holds
    systemctl enable bellhop.service && touch /usr/local/lib/bellhop/enabled
  fi
else
  echo "there is no systemd here: let \"bellhop run\" be started with the box, as user bellhop"
fi
if under_systemd; then
  systemctl daemon-reload
  systemctl try-restart bellhop.service
fi
say_next
