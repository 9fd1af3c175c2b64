/**
 * Rules as JSON.
 *
 * @module
 */
import { BadPatternError, FilepathPattern } from "./filepath_match.ts";
import { HookAction, hookActionOf } from "./hook_action.ts";
import { ALL_HOOK_OPS, CHANGING_HOOK_OPS, HookOp, isHookOp } from "./hook_op.ts";
import { HookPhase, hookPhaseOf } from "./hook_phase.ts";
import type { HookRule } from "./hook_rule.ts";

/** How many rules one document may hold. */
export const HOOK_RULES_MAX = 10_000;
/** How many faults are listed; more are counted. */
const FAULTS_MAX = 20;

/** Everything that is wrong with a document of rules. */
export class HookRulesError extends SyntaxError {
  /** One sentence a fault: which rule, which field, what was expected and what is there. */
  readonly faults: readonly string[];

  /** The error for these faults. */
  constructor(faults: readonly string[]) {
    const listed = faults.slice(0, FAULTS_MAX).map((fault) => `\n  ${fault}`).join("");
    const more = faults.length > FAULTS_MAX ? `\n  and ${faults.length - FAULTS_MAX} more` : "";
    super(`Cannot read hook rules:${listed}${more}`);
    this.name = "HookRulesError";
    this.faults = faults;
  }
}

/**
 * Reads rules from JSON: an array of rules, or an object with the array under `rules`. The fields are those of
 * {@linkcode HookRule} that are no functions; bytes are text (UTF-8) or `{"base64": "..."}`; `ops` may be
 * `"changes"` for every operation that changes something. `src/hooks/RULES.md` describes them.
 *
 * @param json The document as text, or parsed.
 * @throws {HookRulesError} With every fault in the document.
 *
 * @example
 * ```ts
 * import { newHookEngine, parseHookRules } from "@fusewire/vfs";
 * import { assertThrows } from "@std/assert";
 *
 * newHookEngine(parseHookRules(`[
 *   {"name": "no-env", "ops": "changes", "namePattern": "*.env", "action": "block"},
 *   {"name": "no-hooks", "ops": "changes", "below": "/.git/hooks", "action": "block"}
 * ]`));
 * assertThrows(
 *   () => parseHookRules('[{"action": "blok"}]'),
 *   Error,
 *   'rule 0, field "action": expected "allow", "block", "mutate_write" or "mutate_read", got "blok"',
 * );
 * ```
 */
export function parseHookRules(json: unknown): HookRule[] {
  const document = typeof json === "string" ? parseJson(json) : json;
  const list = isObject(document) && "rules" in document ? document.rules : document;
  if (!Array.isArray(list)) {
    throw new HookRulesError([`expected an array of rules, got ${show(list)}`]);
  }
  if (list.length > HOOK_RULES_MAX) {
    throw new HookRulesError([`expected at most ${HOOK_RULES_MAX} rules, got ${list.length}`]);
  }
  const faults: string[] = [];
  if (isObject(document) && !Array.isArray(document)) {
    for (const key of Object.keys(document)) {
      if (key !== "rules") faults.push(`expected only the field "rules", got ${show(key)}`);
    }
  }
  const items: readonly unknown[] = list;
  const rules = items.map((item, index) => new RuleReader(item, index, faults).read());
  if (faults.length > 0) throw new HookRulesError(faults);
  return rules;
}

function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    throw new HookRulesError([`expected JSON: ${why}`]);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** The value as a reader of the message knows it. */
function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function oneOf(values: readonly string[]): string {
  const quoted = values.map((value) => JSON.stringify(value));
  return `${quoted.slice(0, -1).join(", ")} or ${quoted.at(-1)}`;
}

const FIELDS = [
  "name",
  "phase",
  "ops",
  "pathPattern",
  "namePattern",
  "below",
  "action",
  "mutateWrite",
  "mutateRead",
] as const;

/** Reads one rule and notes its faults. */
class RuleReader {
  readonly #item: Record<string, unknown>;
  readonly #index: number;
  readonly #faults: string[];

  constructor(item: unknown, index: number, faults: string[]) {
    this.#index = index;
    this.#faults = faults;
    this.#item = isObject(item) && !Array.isArray(item) ? item : {};
    if (this.#item !== item) faults.push(`rule ${index}: expected an object, got ${show(item)}`);
  }

  read(): HookRule {
    const fields: readonly string[] = FIELDS;
    for (const key of Object.keys(this.#item)) {
      if (!fields.includes(key)) this.#fault(key, `unknown; expected ${oneOf(FIELDS)}`);
    }
    const name = this.#text("name");
    const ops = this.#ops();
    const action = this.#action();
    this.#phase();
    return {
      ...(name === undefined ? {} : { name }),
      ops,
      pathPattern: this.#pathPattern(),
      namePattern: this.#namePattern(),
      below: this.#below(),
      action,
      mutateWrite: this.#bytes("mutateWrite", action, HookAction.MutateWrite, HookOp.Write, ops),
      mutateRead: this.#bytes("mutateRead", action, HookAction.MutateRead, HookOp.Read, ops),
    };
  }

  #fault(field: string, text: string): void {
    const { name } = this.#item;
    const which = typeof name === "string" ? ` (${show(name)})` : "";
    this.#faults.push(`rule ${this.#index}${which}, field ${JSON.stringify(field)}: ${text}`);
  }

  #expected(field: string, what: string): void {
    this.#fault(field, `expected ${what}, got ${show(this.#item[field])}`);
  }

  /** The text of a field; undefined when it is missing, or is no text. */
  #text(field: string): string | undefined {
    const value = this.#item[field];
    if (value === undefined || typeof value === "string") return value;
    this.#expected(field, "text");
    return undefined;
  }

  #phase(): void {
    const text = this.#text("phase");
    if (text === undefined) return;
    const phase = hookPhaseOf(text);
    if (phase === HookPhase.After) {
      this.#fault("phase", 'expected "before": only code has something to do afterwards');
    } else if (phase === null) this.#expected("phase", '"before"');
  }

  #action(): HookAction {
    const text = this.#text("action");
    const action = text === undefined || text === "" ? null : hookActionOf(text);
    if (action === null && (text !== undefined || this.#item.action === undefined)) {
      this.#expected("action", oneOf(Object.values(HookAction)));
    }
    return action ?? HookAction.Allow;
  }

  #ops(): readonly HookOp[] {
    const { ops } = this.#item;
    if (ops === undefined) return [];
    if (ops === "changes") return CHANGING_HOOK_OPS;
    if (!Array.isArray(ops)) {
      this.#expected("ops", 'an array of operations, or "changes"');
      return [];
    }
    const items: readonly unknown[] = ops;
    const known: HookOp[] = [];
    for (const op of items) {
      if (typeof op === "string" && isHookOp(op)) known.push(op);
      else this.#fault("ops", `expected operations (${ALL_HOOK_OPS.join(", ")}), got ${show(op)}`);
    }
    if (items.length === 0) {
      this.#fault("ops", "expected an operation; leave the field out for all");
    }
    return known;
  }

  #pathPattern(): string | undefined {
    const pattern = this.#pattern("pathPattern");
    if (pattern !== undefined && !pattern.startsWith("/")) {
      this.#expected("pathPattern", 'a pattern that begins with "/", as every path does');
    }
    return pattern;
  }

  #namePattern(): string | undefined {
    const pattern = this.#pattern("namePattern");
    if (pattern?.includes("/") === true) {
      this.#expected("namePattern", 'a pattern for one name, without "/"');
    }
    return pattern;
  }

  #pattern(field: string): string | undefined {
    const pattern = this.#text(field);
    if (pattern === "") this.#fault(field, "expected a pattern; leave the field out for all");
    try {
      if (pattern !== undefined) new FilepathPattern(pattern);
    } catch (thrown) {
      if (!(thrown instanceof BadPatternError)) throw thrown;
      this.#expected(field, "a pattern of Go's filepath.Match");
    }
    return pattern;
  }

  #below(): string | undefined {
    const path = this.#text("below");
    if (path !== undefined && !path.startsWith("/")) {
      this.#expected("below", 'a path that begins with "/"');
    }
    return path;
  }

  #bytes(
    field: string,
    action: HookAction,
    wanted: HookAction,
    op: HookOp,
    ops: readonly HookOp[],
  ): Uint8Array | undefined {
    const value = this.#item[field];
    if (action !== wanted) {
      if (value !== undefined) this.#fault(field, `only for the action ${JSON.stringify(wanted)}`);
      return undefined;
    }
    if (ops.length > 0 && !ops.includes(op)) {
      this.#fault("ops", `expected ${JSON.stringify(op)} for ${JSON.stringify(wanted)}`);
    }
    if (typeof value === "string") return new TextEncoder().encode(value);
    if (isObject(value) && Object.keys(value).length === 1 && typeof value.base64 === "string") {
      try {
        return Uint8Array.fromBase64(value.base64);
      } catch {
        // Said below, as for everything else that is no bytes.
      }
    }
    this.#expected(field, 'text, or {"base64": "..."}');
    return undefined;
  }
}
