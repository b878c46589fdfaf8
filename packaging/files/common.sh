# What the scripts of deb, rpm and the tarball share.

config=/etc/bellhop/bellhop.toml

make_user() {
  getent passwd bellhop >/dev/null || useradd --system --user-group --no-create-home \
    --home-dir /var/lib/bellhop --shell /usr/sbin/nologin bellhop
}

# Folders that are there stay as they are, also with another owner.
make_folders() {
  for folder in /etc/bellhop /etc/bellhop/hooks /etc/bellhop/sounds; do
    [ -d "$folder" ] || install -d -m 0755 "$folder"
  done
  for folder in /etc/bellhop/secrets /var/lib/bellhop; do
    [ -d "$folder" ] || install -d -m 0700 -o bellhop -g bellhop "$folder"
  done
}

under_systemd() { [ -d /run/systemd/system ]; }

chinese() {
  case "${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}" in zh*) ;; *) return 1 ;; esac
}

say_next() {
  [ ! -e "$config" ] || return 0
  if chinese; then
    echo "bellhop 已安装，尚未启动：还没有配置。下一步：bellhop setup"
  else
    echo "bellhop is installed, and not started: it has no config yet. Next: bellhop setup"
  fi
}

say_kept() {
  if chinese; then
    echo "bellhop 的配置和数据仍保留在 /etc/bellhop 和 /var/lib/bellhop。$1"
  else
    echo "bellhop's config and data stay in /etc/bellhop and /var/lib/bellhop. $1"
  fi
}

# purge_all takes everything that is the hotel's. A folder that is a disk of
# its own is emptied and stays.
purge_all() {
  if chinese; then
    echo "正在删除 /etc/bellhop（配置、密码、钩子）和 /var/lib/bellhop（数据库、备份）；用户 bellhop 保留。"
  else
    echo "removing /etc/bellhop (config, secrets, hooks) and /var/lib/bellhop (database, backups); the user bellhop stays"
  fi
  for folder in /etc/bellhop /var/lib/bellhop; do
    rm -rf "$folder" 2>/dev/null || [ -z "$(ls -A "$folder")" ] || echo "bellhop: some of $folder could not be removed" >&2
  done
}
