/**
 * The tables of PROTOCOL.md, from the tables of the codec.
 *
 * @module
 */
import type { Field, Schema } from "../field.ts";
import { DEFAULT_LIMITS } from "../limits.ts";
import { OpCode, SetBits } from "../op_code.ts";
import { OPERATIONS } from "../operations.ts";
import { ENTRY, HELLO, LOCK, STAT, STATFS, TIMES } from "../part_schemas.ts";
import { REQUEST } from "../request_schema.ts";
import { RESPONSE } from "../response_schema.ts";
import { NOTICES } from "../vfs_response.ts";

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function code(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(", ");
}

function keys<Message>({ fields }: Schema<Message>): string {
  const row = ({ key, type, since, always, about }: Field<Message>): string[] => [
    `\`${key}\``,
    type,
    String(since),
    always ? "always" : "",
    about,
  ];
  return table(["key", "type", "version", "sent", "meaning"], fields.map(row));
}

function operations(): string {
  const rows = Object.entries(OPERATIONS).map(([name, row]) => {
    const number = Object.entries(OpCode).find(([each]) => each === name)?.[1] ?? -1;
    const { since, effect, request, reply, about } = row;
    return [String(number), name, String(since), effect, code(request), code(reply), about];
  });
  const head = ["op", "name", "version", "effect", "request keys", "reply keys", "meaning"];
  return table(head, rows);
}

const LIMITS_ABOUT: Record<keyof typeof DEFAULT_LIMITS, string> = {
  dataMax: "bytes of `data` in one message; a longer read is answered short",
  frameMax: "bytes of a frame without its length; a longer one ends the connection",
  handlesMax: "open files of a connection; one more is EMFILE",
  handlesTotalMax:
    "open files of a server; one more is ENFILE, and one by which a connection has more than are left",
  inFlightMax: "requests of a connection that run at the same time; the next waits in the socket",
  queuedBytesMax:
    "bytes of replies that wait for the client, and of writes under way; above, no request is read",
  entriesMax: "entries of one reply; more go in pages, in version 1 they are EOVERFLOW",
  listingsMax: "unfinished listings of a connection; the oldest is listed again when asked for",
  watchesMax: "watches of a connection; one more is ENOSPC",
  leasesMax: "leases of a connection; with one more the oldest is over",
  leasesTotalMax:
    "leases of a server; one more takes the place of the connection's oldest, or is ENOSPC",
  leasersMax: "connections of a server that lease; one more is ENOSPC",
  sharersMax: "connections of a server that share memory with it; the others do without",
  queuedTotalMax:
    "the same of all connections of a server; above, only those are read whose own part is small",
  listedEntriesMax: "entries of unfinished listings of a server; the oldest are listed again",
  connectionsMax: "connections of a server; one more is closed at once",
  frameTimeoutMs: "milliseconds from the first to the last byte of a frame",
};

function limits(): string {
  const rows = Object.entries(DEFAULT_LIMITS).map(([name, value]) => {
    const about = Object.entries(LIMITS_ABOUT).find(([each]) => each === name)?.[1] ?? "";
    return [`\`${name}\``, value.toLocaleString("en"), about];
  });
  return table(["limit", "default", "meaning"], rows);
}

const SET_ABOUT: Record<keyof typeof SetBits, string> = {
  Mode: "permission bits from `mode`",
  Owner: "owner from `owner`, group from `group`; 2^32 - 1 leaves one as it is",
  Size: "size from `off`",
  Times: "times, as the next four bits say",
  Atime: "access time from `times`",
  Mtime: "modification time from `times`",
  AtimeNow: "access time from the server's clock",
  MtimeNow: "modification time from the server's clock",
  NoFollow: "a final symbolic link is changed itself",
  WantStat: "the reply has `stat`",
  WantFile: "Open and Create: the client can do with a descriptor",
};

function setBits(): string {
  const rows = Object.entries(SetBits).map(([name, bit]) => {
    const about = Object.entries(SET_ABOUT).find(([each]) => each === name)?.[1] ?? "";
    return [String(bit), name, about];
  });
  return table(["bit", "name", "meaning"], rows);
}

function notices(): string {
  const about = [
    "",
    "a name appeared, went or now names something else",
    "data or size changed",
    "something else about the inode changed",
    "notices were lost: anything below the watched path may have changed",
    "the watch has ended; `err` says why",
    "the lease is over: something in the directory may have changed",
    "of all changes that were just looked at has been told which leases are over",
  ];
  const rows = NOTICES.map((name, kind) => [String(kind), name, about[kind] ?? ""]).slice(1);
  return table(["notice", "name", "meaning"], rows);
}

/** Every table by the name that PROTOCOL.md calls it. */
export const TABLES: Readonly<Record<string, string>> = {
  operations: operations(),
  request: keys(REQUEST[2]),
  response: keys(RESPONSE[2]),
  stat: keys(STAT[2]),
  entry: keys(ENTRY[2]),
  times: keys(TIMES),
  lock: keys(LOCK),
  fs: keys(STATFS),
  hello: keys(HELLO),
  set: setBits(),
  notices: notices(),
  limits: limits(),
};

/** The text with every table in its place: between `<!-- table NAME -->` and `<!-- end -->`. */
export function withTables(text: string): string {
  return text.replace(
    /(<!-- table (\w+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (_, open: string, name: string, close: string) => `${open}\n${TABLES[name] ?? "?"}\n\n${close}`,
  );
}
