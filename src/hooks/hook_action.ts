/**
 * What a rule does.
 *
 * @module
 */

/** Seed 1's `HookAction`, and `mutate_read`. */
export const HookAction = {
  /** Nothing: the operation goes on, and so do the rules after it (it overrules no block). */
  Allow: "allow",
  /** Refuses the operation with EPERM. */
  Block: "block",
  /** Writes other data than the caller's. */
  MutateWrite: "mutate_write",
  /** Shows other content than the file's. */
  MutateRead: "mutate_read",
} as const;

/** One of the values of {@linkcode HookAction}. */
export type HookAction = typeof HookAction[keyof typeof HookAction];

/** An action as people write it. */
export type HookActionText = HookAction | Capitalize<HookAction> | Uppercase<HookAction> | "";

const BY_TEXT = new Map<string, HookAction>([["", HookAction.Allow]]);
for (const action of Object.values(HookAction)) BY_TEXT.set(action, action);

/** The action that the text names, in any case; empty is allow. Null for anything else. */
export function hookActionOf(text: string): HookAction | null {
  return BY_TEXT.get(text.toLowerCase()) ?? null;
}
