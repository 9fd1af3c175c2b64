/**
 * SQLite: four writers at once, one of them killed, in rollback and in WAL mode.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import type { Place } from "./place.ts";
import type { RealWork } from "./real_work.ts";

const WRITER = decodeURIComponent(new URL("./sqlite_writer.ts", import.meta.url).pathname);
const WRITERS = ["one", "two", "three", "four"];
/** The writer that is killed, and after how many commits. */
const VICTIM = "four";
const JOURNALS = ["delete", "truncate", "persist", "wal"];

/** Starts the writers; kills the victim once it has committed some. Prints what each committed last. */
const WRITE = `
  file=$1 journal=$2 count=$3 kill_after=$4; shift 4
  for writer in "$@"; do
    # The victim never ends by itself.
    : >$writer.log
    many=$count; [ $writer != ${VICTIM} ] || many=1000000000
    "$DENO" run -A --quiet --no-config --no-lock "$WRITER" "$file" $journal $writer $many >>$writer.log &
    eval "pid_$writer=$!"
  done
  for writer in "$@"; do eval "pid=\\$pid_$writer"
    if [ $writer = ${VICTIM} ]; then
      while [ "$(wc -l <$writer.log)" -lt "$kill_after" ]; do
        kill -0 $pid || { echo "$writer ended by itself" >&2; exit 1; }
        sleep 0.01
      done
      kill -9 $pid
      wait $pid || [ $? = 137 ] # 128 and SIGKILL
    fi
  done
  for writer in "$@"; do eval "pid=\\$pid_$writer"
    [ $writer = ${VICTIM} ] || wait $pid
  done
`;

function rows(file: string, query: string): Record<string, unknown>[] {
  const database = new DatabaseSync(file);
  try {
    return database.prepare(query).all();
  } finally {
    database.close();
  }
}

async function writeIn(place: Place, journal: string): Promise<void> {
  const file = `${place.folder}/${journal}.db`;
  const count = place.full ? 2000 : 24;
  const create = new DatabaseSync(file);
  create.exec(`
    PRAGMA journal_mode = ${journal};
    CREATE TABLE work (writer TEXT, number INTEGER, payload TEXT, PRIMARY KEY (writer, number));
    CREATE TABLE total (count INTEGER); INSERT INTO total VALUES (0);
    CREATE INDEX payloads ON work (payload);
  `);
  create.close();
  const args = [file, journal, String(count), String(count >> 2), ...WRITERS];
  await place.step(`write (${journal})`, WRITE, { args, env: { WRITER }, chatty: true });

  for (const { journal_mode } of rows(file, "PRAGMA journal_mode")) place.note(`${journal_mode}`);
  for (const { integrity_check } of rows(file, "PRAGMA integrity_check")) {
    place.note(`${journal}: integrity ${integrity_check}`);
  }
  for (
    const { off } of rows(file, "SELECT count - (SELECT count(*) FROM work) AS off FROM total")
  ) {
    place.note(`${journal}: total is off by ${off}`);
  }
  const query = "SELECT writer, count(*) AS many, max(number) AS last FROM work GROUP BY writer";
  for (const { writer, many, last } of rows(file, query)) {
    const log = await Deno.readTextFile(`${place.folder}/${writer}.log`);
    const told = Number(log.trimEnd().split("\n").at(-1));
    // The one that was killed may have committed one row that it did not come to tell.
    const lost = Number(last) !== told && !(writer === VICTIM && Number(last) === told + 1);
    const amount = writer === VICTIM ? "some" : `${last}`;
    const gaps = many !== last;
    place.note(`${journal}: ${writer} wrote ${amount}, gaps: ${gaps}, lost or invented: ${lost}`);
  }
  await place.step(`remove (${journal})`, `rm -f *.log ${journal}.db*; ls`);
}

async function run(place: Place): Promise<void> {
  for (const journal of JOURNALS) await writeIn(place, journal);
}

/** See the module. */
export const SQLITE: RealWork = {
  name: "sqlite",
  does: "four writers, one of them killed, in rollback and WAL mode, with integrity check",
  programs: [],
  run,
};
