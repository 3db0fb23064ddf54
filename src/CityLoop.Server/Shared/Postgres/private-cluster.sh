# Runs PostgreSQL for one server and stops it when that server is gone, however it went.
# $1 folder of the programs, $2 folder of the cluster, $3 folder of the socket, then arguments for postgres.
# Standard input is a pipe that only the server holds open: its end is the end of the server, even after kill -9.
set -u
umask 077
trap '' INT TERM HUP
bin=$1 sockets=$3
home=$(cd "$2" && pwd -P) || { echo "refused: $(id -un) cannot enter $2"; exit 1; }
shift 3
data=$home/data
refuse() { echo "refused: $*"; exit 1; }

if [ "$sockets" != "$home" ]; then
  mkdir -m 700 "$sockets" 2>/dev/null
  { [ ! -L "$sockets" ] && [ -d "$sockets" ] && [ -O "$sockets" ] && chmod 700 "$sockets"; } ||
    refuse "$sockets belongs to somebody else; remove it"
fi

# What an earlier server left behind: PostgreSQL's processes stand in the data folder. An orphan whose postmaster was
# killed ends by itself or by TERM; a postmaster stops fast by INT, at once by QUIT.
left_behind() {
  find /proc -maxdepth 2 -name cwd -printf '%l\t%h\n' 2>/dev/null |
    D=$data awk -F '\t' '$1 == ENVIRON["D"] { sub("/proc/", "", $2); print $2 }'
}
round=0
while pids=$(left_behind); [ -n "$pids" ]; do
  case $round in
    0) kill -INT $pids ;;
    20) kill -TERM $pids ;;
    200) kill -QUIT $pids ;;
    240) kill -KILL $pids ;;
    300) refuse "processes" $pids "still use $data; end them" ;;
  esac 2>/dev/null
  round=$((round + 1))
  sleep 0.05
done
rm -f "$data/postmaster.pid" "$sockets/.s.PGSQL.5432" "$sockets/.s.PGSQL.5432.lock"

if [ ! -f "$data/PG_VERSION" ]; then
  [ -e "$data" ] && refuse "$data is not a PostgreSQL cluster; move it away"
  rm -rf "$data.new"
  "$bin/initdb" -D "$data.new" -U cityloop --auth=trust --encoding=UTF8 --locale=C --data-checksums \
    --no-instructions >"$home/initdb.log" 2>&1 || refuse "initdb failed: $(tail -n 3 "$home/initdb.log")"
  mv "$data.new" "$data"
fi

log=$home/postgres.log
[ -n "$(find "$log" -size +16M 2>/dev/null)" ] && mv "$log" "$log.1"
exec 3<&0
"$bin/postgres" -D "$data" -c unix_socket_directories="$sockets" "$@" >>"$log" 2>&1 </dev/null 3<&- &
postgres=$!
(
  read -r _ <&3
  kill -INT $postgres
  round=0
  while kill -0 $postgres; do
    round=$((round + 1))
    [ $round -eq 200 ] && kill -QUIT $postgres
    [ $round -eq 300 ] && kill -KILL $postgres
    sleep 0.05
  done
) 2>/dev/null &
watcher=$!
exec 3<&-
echo "started $postgres"
wait $postgres
status=$?
kill -KILL $watcher 2>/dev/null
exit $status
