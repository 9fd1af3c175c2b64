/**
 * PostgreSQL with checksums: initdb, pgbench, a killed server, and every check that it has itself.
 *
 * @module
 */
import type { Place } from "./place.ts";
import type { RealWork } from "./real_work.ts";

/** Debian keeps the programs of each version in a folder of its own. */
const PROGRAMS = 'PATH="$(ls -d /usr/lib/postgresql/*/bin | tail -n 1):$PATH"';
const DATA = "$PWD/data";

/** Sums that pgbench's transactions change together: they are equal after any number of them. */
const BALANCES = `SELECT
  (SELECT sum(abalance) FROM pgbench_accounts) = (SELECT sum(delta) FROM pgbench_history) AS accounts,
  (SELECT sum(tbalance) FROM pgbench_tellers) = (SELECT sum(delta) FROM pgbench_history) AS tellers,
  (SELECT sum(bbalance) FROM pgbench_branches) = (SELECT sum(delta) FROM pgbench_history) AS branches`;

async function run(place: Place): Promise<void> {
  const [seconds, scale] = place.full ? [60, 10] : [5, 1];
  const socket = `${place.outside}/${place.name}-socket`;
  // PostgreSQL refuses to run as root.
  const asNobody = Deno.uid() === 0;
  await Deno.mkdir(socket);
  if (asNobody) {
    await place.step("give away", 'chown 65534:65534 . "$1"', { args: [socket] });
  }
  const step = (name: string, script: string, options = {}): Promise<string> =>
    place.step(name, `${PROGRAMS}; export PGHOST="$1"; ${script}`, {
      args: [socket],
      asNobody,
      ...options,
    });
  const settings = `-c unix_socket_directories='$1' -c listen_addresses= -c max_wal_size=256MB`;
  const start = `pg_ctl -s -w -t 600 -D "${DATA}" -l log -o "${settings}" start`;
  const stop = `pg_ctl -s -w -t 600 -D "${DATA}" -m fast stop`;
  const query = (sql: string): string => `psql -d postgres -qtA -v ON_ERROR_STOP=1 -c "${sql}"`;

  await step("initdb", `initdb --data-checksums -E UTF8 --locale=C -U postgres -D "${DATA}"`, {
    chatty: true,
  });
  const env = { PGUSER: "postgres" };
  await step("start", start, { chatty: true });
  await step("fill", `pgbench -q -i -s ${scale} postgres`, { env, chatty: true });
  const bench = `pgbench -n -c 4 -j 2 -T ${seconds} postgres`;
  const measured = await step("pgbench", bench, { env, chatty: true });
  place.figures.set("transactions a second", /tps = (\d+)/.exec(measured)?.[1] ?? "unknown");
  await step("balances", query(BALANCES), { env });
  // The server is killed under load, and must come back with everything that it had promised.
  const kill = `
    pgbench -n -c 4 -T 600 postgres >/dev/null 2>&1 & bench=$!
    before=$(${query("SELECT count(*) FROM pgbench_history")})
    while [ "$(${
    query("SELECT count(*) FROM pgbench_history")
  })" -lt $((before + 200)) ]; do sleep 0.1; done
    # All of its processes: those that are left behind end by themselves only when they notice.
    pids="$(head -n 1 data/postmaster.pid) $(pgrep -P "$(head -n 1 data/postmaster.pid)" | tr '\\n' ' ')"
    # One that has ended meanwhile is no matter; the loop below sees that none is left.
    kill -9 $pids 2>/dev/null || true; wait $bench || true
    for pid in $pids; do while kill -0 $pid 2>/dev/null; do sleep 0.05; done; done
    rm -f data/postmaster.pid`;
  await step("kill", kill, { env, chatty: true });
  await step("recover", start, { chatty: true });
  await step("balances after recovery", query(BALANCES), { env });
  const dump =
    "pg_dump -d postgres | wc -l | grep -q . && vacuumdb -q -a -z -f && pg_amcheck -a --heapallindexed";
  await step("dump, vacuum, check", `${query("CREATE EXTENSION amcheck")} && ${dump}`, { env });
  await step("reindex", "reindexdb -q -a", { env });
  await step("stop", stop, { chatty: true });
  await step("checksums", `pg_checksums --check -D "${DATA}" | grep -i 'bad checksums'`);
  await step("remove", "rm -r data log && ls");
}

/** See the module. */
export const POSTGRES: RealWork = {
  name: "postgres",
  does: "PostgreSQL with checksums: initdb, pgbench for a minute, a killed server, all its checks",
  programs: [
    { command: "pg_ctlcluster", package: "postgresql", why: "the work" },
    { command: "pgrep", package: "procps", why: "finds the processes to kill" },
  ],
  byTaskOnly: true,
  run,
};
