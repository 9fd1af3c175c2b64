/**
 * When a hook runs.
 *
 * @module
 */

/** Seed 1's `HookPhase`. */
export const HookPhase = {
  /** Before the operation, which it can refuse or change. */
  Before: "before",
  /** After the operation, whose result it sees and cannot change. */
  After: "after",
} as const;

/** One of the values of {@linkcode HookPhase}. */
export type HookPhase = typeof HookPhase[keyof typeof HookPhase];

/** A phase in any case; empty is before. */
export type HookPhaseText = HookPhase | Capitalize<HookPhase> | Uppercase<HookPhase> | "";

/** The phase that the text names, in any case; empty is before. Null for anything else. */
export function hookPhaseOf(text: string): HookPhase | null {
  switch (text.toLowerCase()) {
    case "":
    case HookPhase.Before:
      return HookPhase.Before;
    case HookPhase.After:
      return HookPhase.After;
    default:
      return null;
  }
}
