/**
 * Sessions with the kernel as files: `fixtures/fuse/sessions/*.json`.
 *
 * @module
 */

/** One message of the kernel, and what was answered. */
export interface FuseExchange {
  /** The operation, for people. */
  readonly operation: string;
  /** The whole message in hex. */
  readonly request: string;
  /** The whole reply in hex; empty where there is none, as for FORGET. */
  readonly reply: string;
}

const FOLDER = new URL("../../fixtures/fuse/sessions/", import.meta.url);

/** The recorded session of that name. */
export function readFuseRecording(name: string): FuseExchange[] {
  return JSON.parse(Deno.readTextFileSync(new URL(`${name}.json`, FOLDER)));
}

/** The names of all that are recorded. */
export function fuseRecordings(): string[] {
  return Array.from(Deno.readDirSync(FOLDER), ({ name }) => name.replace(/\.json$/, "")).sort();
}

/** Keeps a session, one exchange a line. */
export async function writeFuseRecording(
  name: string,
  exchanges: readonly FuseExchange[],
): Promise<void> {
  const lines = exchanges.map((each) => `  ${JSON.stringify(each)}`);
  await Deno.writeTextFile(new URL(`${name}.json`, FOLDER), `[\n${lines.join(",\n")}\n]\n`);
}
