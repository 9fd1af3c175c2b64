/**
 * The hooks of the demo.
 *
 * @module
 */

/**
 * Nothing may change a file whose name ends in `.env`, nor anything below `.git/hooks`, where git looks
 * for programs that it runs by itself. Just what `--rules` reads.
 */
export const DEMO_RULES = `[
  {"name": "no-env-files", "ops": "changes", "namePattern": "*.env", "action": "block"},
  {"name": "no-git-hooks", "ops": "changes", "below": "/.git/hooks", "action": "block"}
]`;
