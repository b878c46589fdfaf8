# uninstall.sh removes what install.sh put there; with --purge config and data, too.
fail() { echo "uninstall.sh: $*" >&2; exit 1; }

case "${1:-}" in "" | --purge) ;; *) fail "it knows --purge alone" ;; esac
data=$(sed -n "s|.*option data '\(.*\)'.*|\1|p" /etc/config/bellhop 2>/dev/null)
if [ -e /etc/init.d/bellhop ]; then
  /etc/init.d/bellhop stop
  /etc/init.d/bellhop disable
fi
rm -rf /etc/init.d/bellhop /usr/bin/bellhop /usr/share/doc/bellhop
if [ "${1:-}" = --purge ]; then
  echo "removing /etc/bellhop (config, secrets, hooks) and ${data:-its data} (database, backups)"
  rm -rf /etc/bellhop /etc/config/bellhop /lib/upgrade/keep.d/bellhop
  [ -z "$data" ] || rm -rf "$data"
else
  echo "bellhop's config and data stay in /etc/bellhop, /etc/config/bellhop and ${data:-/srv/bellhop}"
fi
