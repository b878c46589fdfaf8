# uninstall.sh removes what install.sh put there; with --purge config and data, too.
fail() { echo "uninstall.sh: $*" >&2; exit 1; }

case "${1:-}" in "" | --purge) ;; *) fail "it knows --purge alone" ;; esac
[ "$(id -u)" = 0 ] || fail "only root may remove it"

if command -v systemctl >/dev/null && [ -e /etc/systemd/system/bellhop.service ]; then
  under_systemd && systemctl stop bellhop.service
  systemctl disable bellhop.service
fi
rm -rf /etc/systemd/system/bellhop.service /usr/local/bin/bellhop /usr/local/lib/bellhop /usr/local/share/doc/bellhop
if under_systemd; then systemctl daemon-reload; fi
if [ "${1:-}" = --purge ]; then
  purge_all
else
  say_kept "To remove them: rm -r /etc/bellhop /var/lib/bellhop"
fi
