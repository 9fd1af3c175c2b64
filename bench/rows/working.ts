/**
 * Where a program works on a directory that is passed through, and how long it takes.
 *
 * @module
 */
import type { Place, Sample } from "../report/row.ts";

/** Runs a program: milliseconds. */
export async function timed(place: Place, command: string, ...args: string[]): Promise<Sample> {
  // The shell's own clock of its children: seconds that passed, and of CPU for user and system.
  const quoted = [command, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
  const script = `TIMEFORMAT='%3R %3U %3S'; exec 3>&2; { time ${quoted} >/dev/null 2>&3; } 2>&1`;
  const output = await place.run("bash", "-c", script);
  const [seconds = NaN, user = NaN, system = NaN] = output.trim().split(" ").map(Number);
  return { value: seconds * 1000, seconds, clientCpu: user + system };
}

/** How often each subject had its turn: every turn works in a directory that no cache knows. */
const turns = new Map<string, number>();

/** The directory of this turn, below a base. */
export function own(base: string, { subject }: Place): string {
  return `${base}/work-${subject}-${turns.get(subject) ?? 0}`;
}

/** Makes the directory of the next turn. */
export async function freshDirectory(place: Place): Promise<void> {
  await place.run("rm", "-rf", own(place.backing, place));
  turns.set(place.subject, (turns.get(place.subject) ?? 0) + 1);
  await Deno.mkdir(own(place.backing, place));
}
