/**
 * The scoreboard as a document.
 *
 * @module
 */
import type { Case, Level } from "../case.ts";
import type { CheckedFinding } from "./checked_findings.ts";
import type { Peer } from "./peer.ts";
import type { PeerResult } from "./peer_result.ts";

/** What the scoreboard is made from. */
export interface ScoreboardData {
  /** The peers, in the order of the columns. */
  readonly peers: readonly Pick<Peer, "name" | "version" | "part" | "purpose">[];
  /** The cases that were run. */
  readonly cases: readonly Pick<Case, "id" | "level">[];
  /** The results of each peer by the id of the case. */
  readonly results: ReadonlyMap<string, ReadonlyMap<string, PeerResult>>;
  /** What was checked by hand. */
  readonly checked: readonly CheckedFinding[];
}

const LEVELS: readonly Level[] = ["core", "posix", "sandbox"];

const INTRODUCTION = `# Scoreboard

What filesystems in memory answer to the cases of this suite, next to Linux. It is generated:

    deno task scoreboard

The peers are good at what they are made for, which is not to be Linux; the list is for people who
want to know where programs that were written for Linux will notice. Versions are exact: what is
said here is said of them only. If you maintain one of them and something here is unfair, it is a
mistake of ours: please tell us.

How it is kept fair:

- Each peer is called through its own API by a thin adapter. The same adapter over Linux's system
  calls (the first column) passes every case that is counted, so what fails in another column is not
  the adapter's doing. just-bash has an adapter of its own, for an API of whole files: opening,
  O_EXCL and positions are the adapter's, and passing those cases says nothing of the peer.
- Only cases about what Linux does are run, none about fusewire's own contract, and only what the
  peer's API has words for. A case that meets a call that cannot be said there is not counted.
- A call that never returns is ended with its thread after 5 seconds, and fails its case.`;

interface Cell {
  readonly passed: number;
  readonly failed: number;
}

function cellOf(
  cases: ScoreboardData["cases"],
  results: ReadonlyMap<string, PeerResult> | undefined,
): Cell {
  let passed = 0;
  let failed = 0;
  for (const { id } of cases) {
    const status = results?.get(id)?.status;
    if (status === "passed") passed++;
    if (status === "failed") failed++;
  }
  return { passed, failed };
}

function cellText({ passed, failed }: Cell): string {
  if (passed + failed === 0) return "-";
  return failed === 0 ? `${passed}` : `${passed} of ${passed + failed}`;
}

function operationOf(id: string): string {
  return id.slice(0, id.indexOf("/"));
}

/** A table of how many cases passed, one row for each group of cases. */
function table(data: ScoreboardData, head: string, groups: readonly string[], of: Grouping) {
  const names = data.peers.map(({ name }) => name);
  const rows = groups.map((group) => {
    const cases = data.cases.filter((one) => of(one) === group);
    const cells = names.map((name) => cellText(cellOf(cases, data.results.get(name))));
    return `| ${[group, ...cells].join(" | ")} |`;
  });
  return [
    `| ${[head, ...names].join(" | ")} |`,
    `| --- |${" ---: |".repeat(names.length)}`,
    ...rows,
  ].join("\n");
}

type Grouping = (one: Pick<Case, "id" | "level">) => string;

/** Text that stays as it is between the bars of a table. */
function cellOfTable(text: string): string {
  const plain = text.replaceAll("\n", " ").replaceAll("|", "\\|");
  return plain.length > 160 ? `${plain.slice(0, 160)}...` : plain;
}

/** "what: expected this, got that" in three cells. */
function failureRow({ id, message }: PeerResult): string {
  const parts = /^(.*?): expected (.*), got (.*)$/s.exec(message);
  const [what, expected, got] = parts === null
    ? [message, "success", "an exception"]
    : parts.slice(1);
  const cells = [what ?? "", expected ?? "", got ?? ""].map((text) => code(cellOfTable(text)));
  return `| ${id} | ${cells.join(" | ")} |`;
}

function code(text: string): string {
  return text.includes("`") ? `\`\` ${text} \`\`` : `\`${text}\``;
}

function failuresOf(data: ScoreboardData, name: string): string {
  const failed = [...data.results.get(name)?.values() ?? []]
    .filter(({ status }) => status === "failed");
  if (failed.length === 0) return "Nothing fails.";
  return [
    "| case | what | on Linux | here |",
    "| --- | --- | --- | --- |",
    ...failed.map(failureRow),
  ].join("\n");
}

function sums(data: ScoreboardData): string {
  const rows = data.peers.map(({ name, version, part, purpose }) => {
    const all = [...data.results.get(name)?.values() ?? []];
    const count = (...wanted: readonly string[]): number =>
      all.filter(({ status }) => wanted.includes(status)).length;
    const numbers = [count("passed"), count("failed"), count("skipped", "without")];
    return `| ${[name, version, part, purpose, ...numbers].join(" | ")} |`;
  });
  return [
    "| | version | part | what it is for | passed | failed | not for it |",
    "| --- | --- | --- | --- | ---: | ---: | ---: |",
    ...rows,
  ].join("\n");
}

function checkedText({ peer, id, calls, linux, here }: CheckedFinding): string {
  const lines = calls.trim().split("\n").map((line) => `    ${line.trim()}`);
  return `**${peer}**, \`${id}\`:\n\n${lines.join("\n")}\n\nLinux: ${linux}. ${peer}: ${here}.`;
}

/** The document, before \`deno fmt\`. */
export function scoreboardText(data: ScoreboardData): string {
  const operations = [...new Set(data.cases.map(({ id }) => operationOf(id)))];
  const counted = operations.filter((operation) =>
    data.cases.some(({ id }) =>
      operationOf(id) === operation &&
      [...data.results.values()].some((results) =>
        ["passed", "failed"].includes(results.get(id)?.status ?? "")
      )
    )
  );
  return [
    INTRODUCTION,
    "## Who",
    sums(data),
    "## By level",
    "Cases that passed, and of how many where not all did; - where there was nothing to ask.",
    table(data, "level", LEVELS, ({ level }) => level),
    "## By operation",
    table(data, "operation", counted, ({ id }) => operationOf(id)),
    "## Checked by hand",
    "These calls were made once more in a plain script, without the suite and without an adapter: on " +
    "tmpfs, and with the peer's own API.",
    ...data.checked.map(checkedText),
    "## What fails",
    ...data.peers.flatMap(({ name, version }) => [
      `### ${name} ${version}`,
      failuresOf(data, name),
    ]),
    "",
  ].join("\n\n");
}
