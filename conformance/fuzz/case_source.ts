/**
 * A finding as the source of a case.
 *
 * @module
 */
import type { Need, NeedSet } from "../need.ts";
import { isStat, type Stat } from "../system_calls.ts";
import { type Answer, AnswerText } from "./answer.ts";
import type { Difference, Done, Round } from "./compare.ts";
import { callSource, expectationSource, needsOf } from "./step_source.ts";

/** What the source is made for. */
export interface CaseSourceOptions {
  /** What both filesystems have. */
  readonly has: NeedSet;
  /** The directory in which the model worked. */
  readonly modelRoot: string;
  /** Where the case came from, for its clause. */
  readonly origin: string;
  /** What the suite is imported from. */
  readonly suite: string;
  /** What the constants are imported from. */
  readonly package: string;
}

/** Names what is open, and what was seen. */
class Names {
  readonly #fds = new Map<string, string>();
  readonly seen: (readonly [Stat, string])[] = [];
  #opened = 0;

  trial(client: number): string {
    return client === 0 ? "t" : `t${client + 1}`;
  }

  descriptor(client: number): (slot: number) => string {
    return (slot) => this.#fds.get(`${client}/${slot}`) ?? "-1";
  }

  /** The name for what is opened, and for what was open there. */
  open(client: number, slot: number): { readonly name: string; readonly before?: string } {
    const before = this.#fds.get(`${client}/${slot}`);
    const name = `fd${++this.#opened}`;
    this.#fds.set(`${client}/${slot}`, name);
    return { name, ...(before !== undefined && { before }) };
  }

  see(stat: Stat): string {
    const name = `info${this.seen.length + 1}`;
    this.seen.push([stat, name]);
    return name;
  }
}

function stepSource(done: Done, names: Names): string[] {
  const { operation, client, answer } = done;
  const trial = names.trial(client);
  const call = callSource(done, { trial, descriptor: names.descriptor(client) });
  if ("thrown" in answer) return [`await t.refuses("${answer.thrown}", ${call});`];
  if (operation.opens !== undefined) {
    const { name, before } = names.open(client, operation.opens);
    const close = before === undefined ? [] : [`await ${trial}.close(${before});`];
    return [`const ${name} = await ${call};`, ...close];
  }
  if (isStat(answer.value)) return [`const ${names.see(answer.value)} = await ${call};`];
  return [`await ${call};`];
}

/** Several calls at once; what they come to follows from the ones after. */
function roundSource(round: Round, names: Names): string[] {
  const [only] = round;
  if (only !== undefined && round.length === 1) return stepSource(only, names);
  const calls = round.map((done) => {
    const trial = names.trial(done.client);
    return `  ${callSource(done, { trial, descriptor: names.descriptor(done.client) })},`;
  });
  return ["await Promise.allSettled([", ...calls, "]);"];
}

/** As `Trial.outcomes` says it. */
function outcomeOf(answer: Answer): string {
  return "thrown" in answer ? answer.thrown : "success";
}

function lastSource(
  { differs, ways }: Difference,
  names: Names,
  { has, modelRoot }: CaseSourceOptions,
): string[] {
  const [only] = differs;
  if (only === undefined || differs.length > 1) {
    const calls = roundSource(differs, names).slice(1, -1);
    const allowed = new Set(ways.map((answers) => JSON.stringify(answers.map(outcomeOf))));
    return [
      "t.oneOf(",
      "  await t.outcomes([",
      ...calls.map((line) => `  ${line}`),
      "  ]),",
      `  [${[...allowed].join(", ")}],`,
      '  "what they come to",',
      ");",
    ];
  }
  const trial = names.trial(only.client);
  const call = callSource(only, { trial, descriptor: names.descriptor(only.client) });
  if ("thrown" in only.answer || only.operation.opens !== undefined) {
    return stepSource(only, names);
  }
  const bytes = ways.map(([answer]) => answer !== undefined && "value" in answer && answer.value)
    .filter((value) => value instanceof Uint8Array);
  if (bytes.length > 1) {
    const allowed = bytes.map((value) => JSON.stringify(new TextDecoder().decode(value)));
    return [`t.oneOf(new TextDecoder().decode(await ${call}), [${allowed.join(", ")}]);`];
  }
  const texts = new AnswerText({ has, holes: false }, modelRoot);
  return expectationSource(only.answer.value, {
    call,
    trial,
    ownTarget: (target) => texts.ownTarget(target),
    seen: has.has("inode") ? names.seen : [],
    has: (need) => has.has(need),
  });
}

/** A module with one case that fails where the finding was made, and passes on Linux. */
export function caseSource(difference: Difference, options: CaseSourceOptions): string {
  const names = new Names();
  const rounds = [...difference.before, difference.differs];
  const all = rounds.flat();
  const body = [
    ...[...new Set(all.map(({ client }) => client))].filter((client) => client > 0).sort()
      .map((client) => `const ${names.trial(client)} = t.another();`),
    ...difference.before.flatMap((round) => roundSource(round, names)),
    ...lastSource(difference, names, options),
  ];
  const needs: readonly Need[] = [...new Set(all.flatMap(needsOf))];
  const called = difference.differs.map(({ operation }) => operation.name).join(" and ");
  const lines = body.map((line) => `  ${line}`).join("\n");
  const constants = [...new Set(lines.match(/\bO_[A-Z]+\b/g) ?? [])].sort();
  const head = needs.length === 0
    ? `it("answers ${called} as Linux does", async (t) => {`
    : `it("answers ${called} as Linux does", { needs: ${JSON.stringify(needs)} }, async (t) => {`;
  return [
    ...constants.length === 0
      ? []
      : [`import { ${constants.join(", ")} } from ${JSON.stringify(options.package)};`],
    `import { caseFile } from ${JSON.stringify(options.suite)};`,
    "",
    `const { cases, it } = caseFile("fuzz", { clause: ${JSON.stringify(options.origin)} });`,
    "export default cases;",
    "",
    head,
    lines,
    "});",
  ].join("\n");
}
