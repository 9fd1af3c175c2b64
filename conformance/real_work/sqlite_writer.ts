/**
 * A process that writes to a SQLite database, beside others:
 * `sqlite_writer.ts <file> <journal mode> <writer> <count>`.
 *
 * Each transaction adds a row and counts it in a total that all writers share. What was committed is
 * printed, number by number: whoever kills this process knows what must not be lost.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";

/** How long it waits for the other writers. */
const BUSY_MS = 120_000;
/** Rows are of several sizes, some larger than a page. */
const PAYLOAD_MAX = 6000;

const [file, journal, writer, count] = Deno.args;
if (file === undefined || journal === undefined || writer === undefined || count === undefined) {
  console.error("sqlite_writer.ts <file> <journal mode> <writer> <count>");
  Deno.exit(2);
}
const database = new DatabaseSync(file);
database.exec(
  `PRAGMA busy_timeout = ${BUSY_MS}; PRAGMA synchronous = FULL; PRAGMA cache_size = 20`,
);
const insert = database.prepare("INSERT INTO work (writer, number, payload) VALUES (?, ?, ?)");
const add = database.prepare("UPDATE total SET count = count + 1");
const encoder = new TextEncoder();
for (let number = 1; number <= Number(count); number++) {
  database.exec("BEGIN IMMEDIATE");
  insert.run(writer, number, String(number).repeat(number * 2654435761 % PAYLOAD_MAX >> 3));
  add.run();
  database.exec("COMMIT");
  Deno.stdout.writeSync(encoder.encode(`${number}\n`));
}
database.close();
